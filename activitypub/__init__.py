"""The protocol, computed: ActivityPub as values and functions.

Everything here gives the same output for the same input. There is no socket, no database, no clock,
no randomness and no logging; the only files read are the pinned JSON-LD contexts. The package knows
nothing of Essaim's own vocabulary, of a web framework or of SQL, and can be used without them.

Words: a *document* is a JSON object as it travels; an *object* is that document read into a frozen
dataclass of `activitypub.vocabulary`; a *claim* is what a request says about who signed it; *heard*
is a statement that somebody may be believed to have made.
"""
