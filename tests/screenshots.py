"""Pictures of the main pages for the README, as a visitor of the demo sees them.

    PYTHONPATH=tests .venv/bin/python -m screenshots deploy/screenshots

The demo is played in a directory of its own, at ports of its own; each page is photographed wide
and phone-sized, in French and in English, as WebP without loss: half of what PNG would weigh.
"""

import argparse
import asyncio
import io
import json
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from PIL import Image
from playwright.async_api import Browser, Page
from together.window import launched

SIZES: Final = {"wide": (1280, 900), "phone": (360, 740)}
LANGUAGES: Final = ("fr", "en")

PLAYED_WITHIN: Final = 180.0
"""Seconds; on a slow machine the story takes a minute."""


@asynccontextmanager
async def played(directory: Path) -> AsyncIterator[Mapping[str, Any]]:
    """The demo, running; what it says of itself."""
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "federation", "demo"),
        *(str(directory), "--ports", "0,0,0", "--json"),
        stdout=asyncio.subprocess.PIPE,  # the story is told on standard error
    )
    assert program.stdout is not None
    try:
        said = await asyncio.wait_for(program.stdout.readline(), PLAYED_WITHIN)
        assert said, "the demo ended before its story"
        yield json.loads(said)
    finally:
        with suppress(ProcessLookupError):
            program.send_signal(signal.SIGINT)
        await program.wait()


def pages(told: Mapping[str, Any]) -> dict[str, str]:
    """The main pages: name of the picture → address."""
    source, fork = told["pages"]["source"], told["pages"]["fork"]
    place = urlsplit(fork)
    here = f"{place.scheme}://{place.netloc}"
    return {
        "home": f"{here}/",
        "discover": f"{here}/directory?q=tri",
        "organisations": f"{here}/organisations",
        "model": source,
        "versions": f"{source}/versions",
        "lineage": f"{fork}/lineage",
        "records": f"{fork}/records",
        "compare": f"{fork}/compare?from=1",
        "workspace": f"{fork}/workspace",
        "write": f"{here}/write",
    }


async def sign_in(page: Page, told: Mapping[str, Any], address: str) -> None:
    """As the steward of the network at that address."""
    (network,) = [one for one in told["networks"] if address.startswith(one["origin"])]
    await page.goto(f"{network['origin']}/sign-in")
    await page.fill("[name=email]", network["email"])
    await page.fill("[name=password]", network["password"])
    await page.press("[name=password]", "Enter")
    await page.wait_for_url("**/space**")


async def photograph(browser: Browser, told: Mapping[str, Any], folder: Path) -> None:
    """Every page, in every size and language."""
    found = pages(told)
    for size, (width, height) in SIZES.items():
        for language in LANGUAGES:
            context = await browser.new_context(
                viewport={"width": width, "height": height}, locale=language
            )
            page = await context.new_page()
            await sign_in(page, told, found["workspace"])
            for name, address in found.items():
                answer = await page.goto(address)
                assert answer is not None, address
                assert answer.ok, f"{address}: {answer.status}"
                _draw(await page.screenshot(), folder / f"{name}-{size}-{language}.webp")
            await context.close()


def _draw(shot: bytes, path: Path) -> None:
    Image.open(io.BytesIO(shot)).convert("RGB").save(path, lossless=True, method=6)


async def main(folder: Path) -> None:
    """Take all pictures."""
    with tempfile.TemporaryDirectory(prefix="essaim-pictures-") as directory:
        async with played(Path(directory) / "demo") as told, launched() as browser:
            await photograph(browser, told, folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    chosen = parser.parse_args().folder
    chosen.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(chosen))
