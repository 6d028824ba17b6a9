"""Workers: what is done while nobody is waiting.

The queues are tables (`actors.mail`): what was accepted or promised survives kill -9. A worker
claims rows, does the slow part outside any transaction, and settles them in one. It looks at one
thing of an error: whether it is temporary.
"""
