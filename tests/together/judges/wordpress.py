"""The ActivityPub plugin of WordPress.

`includes/handler/class-create.php`, its signature classes of 2026 (draft and RFC 9421).
"""

from datetime import datetime, timedelta

from together.judges.signatures import Signed
from together.judges.verdict import (
    PUBLIC,
    Document,
    Ignored,
    Judge,
    Seen,
    embedded,
    host,
    iri,
    is_web,
    listed,
    mentions,
    need,
    visibility,
)


class WordPress(Judge):
    """Shows public replies to its posts, as comments.

    Args:
        blog: its host.
    """

    name = "WordPress"

    def __init__(self, blog: str = "blog.test") -> None:
        self.blog = blog

    def actor(self, document: Document) -> None:
        """Somebody with an inbox and a key."""
        need(is_web(document.get("inbox")), "inbox is an address")
        need(document.get("publicKey"), "publicKey is there")

    def read(self, document: Document) -> Seen:
        """A comment."""
        addressed = {iri(one) for one in (*listed(document.get("to")), *listed(document.get("cc")))}
        if not addressed & PUBLIC:
            raise Ignored("a comment is public")
        if host(document.get("inReplyTo")) != self.blog:
            raise Ignored("only replies become comments")
        return Seen(
            text=str(document.get("content") or ""),
            warning=None,
            title=None,
            link=iri(document.get("url")) or iri(document),
            language=None,
            notified=mentions(document),
            visibility=visibility(document),
        )

    def hear(self, activity: Document) -> Seen | None:
        """Replies with the object inline; follows and their like."""
        need(activity.get("id") and activity.get("actor"), "it has an id and an actor")
        if activity.get("type") == "Create":
            return self.read(embedded(activity))
        need(activity.get("object"), "it has an object")
        return None

    def request(self, signed: Signed, now: datetime) -> None:
        """Keys that are not of 2048 bits are checked with another digest under hs2019."""
        is_plain = signed.says.get("algorithm") == "rsa-sha256"
        need(is_plain or signed.key.key_size == 2048, "rsa-sha256, or a key of 2048 bits")
        window = timedelta(seconds=-60), timedelta(hours=1)
        need(window[0] <= signed.age(now) <= window[1], "it was signed within the hour")
        if signed.method == "POST":
            need(signed.has_digest(), "the digest is that of the body")
        need(signed.holds(), "the signature holds")
