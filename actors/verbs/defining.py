"""Defining: an organisation says how its words are said in other languages.

An entry belongs to an organisation, for all of its models, or to one of them. It is used at once
beside every text that is translated, by whoever may translate; nobody else sees it until it is
written into the sheet of a model: then it is part of the next version, in the section Glossary.

Wire: nothing but that version (Update{Article}); a section of the role Glossary is plain Markdown
that `rules.glossaries` writes and reads.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import delete

from activitypub.multihash import digest_of
from actors.database import Session
from actors.errors import Conflicting, NotFound, Unwise
from actors.rules import glossaries, naming
from actors.rules.glossaries import MOST_ENTRIES, Entry, tidy
from actors.rules.sections import MAX_KEY, Adaptability, Role, Section, Sheet
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.member import Member
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.tables.translation import Term
from actors.verbs import publishing
from actors.views import glossaries as views
from actors.views import history, lineage


async def define(
    session: Session,
    site: Site,
    organisation: Actor,
    entries: Sequence[Entry],
    *,
    model: Model | None = None,
    author: Member | None = None,
) -> int:
    """Say how these words are said; what was said of the same word in that language is replaced.

    Args:
        session: an open transaction.
        site: our clock and ids.
        organisation: one of ours.
        entries: at most as many as a glossary may have.
        model: one of hers, for entries that are for it alone.
        author: the member who acts.

    Returns:
        How many entries are new or say something else now.

    Raises:
        Unwise: an entry is none, or there would be too many; nothing is kept.
    """
    tidied = [tidy(one) for one in entries]
    await session.get_one(Actor, organisation.id, with_for_update=True)
    rows = {_entry(row).mark: row for row in await views.rows(session, organisation, model)}
    changed = 0
    for one in tidied:
        row = rows.get(one.mark)
        if row is not None and _entry(row) == one:
            continue
        changed += 1
        if row is None:
            row = rows[one.mark] = Term(
                id=site.new_id(),
                actor_id=organisation.id,
                model_id=None if model is None else model.id,
                language=one.language,
                term=one.term,
                into=one.into,
                equivalent="",
                changed_at=site.now(),
            )
            session.add(row)
        row.term, row.equivalent, row.note = one.term, one.equivalent, one.note
        row.author_id, row.changed_at = None if author is None else author.id, site.now()
    if len(rows) > MOST_ENTRIES:
        raise Unwise(f"A glossary has at most {MOST_ENTRIES} entries.")
    await session.flush()
    return changed


async def change(
    session: Session, site: Site, organisation: Actor, term_id: int, entry: Entry
) -> Term:
    """Say it otherwise, in place of what an entry said.

    Raises:
        NotFound: this organisation has no such entry.
        Conflicting: another entry of the same glossary is about that word in that language.
        Unwise: it is no entry.
    """
    one = tidy(entry)
    await session.get_one(Actor, organisation.id, with_for_update=True)
    row = await views.one_of(session, organisation, term_id)
    model = None if row.model_id is None else await session.get_one(Model, row.model_id)
    for other in await views.rows(session, organisation, model):
        if other.id != row.id and _entry(other).mark == one.mark:
            raise Conflicting("This glossary has an entry for that word already.")
    row.language, row.term, row.into = one.language, one.term, one.into
    row.equivalent, row.note, row.changed_at = one.equivalent, one.note, site.now()
    await session.flush()
    return row


async def forget(session: Session, organisation: Actor, term_id: int) -> None:
    """Strike an entry out; what a published sheet says stays there.

    Raises:
        NotFound: this organisation has no such entry.
    """
    row = await views.one_of(session, organisation, term_id)
    await session.execute(delete(Term).where(Term.id == row.id))


async def write_down(
    session: Session,
    site: Site,
    model: Model,
    *,
    author: Member | None = None,
    note: str = "",
    name: str = "Glossary",
) -> Revision:
    """Write the entries of a model into its sheet: the next version carries them everywhere.

    Each language that the sheet speaks gets the words it has. The text in the language of the model
    is written for itself, the others as translations of it. What a fork took from its source is
    left alone: its words stand in the languages that it added.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        model: one of ours.
        author: the member who acts.
        note: why, in her words.
        name: the title of the section, where it is new.

    Raises:
        NotFound: the model has no entries of its own.
        Conflicting: the sheet says all of them already.
        NotAllowed, Gone: it is not ours to change, or was deleted.
    """
    model = await publishing.held(session, model)
    organisation = await session.get_one(Actor, model.actor_id)
    entries = [_entry(row) for row in await views.rows(session, organisation, model)]
    if not entries:
        raise NotFound("This model has no entries of its own.")
    sheet = history.sheet(await history.head(session, model))
    is_fork = await lineage.of(session, model) is not None
    written = with_entries(sheet, entries, name, is_fork=is_fork)
    if written.digest == sheet.digest:
        raise Conflicting("The sheet says all of this already.")
    return await publishing.revise(session, site, model, written, author=author, note=note)


def with_entries(sheet: Sheet, entries: Sequence[Entry], name: str, *, is_fork: bool) -> Sheet:
    """The sheet with these entries in its Glossary section, which is added where there is none."""
    there = next((one for one in sheet.sections if one.role is Role.GLOSSARY), None)
    if there is None:
        key = naming.free("glossary", {one.key for one in sheet.sections}, longest=MAX_KEY)
        there = Section(key, Role.GLOSSARY, Adaptability.OPTIONAL, {sheet.language: name}, {})
    taken = set(there.upstream_digests) if is_fork else set()
    filled = _filled(there, sheet, entries, taken)
    if not filled.texts:
        return sheet
    if any(one.key == filled.key for one in sheet.sections):
        kept = (filled if one.key == filled.key else one for one in sheet.sections)
        return sheet.with_sections(kept)
    return sheet.with_sections((*sheet.sections, filled))


def _filled(
    section: Section, sheet: Sheet, entries: Sequence[Entry], taken: Iterable[str]
) -> Section:
    texts, translated_from = dict(section.texts), dict(section.translated_from)
    source = next((tag for tag in taken if tag in texts), sheet.language)
    for tag in (source, *(one for one in sheet.languages if one != source)):
        if tag in taken:
            continue
        written = glossaries.write_section(texts.get(tag, ""), tag, entries)
        if written and written != texts.get(tag):
            texts[tag] = written
        if tag != source and tag in texts and source in texts:
            translated_from[tag] = digest_of(texts[source])
    return replace(section, texts=texts, translated_from=translated_from)


def _entry(row: Term) -> Entry:
    return views.entry(row)
