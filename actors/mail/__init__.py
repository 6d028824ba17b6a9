"""Each actor's boxes.

What was received, what is going out, how the hosts are doing, and the keys to all of it.
"""
