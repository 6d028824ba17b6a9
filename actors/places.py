"""Every address we mint: one template for each kind of thing.

The routes of `federation/` are made from the same templates, so that an address we hand out is one
we answer. An address, once given, is never reused and never moves (FEDERATION.md, rule 6).
"""

from activitypub.iris import Iri

INSTANCE_ACTOR = "/actor"
INSTANCE_OUTBOX = "/actor/outbox"
SHARED_INBOX = "/inbox"
ACTOR = "/actors/{handle}"
INBOX = "/actors/{handle}/inbox"
OUTBOX = "/actors/{handle}/outbox"
FOLLOWERS = "/actors/{handle}/followers"
FOLLOWERS_SYNCHRONIZATION = "/actors/{handle}/followers_synchronization"
FOLLOWING = "/actors/{handle}/following"
FEATURED = "/actors/{handle}/featured"
MODERATORS = "/actors/{handle}/moderators"
ACTIVITY = "/activities/{id}"
MODEL = "/models/{slug}"
VERSION = "/models/{slug}/versions/{number}"
HISTORY = "/models/{slug}/history"
FORKS = "/models/{slug}/forks"
REPLIES = "/models/{slug}/replies"
CONTEXT = "/models/{slug}/context"
LIKES = "/models/{slug}/likes"
SHARES = "/models/{slug}/shares"
REMARK = "/remarks/{id}"
STAMP = "/stamps/{id}"
PROPOSAL = "/proposals/{id}"
REMARK_REPLIES = "/remarks/{id}/replies"
REMARK_LIKES = "/remarks/{id}/likes"
REMARK_SHARES = "/remarks/{id}/shares"
REMARK_CONTEXT = "/remarks/{id}/context"
REPLICATIONS = "/models/{slug}/replications"
RECORD = "/records/{id}"
RECORD_ATTESTATIONS = "/records/{id}/attestations"
ATTESTATION = "/attestations/{id}"
TAG_PAGE = "/tags/{name}"
MEDIA = "/media/{name}"
SMALL = "/small"  # behind the address of a picture
ACTOR_PAGE = "/@{handle}"
MODEL_PAGE = "/m/{slug}"
VERSION_PAGE = "/m/{slug}/versions/{number}"
INTERACT = "/interact"

MAIN_KEY = "#main-key"
ED25519_KEY = "#ed25519-key"

_VERSION_DIGITS = 9  # more than any model will have, and within every SQL integer


def place(origin: Iri, template: str, **values: str | int) -> Iri:
    """The address of one thing: `place(site.origin, places.MODEL, slug="repair-cafe")`."""
    return Iri(origin + template.format(**values))


def path_value(origin: Iri, template: str, name: str, iri: str) -> str | None:
    """Read one value back from an address of ours, or None where the address is of another kind."""
    before, _, after = (origin + template).partition("{" + name + "}")
    value = iri.removeprefix(before).removesuffix(after) if after else iri.removeprefix(before)
    if not iri.startswith(before) or not iri.endswith(after) or not value or "/" in value:
        return None
    return value


def version_in(text: str) -> int | None:
    """The number of a version that somebody wrote; None where no model has that many."""
    digits = text.isascii() and text.isdecimal() and len(text) <= _VERSION_DIGITS
    return int(text) if digits else None
