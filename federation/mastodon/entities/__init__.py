"""Entities: rows as Mastodon's JSON. The only place that knows those shapes.

Every field that the strictest reader wants is there, and none is null that a reader takes for
granted: a missing one makes some apps drop the whole list it stands in. Fields and their types:
docs.joinmastodon.org/entities as of 4.2; what must not be missing: the entity classes of Mastodon
for iOS and Android, Ice Cubes, Tusky, toot.
"""
