"""Grouping: notifications that stand together, and the names of such groups.

A name says what is in the group (`favourite-<status>-<half day>`), so nothing is kept of it; one
that stands alone is `ungrouped-<id>`. Source: docs.joinmastodon.org/methods/grouped_notifications
(4.5), which leaves the form of the name to the server.
"""

from dataclasses import dataclass
from typing import Final

from actors.errors import NotFound
from actors.site import id_in
from actors.tables.notice import Notice
from actors.views.notices import GROUPED, SPAN, Group

TYPES: Final = {"like": "favourite", "boost": "reblog", "follow": "follow"}
"""Kinds that are grouped → types."""

ALONE: Final = "ungrouped"


@dataclass(frozen=True)
class Key:
    """The name of a group, read.

    Attributes:
        kind: of its notices; empty for a notice that stands alone.
        subject_id: what all speak of, or 0.
        bucket: which half of a day; or the notice that stands alone.
    """

    kind: str
    subject_id: int
    bucket: int


def key_of(notice: Notice) -> str:
    """The name of the group that a notice is in, where all kinds are grouped that can be."""
    if notice.kind not in GROUPED:
        return f"{ALONE}-{notice.id}"
    subject = notice.remark_id or notice.model_id or 0
    return _grouped(notice.kind, subject, notice.id // SPAN)


def name(group: Group) -> str:
    """The name of a group; of one that stands alone only because it was asked for so, too."""
    if group.bucket == group.newest_id:
        return f"{ALONE}-{group.newest_id}"
    return _grouped(group.kind, group.subject_id, group.bucket)


def read(text: str) -> Key:
    """A name, read.

    Raises:
        NotFound: it is none.
    """
    kinds = {name: kind for kind, name in TYPES.items()}
    first, *rest = text.split("-")
    numbers = [number for one in rest if (number := id_in(one)) is not None]
    if len(numbers) == len(rest):
        match first, numbers:
            case "ungrouped", [number]:
                return Key("", 0, number)
            case "follow", [bucket]:
                return Key("follow", 0, bucket)
            case (("favourite" | "reblog"), [subject, bucket]):
                return Key(kinds[first], subject, bucket)
            case _:
                pass
    raise NotFound("Record not found")


def _grouped(kind: str, subject_id: int, bucket: int) -> str:
    return "-".join([TYPES[kind], *([str(subject_id)] if subject_id else []), str(bucket)])
