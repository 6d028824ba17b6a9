"""A row as the world sees it, and back: one file for each noun, both directions side by side.

What we publish is built once, when the row changes, sealed with a FEP-8b32 proof, and stored: the
edges serve the stored bytes, so what a peer verified yesterday is what it reads today.
"""
