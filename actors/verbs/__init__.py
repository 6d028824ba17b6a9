"""What may happen: one file for each verb, both directions side by side.

A verb takes the session and the site first, never commits and never dials. What a member does is
in the imperative; what a peer tells us is `on_` and the activity. A verb that speaks to others
posts in the same transaction.
"""
