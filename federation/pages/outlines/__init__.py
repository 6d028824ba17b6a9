"""Outlines of the countries whose regions are on the list of territories, for a map of our own.

`europe.json` is made by `draw.py` from public outlines; SOURCES.md says from which.
"""
