"""What of a model is there in which language, and what has changed since it was translated?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from activitypub.multihash import digest_of
from actors.database import Session
from actors.rules import translations
from actors.rules.merging import SectionMerge, Verdict
from actors.rules.sections import Section, Sheet
from actors.rules.translations import Piece, Progress, Unit, digest_or_nothing, only_translated
from actors.tables.member import Member
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.tables.translation import Translation
from actors.views import history, lineage
from actors.views.lineage import Upstream

MOST_VERSIONS = 20
"""Versions that are looked through for what a translation was made from, while a reader waits: a
sheet may have 256 KiB. What is older is called outdated without saying since when."""

MOST_LANGUAGES = 60
"""Languages of a model that are listed: twice those of the European Union and its regions. A sheet
from elsewhere may name more tags than there are languages."""


@dataclass(frozen=True)
class Behind:
    """Why a translation is behind its source.

    Attributes:
        language: of the source.
        before: what the translation was made from; None where no version we know says so.
        now: what the source says now.
        changed_at: when it changed; None where we do not know.
        is_upstream: it changed in the source of this adaptation, which has not taken it yet.
    """

    language: str
    before: str | None
    now: str
    changed_at: datetime | None
    is_upstream: bool = False


@dataclass(frozen=True)
class Work:
    """A model in one language, as its translator meets it.

    Attributes:
        number: of the version that is translated.
        units: the heading, then each section.
        behind: why, by section, for what is stale.
        lost: pieces whose section is gone, by its key.
        sheets: what it says, and, for a fork, what its source says now.
        waiting: sections whose translations are behind once the source's new version is taken.
        choices: how many sections of that version somebody has to choose about first.
        is_fork: the model was made from another one.
    """

    model: Model
    language: str
    number: int
    units: tuple[Unit, ...]
    behind: Mapping[str, Behind]
    lost: Mapping[str, Piece]
    sheets: tuple[Sheet, ...] = ()
    waiting: tuple[str, ...] = ()
    choices: int = 0
    is_fork: bool = False

    @property
    def total(self) -> int:
        """Sections that have something to translate from."""
        return sum(1 for unit in self.units[1:] if unit.source is not None)

    @property
    def done(self) -> int:
        """Those of them that need no work, what is prepared included."""
        return sum(1 for unit in self.units[1:] if unit.source is not None and not unit.needs_work)

    @property
    def prepared(self) -> int:
        """What is prepared and not published."""
        return sum(1 for unit in self.units if unit.piece is not None)

    def unit(self, key: str) -> Unit | None:
        """The unit of a section."""
        return next((unit for unit in self.units if unit.key == key), None)


def overview(sheet: Sheet) -> tuple[Progress, ...]:
    """Each language of a sheet into which something is translated; at most MOST_LANGUAGES.

    Its own is among them in a fork that is put into it section by section.
    """
    own, *others = sheet.languages
    is_translated = any(
        own not in section.texts or own in section.translated_from for section in sheet.sections
    )
    listed = [own, *others] if is_translated else others
    return translations.progress(sheet, listed[:MOST_LANGUAGES])


async def pieces(session: Session, model: Model, language: str) -> dict[str, Piece]:
    """What is prepared in a language, by section."""
    rows = await session.scalars(
        select(Translation).where(
            Translation.model_id == model.id, Translation.language == language
        )
    )
    return {row.section: piece(row) for row in rows}


def piece(row: Translation) -> Piece:
    """A row as the rules see it."""
    return Piece(row.section, row.name, row.text, row.source, row.before)


async def prepared_by(
    session: Session, model: Model, language: str
) -> dict[str, tuple[str, datetime]]:
    """Who prepared which section, and when; nobody is named who is no member any more."""
    rows = await session.execute(
        select(Translation.section, Member.name, Translation.changed_at)
        .outerjoin(Member, Member.id == Translation.author_id)
        .where(Translation.model_id == model.id, Translation.language == language)
    )
    return {section: (name or "", changed_at) for section, name, changed_at in rows.all()}


async def prepared(session: Session, model: Model) -> dict[str, int]:
    """How many sections are prepared and not published, by language."""
    rows = await session.execute(
        select(Translation.language, func.count())
        .where(Translation.model_id == model.id)
        .group_by(Translation.language)
    )
    return {row[0]: row[1] for row in rows}


async def units(session: Session, model: Model, language: str) -> tuple[Unit, ...]:
    """A model in one language: what is published, what is prepared; not what changed since."""
    sheet = history.sheet(await history.head(session, model))
    ready = await pieces(session, model, language)
    return translations.units(sheet, language, ready, await _taken_texts(session, model, sheet))


async def rendered(
    session: Session, model: Model, language: str, typed: Mapping[str, tuple[str, str]]
) -> Sheet:
    """The sheet as it would be published: to draw its pages ahead, outside of the transaction.

    Args:
        session: an open transaction.
        model: one of ours.
        language: that is translated into.
        typed: section → title and text that are to be saved at the same time.
    """
    sheet = history.sheet(await history.head(session, model))
    ready = await pieces(session, model, language)
    for key, (name, text) in typed.items():
        if text:
            ready[key] = Piece(key, name, text, "", "")
    return translations.applied(sheet, language, ready.values())


async def work(session: Session, model: Model, language: str) -> Work:
    """The same, with what has changed since it was translated, here and in the source of a fork."""
    head = await history.head(session, model)
    sheet = history.sheet(head)
    beside = await lineage.upstream(session, model)
    ready = await pieces(session, model, language)
    taken = await _taken_texts(session, model, sheet)
    found = translations.units(sheet, language, ready, taken)
    keys = {unit.key for unit in found}
    return Work(
        model=model,
        language=language,
        number=head.number,
        units=found,
        behind=await _behind(session, model, sheet, found, beside),
        lost={key: one for key, one in ready.items() if key not in keys},
        sheets=(sheet,) if beside is None else (sheet, history.sheet(beside.current)),
        waiting=tuple(row.key for row in to_translate_again(beside, language)),
        choices=0 if beside is None else len(_open(beside)),
        is_fork=beside is not None,
    )


async def behind(
    session: Session, model: Model, sheet: Sheet, language: str, beside: Upstream | None
) -> Mapping[str, Behind]:
    """For a reader of this language: the sections that are behind their source, and why.

    Args:
        session: an open transaction.
        model: any that we know.
        sheet: what it says now.
        language: that she reads.
        beside: the model and what it was forked from; None for an original.
    """
    taken = await _taken_texts(session, model, sheet)
    shown = translations.units(sheet, language, {}, taken)
    found = dict(await _behind(session, model, sheet, shown, beside))
    for row in to_translate_again(beside, language):
        if beside is not None and row.key not in found:
            found[row.key] = _upstream_moved(row, beside, language)
    return found


def to_translate_again(beside: Upstream | None, language: str | None = None) -> list[SectionMerge]:
    """The sections of a fork whose translations will be behind: its source changed the text.

    Only where the fork did nothing but translate; in all others somebody has adapted something.

    Args:
        beside: the fork and its source; None for an original.
        language: only those with a translation into this one.
    """
    if beside is None or not beside.moved:
        return []
    return [
        row
        for row in beside.sections
        if row.verdict is Verdict.THEIRS
        and row.base is not None
        and row.ours is not None
        and row.theirs is not None
        and only_translated(row.base, row.ours)
        and (language is None or language in row.ours.translated_from)
        and _source_changed(row.base, row.ours, row.theirs, language)
    ]


def _source_changed(base: Section, ours: Section, theirs: Section, language: str | None) -> bool:
    named = {
        digest for tag, digest in ours.translated_from.items() if language in (None, tag)
    } & set(base.digests.values())
    return bool(named - set(theirs.digests.values()))


def _upstream_moved(row: SectionMerge, beside: Upstream, language: str) -> Behind:
    base = {} if row.base is None else dict(row.base.texts)
    theirs = {} if row.theirs is None else dict(row.theirs.texts)
    named = "" if row.ours is None else row.ours.translated_from.get(language, "")
    tag = next((tag for tag, text in base.items() if digest_or_nothing(text) == named), "")
    return Behind(
        language=tag,
        before=base.get(tag),
        now=theirs.get(tag, ""),
        changed_at=beside.current.made_at,
        is_upstream=True,
    )


def _open(beside: Upstream) -> list[SectionMerge]:
    if not beside.moved:
        return []
    return [row for row in beside.sections if row.verdict is Verdict.CONFLICT]


async def _taken_texts(
    session: Session, model: Model, sheet: Sheet
) -> dict[str, Mapping[str, str]]:
    """For a fork that keeps translations only: what the sections say that it took last."""
    lacking = [
        section
        for section in sheet.sections
        if section.upstream_digests and not section.texts.keys() - section.translated_from.keys()
    ]
    tie = await lineage.of(session, model) if lacking else None
    base = await history.revision_by_iri(session, tie.base_iri) if tie else None
    if base is None:
        return {}
    taken = history.sheet(base)
    found: dict[str, Mapping[str, str]] = {}
    for section in lacking:
        upstream = taken.section((section.upstream or "").rpartition("#")[2])
        if upstream is not None:
            found[section.key] = upstream.texts
    return found


async def _behind(
    session: Session,
    model: Model,
    head: Sheet,
    units: tuple[Unit, ...],
    beside: Upstream | None,
) -> Mapping[str, Behind]:
    """Why each stale unit, or piece that was made from an older source, is behind."""
    wanted: dict[str, str] = {}
    late: dict[str, Unit] = {}
    for unit in units[1:]:
        section = head.section(unit.key)
        if section is None or unit.source is None:
            continue
        is_stale = unit.state is translations.State.STALE and unit.piece is None
        if is_stale or unit.is_late:
            into = section.translated_from
            named = (
                unit.piece.source
                if unit.piece
                else next((into[tag] for tag in into if section.texts.get(tag) == unit.text), "")
            )
            wanted[unit.key], late[unit.key] = named, unit
    if not wanted:
        return {}
    traced = await _trace(session, model, wanted, beside)
    return {
        key: Behind(
            language=unit.source.language,
            before=traced[key][0] if key in traced else None,
            now=unit.source.text,
            changed_at=traced[key][1] if key in traced else None,
        )
        for key, unit in late.items()
        if unit.source is not None
    }


async def _trace(
    session: Session, model: Model, wanted: Mapping[str, str], beside: Upstream | None
) -> dict[str, tuple[str, datetime | None]]:
    """Section → the text with the wanted digest, and when it was replaced.

    Looked for in the versions of the model, then in those of what it was forked from.
    """
    found: dict[str, tuple[str, datetime | None]] = {}
    sources = [model.id]
    if beside is not None and beside.source is not None:
        sources.append(beside.source.id)
    for model_id in sources:
        later: datetime | None = None
        versions = await session.scalars(
            select(Revision.id)
            .where(Revision.model_id == model_id)
            .order_by(Revision.number.desc())
            .limit(MOST_VERSIONS)
        )
        for revision_id in versions.all():
            if wanted.keys() <= found.keys():
                return found
            said = await session.execute(
                select(Revision.sheet, Revision.made_at).where(Revision.id == revision_id)
            )
            sheet, made_at = said.one()
            for key, digest in wanted.items():
                text = None if key in found else _with_digest(sheet, key, digest)
                if text is not None:
                    found[key] = (text, later)
            later = made_at
    return found


def _with_digest(sheet: Mapping[str, Any], key: str, digest: str) -> str | None:
    """A text of a section by its digest, in a sheet as rows keep it: the rest is not looked at."""
    texts = [one["texts"] for one in sheet["sections"] if one["key"] == key]
    return next(
        (text for each in texts for text in each.values() if digest_of(text) == digest), None
    )
