"""All judges together, and what they answer by design to things that are not for them."""

from collections.abc import Callable

from together.judges.akkoma import Akkoma
from together.judges.careful import Careful
from together.judges.gotosocial import GoToSocial
from together.judges.lemmy import Lemmy
from together.judges.mastodon import Mastodon
from together.judges.misskey import Misskey
from together.judges.verdict import Ignored, Judge, Refused
from together.judges.wordpress import WordPress

JUDGES: tuple[Judge, ...] = (
    Mastodon(),
    GoToSocial(),
    Akkoma(),
    Misskey(),
    Lemmy(),
    WordPress(),
    Careful(),
)

_NO_COMMUNITY = "a post is sent to a community"  # LEM crates/apub/objects/src/protocol/page.rs
_NO_REPLY = "only replies become comments"  # WP includes/handler/class-create.php
_NO_VOTE = "what is voted for stands in a community"
_NO_FOLLOW = "the object is embedded"
_UNKNOWN = "the activity is known"

EXPECTED = {
    ("Create Article", "Lemmy"): _NO_COMMUNITY,
    ("Update Article", "Lemmy"): _NO_COMMUNITY,
    ("Create Note", "Lemmy"): _NO_COMMUNITY,
    ("Update Organization", "Lemmy"): "a user is read anew instead",  # LEM: once a day
    ("Create Article", "WordPress"): _NO_REPLY,
    ("Create Note", "WordPress"): _NO_REPLY,
    ("Create Note to one", "WordPress"): "a comment is public",
    ("Update Article", "Misskey"): "edits are not shown",  # MK ApInboxService.ts
    ("Block address", "Lemmy"): "one is blocked from a community, not by a person",
    ("Add address", "GoToSocial"): "featured is read anew instead",
    ("Remove address", "GoToSocial"): "featured is read anew instead",
    ("Add address", "Lemmy"): "featured is a community's",
    ("Remove address", "Lemmy"): "featured is a community's",
    ("Move address", "Lemmy"): "the activity is known",
    ("Flag address", "Lemmy"): "what is reported stands in a community",
    ("Undo Block", "Lemmy"): "what is answered is a Follow",  # LEM: as above
    ("Update Note", "Misskey"): "edits are not shown",
    ("Update Note", "Lemmy"): _NO_COMMUNITY,
    ("Like address", "Lemmy"): _NO_VOTE,
    ("Undo Like", "Lemmy"): _NO_VOTE,
    ("Undo Announce", "Lemmy"): "what is answered is a Follow",  # LEM: only communities announce
    # Whose records count is told among instances of our own kind; a statement is deleted too.
    ("Add address", "Mastodon"): "the target is featured",
    ("Remove address", "Mastodon"): "the target is featured",
    ("Undo Create", "Lemmy"): "what is answered is a Follow",
    # The answer to the Create of a fork goes to instances of our own kind and to nobody else.
    ("Accept address", "Akkoma"): "the Follow is embedded",
    ("Accept address", "Misskey"): _NO_FOLLOW,
    ("Accept address", "Lemmy"): _NO_FOLLOW,
    # Only who says in a policy that quotes may be asked for is asked, and only who asked is
    # answered: Mastodon since 4.5, and instances of our own kind.
    ("QuoteRequest address", "GoToSocial"): _UNKNOWN,
    ("QuoteRequest address", "Akkoma"): _UNKNOWN,
    ("QuoteRequest address", "Misskey"): _UNKNOWN,
    ("QuoteRequest address", "Lemmy"): _UNKNOWN,
    **{
        (f"{answer} QuoteRequest", judge): "what is answered is a Follow"
        for answer in ("Accept", "Reject")
        for judge in ("Akkoma", "Misskey", "Lemmy")
    },
    # Proposals go to the host of a model, which is of our own kind; the Note beside says the same.
    **{
        (label, judge): _UNKNOWN
        for label in ("Offer ChangeProposal", "TentativeAccept Offer")
        for judge in ("Mastodon", "GoToSocial", "Akkoma", "Misskey", "Lemmy")
    },
    **{
        (f"{answer} Offer", judge): "what is answered is a Follow"
        for answer in ("Accept", "Reject")
        for judge in ("Akkoma", "Misskey", "Lemmy")
    },
    ("Undo Offer", "Lemmy"): "what is answered is a Follow",  # LEM: as above
    # A commons refuses what it does not take in: for instances of our own kind.
    ("Reject address", "Akkoma"): "the Follow is embedded",
    ("Reject address", "Misskey"): _NO_FOLLOW,
    ("Reject address", "Lemmy"): _NO_FOLLOW,
    # Join and its answer are Mobilizon's words.
    ("Accept Join", "Akkoma"): "what is answered is a Follow",
    ("Accept Join", "Misskey"): "what is answered is a Follow",
    ("Accept Join", "Lemmy"): "what is answered is a Follow",
    ("Update Group", "Lemmy"): "a user is read anew instead",
}
"""What was said, and to whom → why they show nothing. It is their purpose, not a fault of ours."""


def verdict(judged: Callable[[], object]) -> str:
    """What a judge says: "seen", "taken" or the rule."""
    try:
        return "taken" if judged() is None else "seen"
    except Ignored as rule:
        return f"ignored: {rule}"
    except Refused as rule:
        return f"refused: {rule}"
