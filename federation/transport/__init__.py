"""Plumbing shared by everything that calls another server.

One client opens every outgoing connection (`client`), behind one guard that judges the address at
the socket (`guard`). On top of it: reading documents (`fetching`), sending activities (`sending`),
asking a host who lives there (`discovering`).

Words: a *purpose* says why a call is made (`actor`, `key`, `object`, `delivery`, `webfinger`,
`nodeinfo`, `media`) and appears in the log; a *signatory* is the actor in whose name we ask.
"""
