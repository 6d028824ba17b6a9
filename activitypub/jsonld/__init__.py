"""JSON-LD, without the network.

Documents from peers are read as plain JSON, because that is what every server does. `reading_alike`
refuses those which a JSON-LD processor would read differently; `loader` knows the published
contexts; `processing` expands and compacts *our own* documents, for exports and for tests. On what
a stranger sent, PyLD runs in one place only, `statements`, behind limits: it has none itself.
"""
