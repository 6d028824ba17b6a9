"""How fast pages are on an old phone, and what drawing them costs.

    PYTHONPATH=.:tests .venv/bin/python -m bench.pages
    PYTHONPATH=.:tests .venv/bin/python -m bench.pages --only drawn

`seen`: Chromium opens each page for the first time, with nothing kept, as a phone of four years ago
over 3G: four times slower than this machine, 1.6 Mbit/s down, 750 kbit/s up, 150 ms for each
answer (what Lighthouse calls "slow 4G", and WebPageTest "3G fast"). The server is on loopback, so
what is measured is the page, not the way to it. Each is opened as often as `--runs` says; the
median counts. `drawn`: processor time of one drawing of each template, the data being there
already: the median, and the slowest.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jinja2 import Template
from playwright.async_api import Browser
from screenshots import pages as of_demo
from screenshots import played, sign_in
from together.reader import reading
from together.street import Street, walk
from together.tour import ANNA, tour
from together.window import PHONE, launched

from actors import migrations
from actors.database import Database
from federation.pages import rendering

SLOWER: Final = 4
DOWN: Final = 1_600_000 // 8
UP: Final = 750_000 // 8
WAIT: Final = 150

MEMBERS_ONLY: Final = ("workspace", "write")

LOOKING: Final = """() => new Promise(done => {
  const seen = {lcp: 0, what: "", shift: 0};
  new PerformanceObserver(list => { for (const one of list.getEntries()) {
    seen.lcp = one.startTime; seen.what = one.element ? one.element.tagName.toLowerCase() : "";
  } }).observe({type: "largest-contentful-paint", buffered: true});
  new PerformanceObserver(list => { for (const one of list.getEntries()) seen.shift += one.value; })
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(seen), 300);
})"""


@dataclass(frozen=True)
class Seen:
    """One page, opened once.

    Attributes:
        lcp: seconds until the largest thing on it was painted.
        what: its tag.
        shift: how far things moved; 0 is nothing.
        size: bytes that travelled.
        requests: how many.
    """

    lcp: float
    what: str
    shift: float
    size: int
    requests: int


async def seen(browser: Browser, told: Any, name: str, address: str) -> Seen:
    """Open a page as an old phone would, with nothing kept."""
    context = await browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, locale="fr", device_scale_factor=2
    )
    page = await context.new_page()
    if name in MEMBERS_ONLY:
        await sign_in(page, told, address)
    wire = await context.new_cdp_session(page)
    sizes: list[int] = []
    wire.on("Network.loadingFinished", lambda said: sizes.append(int(said["encodedDataLength"])))
    await wire.send("Network.enable")
    await wire.send("Network.clearBrowserCache")
    slow = {"latency": WAIT, "downloadThroughput": DOWN, "uploadThroughput": UP, "offline": False}
    await wire.send("Network.emulateNetworkConditions", slow)
    await wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    await page.goto(address, wait_until="load")
    found = await page.evaluate(LOOKING)
    await context.close()
    return Seen(found["lcp"] / 1000, found["what"], found["shift"], sum(sizes), len(sizes))


async def on_a_phone(runs: int) -> list[tuple[str, list[Seen]]]:
    """The main pages of the demo."""
    measured: list[tuple[str, list[Seen]]] = []
    with tempfile.TemporaryDirectory(prefix="essaim-pages-") as directory:
        async with played(Path(directory) / "demo") as told, launched() as browser:
            for name, address in of_demo(told).items():
                found = [await seen(browser, told, name, address) for _ in range(runs)]
                measured.append((name, found))
    return measured


@contextmanager
def timed() -> Iterator[dict[str, list[float]]]:
    """Inside, every drawing of a template is timed: name → seconds of this process."""
    taken: dict[str, list[float]] = defaultdict(list)
    draw = Template.render

    def render(template: Template, *given: Any, **values: Any) -> str:
        begun = time.process_time()
        try:
            return draw(template, *given, **values)
        finally:
            taken[str(template.name)].append(time.process_time() - begun)

    Template.render = render  # type: ignore[assignment, method-assign]
    try:
        yield taken
    finally:
        Template.render = draw  # type: ignore[method-assign]


async def drawn(runs: int) -> dict[str, list[float]]:
    """Every page of the tour, drawn so many times."""
    with tempfile.TemporaryDirectory(prefix="essaim-pages-") as directory:
        home = Path(directory)

        def database(name: str) -> str:
            return f"sqlite:///{home / name}.db"

        await _migrated(database("alpha"))
        async with walk(home, database) as street:
            return await _drawn(street, runs)


async def _migrated(url: str) -> None:
    made = Database(url)
    await migrations.upgrade(made)
    await made.close()


async def _drawn(street: Street, runs: int) -> dict[str, list[float]]:
    (alpha,) = await street.open("alpha")
    rendering.compile_ahead(alpha.app, lambda: False)  # as a server does before it answers
    await alpha.member(ANNA, await alpha.organisation("coop", "Coopérative Alpha"))
    told = await tour(street, alpha)
    with timed() as taken:
        for email, paths in told.whose.items():
            async with reading(alpha, street) as reader:
                if email is not None:
                    await reader.sign_in(email)
                for _ in range(runs + 1):  # the first unpacks, and is the slowest
                    for path in paths:
                        await reader.go(path)
    return taken


def table_of_phone(found: Sequence[tuple[str, list[Seen]]]) -> Iterator[str]:
    """What was seen, a row for each page."""
    yield "| page | largest paint (s) | slowest | of | moved | bytes | requests |"
    yield "|---|---|---|---|---|---|---|"
    for name, all_ in found:
        paints = [one.lcp for one in all_]
        last = all_[-1]
        yield (
            f"| {name} | {statistics.median(paints):.2f} | {max(paints):.2f} | {last.what} "
            f"| {max(one.shift for one in all_):.3f} | {last.size:,} | {last.requests} |"
        )


def table_of_drawing(found: dict[str, list[float]]) -> Iterator[str]:
    """What drawing cost, the dearest first."""
    yield "| template | median (ms) | slowest | times |"
    yield "|---|---|---|---|"
    for name, taken in sorted(found.items(), key=lambda one: -statistics.median(one[1])):
        median = statistics.median(taken) * 1000
        yield f"| {name} | {median:.1f} | {max(taken) * 1000:.1f} | {len(taken)} |"


def main() -> int:
    """Measure, and print tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=("seen", "drawn"))
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    if given.only != "drawn":
        print("\n".join(table_of_phone(asyncio.run(on_a_phone(given.runs)))), "\n")
    if given.only != "seen":
        print("\n".join(table_of_drawing(asyncio.run(drawn(given.runs)))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
