"""Other servers: what we offer to peers, and how they reach us.

Words: a *speaker* is the actor who signed a request; a *document* is the JSON of one thing, served
byte for byte as it was stored; a *collection* is a list that is made on asking.
"""
