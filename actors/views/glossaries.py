"""How are words said elsewhere? The glossaries of organisations and of models."""

from sqlalchemy import func, select

from actors.database import Session
from actors.errors import NotFound
from actors.rules.glossaries import MOST_ENTRIES, Entry, read_section
from actors.rules.sections import Role, Sheet
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.translation import Term

PAGE = 100
"""Entries of one page: a table that somebody still reads."""


async def rows(session: Session, organisation: Actor, model: Model | None) -> list[Term]:
    """All entries of an organisation's own glossary, or of one of its models, by their words."""
    found = await session.scalars(
        select(Term)
        .where(
            Term.actor_id == organisation.id,
            Term.model_id.is_(None) if model is None else Term.model_id == model.id,
        )
        .order_by(func.lower(Term.term), Term.into, Term.id)
        .limit(MOST_ENTRIES + 1)
    )
    return list(found)


async def one_of(session: Session, organisation: Actor, term_id: int | None) -> Term:
    """One entry.

    Raises:
        NotFound: this organisation has none of that id.
    """
    row = None if term_id is None else await session.get(Term, term_id)
    if row is None or row.actor_id != organisation.id:
        raise NotFound("There is no such entry in this glossary.")
    return row


def entry(row: Term) -> Entry:
    """A row as the rules see it."""
    return Entry(row.language, row.term, row.into, row.equivalent, row.note)


async def for_model(
    session: Session, organisation: Actor, model: Model, *sheets: Sheet
) -> tuple[Entry, ...]:
    """Every entry that counts for a model, the nearest first.

    Its own, those of its organisation, and those that its sheet, or that of its source, carries in
    a Glossary section.
    """
    found = [entry(row) for row in await rows(session, organisation, model)]
    found += [entry(row) for row in await rows(session, organisation, None)]
    for sheet in sheets:
        found += carried(sheet)
    return tuple(found)


def carried(sheet: Sheet) -> list[Entry]:
    """The entries that a sheet carries in its Glossary sections, each once."""
    found: dict[Entry, None] = {}
    for section in sheet.sections:
        if section.role is Role.GLOSSARY:
            for language, text in section.texts.items():
                found |= dict.fromkeys(read_section(text, language))
    return list(found)[:MOST_ENTRIES]
