"""Replication: what comparing, merging and showing cost when a model is long and often adapted.

    PYTHONPATH=.:tests .venv/bin/python -m bench.replication --engine postgres --forks 10 1000 \
        --records 5000

Comparing and merging are pure functions and measured as such: a sheet of so many sections of 4 KB,
of which a third was changed here, a third there, and a third on both sides, on other lines. The
page of a model is asked for over TLS by a client in the same process, so both are in the figure.
"""

import argparse
import asyncio
import logging
import random
import statistics
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

import structlog
from bench.search import server_on
from sqlalchemy import insert, text
from together.street import House, Street, a_sheet, lived_in

from activitypub.canonical_json import canonical
from activitypub.iris import Iri
from actors import migrations
from actors.database import Database
from actors.rules import comparing, core
from actors.rules.codes.lists import code_list
from actors.rules.evidence import Level
from actors.rules.merging import compare, resolve
from actors.rules.records import Outcome, Record, Stage, Step
from actors.rules.sections import Adaptability, Role, Section, Sheet
from actors.tables.actor import Actor
from actors.tables.lineage import Lineage
from actors.tables.model import Model
from actors.tables.replication import Counted, Replication
from actors.tables.revision import Revision

BYTES: Final = 4096
ASKED: Final = 30
SECTIONS_OF_A_FORK: Final = 20
BYTES_OF_A_FORK: Final = 1000
TOGETHER: Final = 100
NUTS_2: Final = 4  # characters of the code of a region, such as FRH0
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


def main() -> None:
    """Measure, and print one line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--sections", type=int, nargs="+", default=[15, 60])
    parser.add_argument("--forks", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--records", type=int, default=5000)
    given = parser.parse_args()
    measure(given.engine, sections=given.sections, forks=given.forks, records=given.records)


def measure(engine: str, *, sections: Sequence[int], forks: Sequence[int], records: int) -> None:
    """Print a table."""
    print("| what | of | median | worst | CPU time |")
    print("|---|---|---|---|---|")
    for length in sections:
        for what, times, taken in _rules(length):
            _say(what, f"{length} sections of 4 KB", times, taken)
    for number in forks:
        asyncio.run(_pages(engine, number, records))


def _say(what: str, of: str, times: list[float], taken: float) -> None:
    median, worst = statistics.median(times) * 1000, max(times) * 1000
    print(
        f"| {what} | {of} | {median:.1f} ms | {worst:.1f} ms | {taken * 1000:.1f} ms |", flush=True
    )


def _rules(sections: int) -> Iterator[tuple[str, list[float], float]]:
    drawn = random.Random(1)  # noqa: S311 - a text, the same each time
    base = _long(drawn, sections, BYTES)
    ours = base.with_sections(
        _edited(drawn, one, at=0) if place % 3 != 1 else one
        for place, one in enumerate(base.sections)
    )
    theirs = base.with_sections(
        _edited(drawn, one, at=-1) if place % 3 != 0 else one
        for place, one in enumerate(base.sections)
    )
    stored = [one.to_json() for one in (base, ours, theirs)]
    source = Iri("https://fr.example/models/m")

    def merge() -> None:
        sheets = [Sheet.from_json(one) for one in stored]
        rows = compare(sheets[0], sheets[1], sheets[2])
        merged = resolve(rows, {}, sheets[1], sheets[2], upstream=source)
        assert len(canonical(merged.to_json())) > sections * BYTES
        assert merged.digest

    def show() -> None:
        for before, after in zip(ours.sections, theirs.sections, strict=True):
            comparing.words(before.texts["fr"], after.texts["fr"])

    yield ("compare", *_timed(lambda: compare(base, ours, theirs)))
    yield ("read, compare, merge, digest", *_timed(merge))
    yield ("mark the words that differ", *_timed(show))
    yield ("what changed", *_timed(lambda: comparing.changed(base, theirs)))
    yield ("is it a replication", *_timed(lambda: core.relation(ours, base)))


def _timed(work: Callable[[], object]) -> tuple[list[float], float]:
    times: list[float] = []
    before = process_time()
    for _ in range(ASKED):
        began = perf_counter()
        work()
        times.append(perf_counter() - began)
    return times, (process_time() - before) / ASKED


def _long(drawn: random.Random, sections: int, size: int) -> Sheet:
    return Sheet(
        language="fr",
        names={"fr": "Modèle"},
        summaries={"fr": "Un long modèle."},
        license="CC-BY-SA-4.0",
        sections=tuple(
            Section(
                key=f"s{number}",
                role=Role.STEPS,
                adaptability=list(Adaptability)[number % 3],
                names={"fr": f"Partie {number}"},
                texts={"fr": _text(drawn, size)},
            )
            for number in range(sections)
        ),
    )


def _text(drawn: random.Random, size: int) -> str:
    paragraphs: list[str] = []
    while sum(map(len, paragraphs)) < size:
        paragraphs.append(" ".join(_word(drawn) for _ in range(40)))
    return "\n\n".join(paragraphs)


def _word(drawn: random.Random) -> str:
    return "".join(drawn.choices(LETTERS, k=drawn.randrange(2, 11)))


def _edited(drawn: random.Random, section: Section, *, at: int) -> Section:
    lines = section.texts["fr"].split("\n\n")
    words = lines[at].split()
    words[drawn.randrange(len(words))] = _word(drawn)
    lines[at] = " ".join(words)
    return replace(section, texts={"fr": "\n\n".join(lines)})


async def _pages(engine: str, forks: int, records: int) -> None:
    async with _house(engine) as house:
        coop = await house.organisation("coop")
        model = await house.publish(coop, a_sheet())
        await _adapt(house, model, forks)
        await _practise(house, model, records)
        for what, address, accept in (
            ("page of a model", model.url, "text/html"),
            (
                "the same as JSON",
                house.url(f"/api/essaim/v1/models/{model.id}"),
                "application/json",
            ),
            ("its records", f"{model.url}/records", "text/html"),
            ("its records as CSV", f"{model.url}/records.csv", "text/csv"),
            ("its records as JSON", f"{model.url}/records.json", "application/json"),
            (
                "its forks on the wire, a page",
                f"{model.iri}/forks?page=true",
                "application/activity+json",
            ),
        ):
            times: list[float] = []
            body = b""
            before = process_time()
            for _ in range(ASKED):
                began = perf_counter()
                async with house.street.session.get(address, headers={"Accept": accept}) as answer:
                    body = await answer.read()
                assert answer.status == 200, (address, answer.status, body[:200])
                times.append(perf_counter() - began)
            taken = (process_time() - before) / ASKED
            of = f"{forks:,} forks, {records:,} records, {engine}"
            _say(f"{what} ({len(body) // 1024} KB)", of, times[1:], taken)
            _say(f"{what}, the first time", of, times[:1], times[0])


async def _adapt(house: House, model: Model, forks: int) -> None:
    """So many forks of a model of ours, each with one adapted section, on a tenth as many hosts."""
    drawn, now, site = random.Random(2), house.site.now(), house.site  # noqa: S311 - a load
    sheet = _long(drawn, SECTIONS_OF_A_FORK, BYTES_OF_A_FORK)
    async with house.read() as session:
        head = await session.get_one(Revision, model.head_id)
    for start in range(0, forks, TOGETHER):
        rows: dict[type, list[dict[str, Any]]] = {Actor: [], Model: [], Revision: [], Lineage: []}
        for number in range(start, min(start + TOGETHER, forks)):
            origin = f"https://h{number}.example"
            ids = {kind: site.new_id() for kind in rows}
            said = replace(sheet, names={"fr": f"Modèle {number}"}, sections=sheet.sections[1:])
            body = said.to_json()
            rows[Actor].append(_actor(ids[Actor], origin, now))
            rows[Model].append(
                {
                    "id": ids[Model],
                    "iri": f"{origin}/models/m",
                    "actor_id": ids[Actor],
                    "is_ours": False,
                    "url": f"{origin}/m/m",
                    "language": "fr",
                    "languages": ["fr"],
                    "names": dict(said.names),
                    "summaries": dict(said.summaries),
                    "territory": [],
                    "license": said.license,
                    "number": 2,
                    "head_id": ids[Revision],
                    "document": b"{}",
                    "published_at": now,
                    "updated_at": now,
                }
            )
            modification = {"section": "costs", "nature": "Substituted", "reason": "Partners"}
            rows[Revision].append(
                {
                    "id": ids[Revision],
                    "iri": f"{origin}/models/m/versions/2",
                    "model_id": ids[Model],
                    "number": 2,
                    "sheet": body,
                    "modifications": [modification],
                    "digest": said.digest,
                    "document": b"{}",
                    "made_at": now,
                }
            )
            rows[Lineage].append(
                {
                    "id": ids[Lineage],
                    "model_id": ids[Model],
                    "upstream_iri": model.iri,
                    "base_iri": head.iri,
                    "base_digest": head.digest,
                    "seen_iri": head.iri,
                    "kind": "variant",
                    "listed_at": now,
                }
            )
        async with house.begin() as session:
            for kind, values in rows.items():
                await session.execute(insert(kind), values)
    async with house.begin() as session:
        await session.execute(text("ANALYZE"))


async def _practise(house: House, model: Model, records: int) -> None:
    """So many records of a model, in every region of the list, by a hundred organisations."""
    drawn, now, site = random.Random(3), house.site.now(), house.site  # noqa: S311 - a load
    regions = [one for one in code_list("territories").codes.values() if len(one.code) == NUTS_2]
    async with house.read() as session:
        head = await session.get_one(Revision, model.head_id)
    authors = [site.new_id() for _ in range(TOGETHER)]
    async with house.begin() as session:
        whose = [_actor(one, f"https://r{one}.example", now) for one in authors]
        await session.execute(insert(Actor), whose)
    for start in range(0, records, TOGETHER):
        rows: list[dict[str, Any]] = []
        for number in range(start, min(start + TOGETHER, records)):
            place, since = drawn.choice(regions), date(2026, 1, 1 + number % 28)
            stage = drawn.choice(list(Stage))
            said = Record(
                language="fr",
                name=f"Atelier {number}",
                summary="On répare ensemble, tous les samedis.",
                territory=place.iri,
                steps=(Step(Stage.PILOT, since), Step(stage, since, "Un local pour six mois")),
                outcomes=(Outcome("Objets", number, "objets", since, "Registre"),),
            )
            iri = f"https://r{number}.example/records/{number}"
            rows.append(
                {
                    "id": site.new_id(),
                    "iri": iri,
                    "actor_id": authors[number % TOGETHER],
                    "is_ours": False,
                    "url": iri,
                    "model_iri": model.iri,
                    "version_iri": head.iri,
                    "name": said.name,
                    "language": said.language,
                    "territory": place.code,
                    "country": place.code[:2],
                    "stage": stage.value,
                    "level": number % len(Level),
                    "record": said.to_json(),
                    "digest": said.digest,
                    "document": b"{}" * 1000,
                    "published_at": now,
                    "updated_at": now,
                }
            )
        ties = [
            {"id": site.new_id(), "replication_id": one["id"], "model_id": model.id} for one in rows
        ]
        async with house.begin() as session:
            await session.execute(insert(Replication), rows)
            await session.execute(insert(Counted), ties)
    async with house.begin() as session:
        await session.execute(text("ANALYZE"))


def _actor(number: int, origin: str, now: Any) -> dict[str, Any]:
    iri = f"{origin}/actors/a"
    return {
        "id": number,
        "iri": iri,
        "is_ours": False,
        "type": "Organization",
        "handle": "a",
        "host": origin.removeprefix("https://"),
        "name": "A",
        "inbox": f"{iri}/inbox",
        "aliases": [],
        "document": b"{}",
        "published_at": now,
        "updated_at": now,
    }


@asynccontextmanager
async def _house(engine: str) -> AsyncIterator[House]:
    with (
        tempfile.TemporaryDirectory(prefix="essaim-replication-") as home,
        _database(engine, Path(home)) as url,
    ):
        database = Database(url)
        try:
            await migrations.upgrade(database)
        finally:
            await database.close()
        async with lived_in(Street(Path(home), lambda _: url)) as street:
            quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
            structlog.configure(wrapper_class=quiet)
            (house,) = await street.open("alpha")
            yield house


@contextmanager
def _database(engine: str, home: Path) -> Iterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{home}/bench.db"
        return
    with server_on(home) as url:
        yield url


if __name__ == "__main__":
    main()
