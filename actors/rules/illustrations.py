"""Illustrations: the picture of a model and the files that go with it, as its sheet says them.

They are two facts of the sheet, by their names on the wire: `image` is one object, `attachment` a
list. So a version and its digest cover them, a fork takes them along, and the history keeps them.
What a peer says there is kept as it came.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from activitypub.canonical_json import Document, Json
from actors.errors import Unwise
from actors.rules.pictures import MOST_ON_A_SHEET
from actors.rules.sections import Sheet

IMAGE: Final = "image"
ATTACHMENT: Final = "attachment"
TOO_MANY: Final = f"A model has {MOST_ON_A_SHEET} files at most beside its picture."

TWICE: Final = "This very file is there already."


@dataclass(frozen=True)
class Illustrations:
    """What a sheet shows.

    Attributes:
        image: the one picture that stands for it.
        attachments: further pictures, and documents, in order.
    """

    image: Document | None = None
    attachments: tuple[Document, ...] = ()

    @property
    def items(self) -> tuple[Document, ...]:
        """All of them, the picture first."""
        return (*((self.image,) if self.image else ()), *self.attachments)

    def with_one(self, item: Document, *, is_image: bool) -> "Illustrations":
        """One more; a picture that stood for the model stands among the others from now on.

        Raises:
            Unwise: it is there already.
        """
        if self.by_url(str(item.get("url"))) is not None:
            raise Unwise(TWICE, fields={"file": TWICE})
        if not is_image:
            return replace(self, attachments=(*self.attachments, item))
        former = (self.image,) if self.image else ()
        return Illustrations(item, (*former, *self.attachments))

    def without(self, url: str) -> "Illustrations":
        """The same without the file at this address."""
        return Illustrations(
            None if self.image and self.image.get("url") == url else self.image,
            tuple(one for one in self.attachments if one.get("url") != url),
        )

    def instead(self, url: str, item: Document) -> "Illustrations":
        """The same with something else said of the file at this address."""
        return Illustrations(
            item if self.image and self.image.get("url") == url else self.image,
            tuple(item if one.get("url") == url else one for one in self.attachments),
        )

    def by_url(self, url: str) -> Document | None:
        """What is said of the file at this address."""
        return next((one for one in self.items if one.get("url") == url), None)


def of(sheet: Sheet) -> Illustrations:
    """What a sheet shows; what is no object is left out."""
    image, listed = sheet.facts.get(IMAGE), sheet.facts.get(ATTACHMENT)
    items = listed if isinstance(listed, list) else [listed]
    return Illustrations(
        image if isinstance(image, dict) else None,
        tuple(one for one in items if isinstance(one, dict)),
    )


def on(sheet: Sheet, shown: Illustrations) -> Sheet:
    """The sheet, showing this.

    Raises:
        Unwise: that is too much.
    """
    if len(shown.attachments) > MOST_ON_A_SHEET:
        raise Unwise(TOO_MANY, fields={"file": TOO_MANY})
    facts = {name: fact for name, fact in sheet.facts.items() if name not in (IMAGE, ATTACHMENT)}
    if shown.image:
        facts[IMAGE] = shown.image
    if shown.attachments:
        listed: Sequence[Json] = shown.attachments
        facts[ATTACHMENT] = list(listed)
    return replace(sheet, facts=facts)


def carried(before: Sheet, sheet: Sheet) -> Sheet:
    """A sheet whose author says nothing of files shows what it showed before."""
    kept = {
        name: before.facts[name]
        for name in (IMAGE, ATTACHMENT)
        if name in before.facts and name not in sheet.facts
    }
    return replace(sheet, facts={**sheet.facts, **kept}) if kept else sheet
