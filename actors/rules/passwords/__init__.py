"""Passwords: long enough, and not among those that are tried first.

Length is asked for, not signs of many kinds; a password that many have, that repeats itself, or
that is the person's own name or address is refused (NIST SP 800-63B, 5.1.1.2).
"""
