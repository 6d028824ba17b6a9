"""The Mastodon client API: apps that people have on their phones already, talking to us.

Words: an *account* is an organisation (ours or anybody's actor), a *status* is a model, a remark,
or somebody's boost of either; the one who is signed in is an organisation, through a member of it.

Rules:

- `entities/` alone knows the JSON shapes; `describing.py` asks the views what an entity needs.
- Every path answers with and without a final slash, every argument is taken from the query, a form
  or JSON alike (`arguments.py`), whatever the Accept header says: real clients need all three.
- Addresses are built from the configured origin, never from the request, so that they hold behind a
  proxy.
- Times have three digits and a Z, ids are decimal strings that sort, lists are never null.

Source: docs.joinmastodon.org as of Mastodon 4.2, and what Mastodon for iOS and Android, Ice Cubes,
Tusky, Phanpy, Elk, Enafore, toot, megalodon and Mastodon.py ask for or break on.
"""
