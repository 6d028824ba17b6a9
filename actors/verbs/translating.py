"""Translating: prepare a language section by section, publish it when it is ready.

Rules a reader must know:

- Everybody who may translate for an organisation works at the same pieces, saved one by one. Nobody
  else sees them, and readers see nothing before somebody who may publish does so.
- A piece names the source that its author saw. Where the source changes while she works, the piece
  is kept and called outdated; published like that, it is called so in front of readers too.
- Nothing is overwritten that its author has not seen: neither a colleague's piece nor a text that
  was published meanwhile.
- No machine translates.

Wire: a published translation is a version like any other (Update{Article}); each of its texts names
in `translatedFromDigest` what it translates.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, select

from actors.database import Session
from actors.errors import Conflicting, NotFound, Unwise
from actors.rules import translations
from actors.rules.languages import canonical_tag, is_tag
from actors.rules.merging import Verdict
from actors.rules.translations import HEADING, State, Unit, standing
from actors.site import Site
from actors.tables.member import Member
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.tables.translation import Translation
from actors.verbs import forking, publishing
from actors.views import history, lineage
from actors.views import translations as views


@dataclass(frozen=True)
class Saying:
    """What somebody typed for one section.

    Attributes:
        section: its key; `HEADING` for title and sentence.
        name: its title in the language.
        text: its text in the language.
        source: the digest of the source that she saw; what it is now where it is None.
        seen: what stood in the form when she began (`rules.translations.standing`); None where a
            program does not ask to be warned.
    """

    section: str
    name: str
    text: str
    source: str | None = None
    seen: str | None = None


def language_of(text: str) -> str:
    """The language that somebody named.

    Raises:
        NotFound: it is no language tag.
    """
    tag = canonical_tag(text)
    if not is_tag(tag):
        raise NotFound("This is not a language tag such as fr, en or pt-BR.")
    return tag


async def save(
    session: Session,
    site: Site,
    model: Model,
    language: str,
    sayings: Sequence[Saying],
    *,
    author: Member | None = None,
) -> tuple[str, ...]:
    """Keep what somebody translated; what she did not change, or emptied, is left as it is.

    Args:
        session: an open transaction.
        site: our clock and ids.
        model: one of ours.
        language: that is translated into.
        sayings: by section.
        author: the member who acts.

    Returns:
        The sections where a colleague saved something else since she began. Nothing of those is
        kept: she looks at both first.

    Raises:
        Unwise: something is too long, or there is no such section; nothing is kept.
        NotAllowed, Gone: the model is not ours, or was deleted.
    """
    model = await publishing.held(session, model)
    units = {unit.key: unit for unit in await views.units(session, model, language)}
    typed = [
        (translations.tidied(one.section, language, one.name, one.text), one) for one in sayings
    ]
    told = {
        one.section: _fault(one.section, units.get(one.section), language, name, text)
        for (name, text), one in typed
    }
    if faults := {key: fault for key, fault in told.items() if fault}:
        raise Unwise("This translation cannot be saved yet.", fields=faults)
    crossed: list[str] = []
    for (name, text), one in typed:
        unit = units[one.section]
        if not _is_new(unit, name, text):
            continue
        if one.seen == standing(name, text):
            continue  # a colleague's page changed it since, and this one was only left open
        if one.seen is not None and one.seen != standing(unit.shown_name, unit.shown_text):
            crossed.append(one.section)
            continue
        await _keep(session, site, model, language, unit, name, text, one.source, author)
    return tuple(crossed)


def must_not_cross(crossed: Collection[str]) -> None:
    """For whoever is not shown both sides: undo a `save` that found a colleague's words.

    Raises:
        Conflicting: there are such sections; `keys` names them.
    """
    if crossed:
        words = "Somebody else prepared something there meanwhile."
        raise Conflicting(words, keys=tuple(crossed))


async def confirm(
    session: Session,
    site: Site,
    model: Model,
    language: str,
    sections: Collection[str],
    *,
    author: Member | None = None,
) -> None:
    """These translations are still right, although their source has changed: no word is altered.

    Raises:
        Unwise: one of them has no translation that could be right; nothing is kept.
        NotAllowed, Gone: as `save`.
    """
    model = await publishing.held(session, model)
    units = {unit.key: unit for unit in await views.units(session, model, language)}
    words = "There is no translation here that could be confirmed."
    faults = {
        key: words
        for key in sections
        if key not in units or not units[key].shown_text or not units[key].is_open
    }
    if faults:
        raise Unwise("This translation cannot be saved yet.", fields=faults)
    for key in sections:
        unit = units[key]
        name, text = unit.shown_name, unit.shown_text
        if unit.needs_work:
            await _keep(session, site, model, language, unit, name, text, None, author)


async def drop(
    session: Session, model: Model, language: str, sections: Collection[str] | None = None
) -> None:
    """Throw prepared translations away: these, or all in the language.

    Raises:
        NotAllowed, Gone: as `save`.
    """
    model = await publishing.held(session, model)
    those = delete(Translation).where(
        Translation.model_id == model.id, Translation.language == language
    )
    if sections is not None:
        those = those.where(Translation.section.in_(list(sections)))
    await session.execute(those)


async def publish(
    session: Session,
    site: Site,
    model: Model,
    language: str,
    *,
    author: Member | None = None,
    note: str = "",
) -> Revision:
    """What is prepared in a language becomes part of a new version, and is no longer prepared.

    Raises:
        NotFound: nothing is prepared.
        Conflicting: another text was published meanwhile in its place, or the section is gone;
            `keys` names them.
        Unwise: the sheet cannot be published like that.
        NotAllowed, Gone: as `save`.
    """
    model = await publishing.held(session, model)
    ready = list((await views.pieces(session, model, language)).values())
    if not ready:
        raise NotFound("Nothing is prepared in this language.")
    sheet = history.sheet(await history.head(session, model))
    crossed = translations.overtaken(sheet, language, ready)
    if crossed:
        words = "Something else was published meanwhile where this translation belongs."
        raise Conflicting(words, keys=crossed)
    rendered = translations.applied(sheet, language, ready)
    if not rendered.names.get(rendered.language):
        words = "Translate the title first: the model is to be known by it."
        raise Unwise(words, fields={HEADING: words})
    made = await publishing.revise(session, site, model, rendered, author=author, note=note)
    await session.execute(
        delete(Translation).where(
            Translation.model_id == model.id, Translation.language == language
        )
    )
    return made


async def take_sources(
    session: Session, site: Site, model: Model, *, author: Member | None = None, note: str = ""
) -> Revision:
    """A fork that only translated takes what its source says now; its translations wait for work.

    Wherever it did more, its own changes stand beside what is taken; where both sides changed the
    same thing, somebody has to choose first. What its source removed stays.

    Raises:
        Conflicting: somebody has to choose; `keys` names the sections.
        NotFound: it is no fork, or its source has not moved.
        NotAllowed, Gone: as `save`.
    """
    model = await publishing.held(session, model)
    beside = await lineage.upstream(session, model)
    taken: dict[str, Literal["theirs"]] = {}
    for row in () if beside is None else beside.sections:
        if row.verdict is Verdict.THEIRS and row.theirs is not None:
            taken[row.key] = "theirs"
    return await forking.merge(session, site, model, taken, author=author, note=note)


def _fault(key: str, unit: Unit | None, language: str, name: str, text: str) -> str:
    """Why this cannot be kept; nothing if it can, or changes nothing."""
    if unit is None:
        return "There is no such section."
    if not _is_new(unit, name, text):
        return ""
    if unit.source is None:
        return "There is nothing here to translate from."
    if not unit.is_open:
        return "This text was written for itself in this language: change it in the edit form."
    return translations.fault_of(key, language, name, text)


def _is_new(unit: Unit, name: str, text: str) -> bool:
    """Whether there is something to keep: typed, and other than what stands there."""
    if not text and not (unit.key == HEADING and name):
        return False
    return (name, text) != (unit.shown_name, unit.shown_text)


async def _keep(
    session: Session,
    site: Site,
    model: Model,
    language: str,
    unit: Unit,
    name: str,
    text: str,
    source: str | None,
    author: Member | None,
) -> None:
    row = await session.scalar(
        select(Translation).where(
            Translation.model_id == model.id,
            Translation.language == language,
            Translation.section == unit.key,
        )
    )
    if (name, text) == (unit.name, unit.text) and unit.state is State.FRESH:
        if row is not None:  # taken back: what is published says it already
            await session.delete(row)
            await session.flush()
        return
    if row is None:
        row = Translation(
            id=site.new_id(),
            model_id=model.id,
            language=language,
            section=unit.key,
            name="",
            text="",
            source="",
            before="",
            changed_at=site.now(),
        )
        session.add(row)
    row.name, row.text = name, text
    row.source = source or ("" if unit.source is None else unit.source.digest)
    row.before = standing(unit.name, unit.text)
    row.author_id, row.changed_at = None if author is None else author.id, site.now()
    await session.flush()
