"""Cataloguing: what lists need to know of a model or remark, copied from its text."""

from collections.abc import Iterable

from sqlalchemy import delete

from actors.database import Session, new
from actors.rules.sections import Sheet
from actors.site import Site
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.tables.wording import Hashtag
from actors.vocabulary import bare


def enter(model: Model, sheet: Sheet) -> None:
    """Bring a model's entry in the catalogue to what its newest sheet says."""
    model.language, model.languages = sheet.language, _languages(sheet)
    model.names, model.summaries = dict(sheet.names), dict(sheet.summaries)
    model.family, model.territory = _family(sheet), _territory(sheet)
    model.license = sheet.license


def _family(sheet: Sheet) -> str | None:
    """The family a sheet names, as our short word (`hosting`)."""
    family = sheet.facts.get("family")
    return bare(family).removeprefix("family-") if isinstance(family, str) else None


def _territory(sheet: Sheet) -> list[str]:
    """The territories a sheet names, as IRIs."""
    territory = sheet.facts.get("territory")
    items = territory if isinstance(territory, list) else [territory]
    return [item for item in items if isinstance(item, str)]


def _languages(sheet: Sheet) -> list[str]:
    """The languages in which there is something to read, the sheet's own first."""
    written = set(sheet.names).union(*(one.texts for one in sheet.sections))
    return [language for language in sheet.languages if language in written]


async def tag(session: Session, site: Site, remark: Remark, names: Iterable[str]) -> None:
    """The hashtags of a remark are now these; each is folded already."""
    await session.execute(delete(Hashtag).where(Hashtag.remark_id == remark.id))
    await tag_new(session, site, remark, names)


async def tag_new(session: Session, site: Site, remark: Remark, names: Iterable[str]) -> None:
    """The same for a remark that has none yet."""
    for name in dict.fromkeys(names):
        row = {"id": site.new_id(), "name": name, "remark_id": remark.id}
        await new(Hashtag, tuple(row)).rows(session, row)
