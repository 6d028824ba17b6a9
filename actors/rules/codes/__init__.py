"""Code lists: words that mean the same everywhere, with their labels (SOURCES.md says whose).

One table of tab-separated values for each list; `lists` reads them and is all that others need.
"""
