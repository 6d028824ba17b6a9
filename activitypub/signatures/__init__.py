"""Who signed this request? HTTP signatures, both ways, without the network.

Reading goes in three steps, because the key has to be found in between: `claims.claim` reads what a
request says about who signed it, the caller finds that key, and `verifying.verify` checks
everything. `signing.sign` does the opposite. The scheme is draft-cavage-http-signatures-12, the
only one that all servers understand.
"""
