"""Who signed this request? HTTP signatures, both ways, without the network.

Reading goes in three steps, because the key has to be found in between: `claims.claim` reads what a
request says about who signed it, the caller finds that key, and `verifying.verify` checks
everything. `signing.sign` does the opposite. Two schemes are spoken: draft-cavage-12, the only one
that all servers understand, and RFC 9421, which is to replace it.
"""
