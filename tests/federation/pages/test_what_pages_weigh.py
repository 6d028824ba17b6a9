"""What a page weighs and asks for: nothing here is timed, all of it decides how soon one can read.

Times are for the bench (`bench.pages`).
"""

import os
import stat
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jinja2
import pytest
from aiohttp import web
from bench.pages import LOOKING
from jinja2 import Environment
from sqlalchemy import event
from sqlalchemy.engine import Engine
from together.reader import Reader
from together.street import House, a_sheet
from together.window import NARROWEST, NEVER_WIDER, PHONE, Watch, barriers

from actors.rules.sections import Sheet
from federation.app_keys import TEMPLATES
from federation.pages import compiled, rendering

FIRST_VISIT = 60 * 1024
"""Bytes that travel for a first page, with everything: less than half a second over 3G."""

REQUESTS = 5
"""The page, its stylesheet, its mark (once more for the tab, where nothing is kept), a script."""

STATEMENTS = 32
"""Of the dearest page for readers: each is a turn to another machine, where PostgreSQL is one."""


@pytest.mark.browser
async def test_a_first_page_is_light_and_nothing_on_it_moves(alpha: House, watch: Watch) -> None:
    model = await alpha.publish(await alpha.actor("coop"), a_sheet(text="On répare. " * 200))
    async with watch(PHONE) as window:
        page = await window.open("/sign-in")
        for path in ("/", "/directory?q=reparer", "/organisations", "/@coop", f"/m/{model.slug}"):
            wire = await window.context.new_cdp_session(page)
            sizes: list[int] = []
            wire.on(
                "Network.loadingFinished",
                lambda said, sizes=sizes: sizes.append(int(said["encodedDataLength"])),
            )
            await wire.send("Network.enable")
            await wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
            await page.goto(window.house.url(path), wait_until="load")
            found = await page.evaluate(LOOKING)
            await wire.detach()
            assert found["shift"] == 0, path
            assert sum(sizes) < FIRST_VISIT, path
            assert len(sizes) <= REQUESTS, path
            blocking = await page.locator("head link[rel=stylesheet], script:not([defer])").count()
            data = await page.locator("script[type='application/ld+json']").count()
            assert blocking - data == 1, path  # the stylesheet
            assert await page.locator("img:not([width][height])").count() == 0, path


@contextmanager
def compiling(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Environment, Counter[str]]]:
    """A process that has just begun, and how often it compiles each template."""
    rendering.environment.cache_clear()
    times = Counter[str]()
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(kept))
        templates = rendering.environment()
        whole = templates.compile

        def told(source: str, name: str, filename: str) -> object:
            times[name] += 1
            return whole(source, name, filename)

        patch.setattr(templates, "compile", told)
        yield templates, times
    rendering.environment.cache_clear()


def read_all(templates: Environment) -> set[str]:
    names = templates.list_templates(extensions=["html"])
    for name in names:
        templates.get_template(name)
    return set(names)


def test_no_template_is_compiled_twice_by_however_many_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with compiling(tmp_path, monkeypatch) as (templates, times):
        assert templates is rendering.environment()
        names = read_all(templates)
        assert set(times) == names
        assert len(names) > rendering.TEMPLATES_AT_HAND
        read_all(templates)
        assert set(times.values()) == {1}
        assert not templates.auto_reload  # nor is a file looked at for each page
    with compiling(tmp_path, monkeypatch) as (templates, times):
        read_all(templates)
        assert not times


def test_templates_are_compiled_anew_by_another_program_and_where_a_file_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with compiling(tmp_path, monkeypatch) as (templates, _):
        names = read_all(templates)
    (folder,) = tmp_path.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IRWXU
    for number, path in enumerate(sorted(folder.iterdir())):
        whole = path.read_bytes()  # what a power cut may leave, and worse
        path.write_bytes(whole[: number * 3] if number % 2 else whole[:20] + bytes(len(whole)))
    with compiling(tmp_path, monkeypatch) as (templates, times):
        read_all(templates)
        assert set(times) == names
    monkeypatch.setattr(jinja2, "__version__", "another")
    compiled.compiler.cache_clear()
    with compiling(tmp_path, monkeypatch) as (templates, times):
        read_all(templates)
        assert set(times) == names
    monkeypatch.undo()
    compiled.compiler.cache_clear()


@pytest.mark.parametrize("hindrance", ["a file in the way", "no folder", "taken away"])
def test_templates_are_drawn_where_none_can_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hindrance: str
) -> None:
    kept = tmp_path if hindrance != "no folder" else tmp_path / "nowhere"
    folder = tmp_path / f"_jinja2-cache-{os.getuid()}"
    if hindrance == "a file in the way":
        folder.touch()
    with compiling(kept, monkeypatch) as (templates, times):
        if hindrance == "taken away":
            folder.rmdir()
        assert templates.get_template("refusal.html").name == "refusal.html"
        assert times["refusal.html"] == 1


def test_compiling_ahead_ends_at_the_next_template_when_the_process_is_told_to_stop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    application = web.Application()
    application[TEMPLATES] = templates = rendering.environment()
    names = templates.list_templates(extensions=["html"])
    compiled: list[str] = []
    assert templates.loader is not None
    monkeypatch.setattr(templates.loader, "load", lambda _, name: compiled.append(name))
    rendering.compile_ahead(application, lambda: len(compiled) == 3)
    assert compiled == names[:3]


@contextmanager
def counted() -> Iterator[list[str]]:
    """Inside, every statement is noted."""
    noted: list[str] = []

    def note(*given: object) -> None:
        noted.append(str(given[2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield noted
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_a_page_asks_the_database_as_often_for_many_things_as_for_few(
    alpha: House, reader: Reader
) -> None:
    coop, asked = await alpha.actor("coop"), dict[str, list[int]]()
    for some in (1, 9):
        model = await alpha.publish(coop, a_sheet("Atelier"))
        for number in range(some):
            await alpha.publish(coop, a_sheet(f"Atelier {some} {number}"))
        for path in ("/", "/directory?q=atelier", "/organisations", "/@coop", f"/m/{model.slug}"):
            with counted() as statements:
                await reader.go(path)
            asked.setdefault(path.split("/m/")[0], []).append(len(statements))
    assert all(few == many for few, many in asked.values()), asked
    assert max(max(one) for one in asked.values()) <= STATEMENTS, asked


@pytest.mark.browser
async def test_an_arabic_model_is_read_from_the_right_on_paper_and_in_high_contrast(
    alpha: House, watch: Watch
) -> None:
    told = a_sheet().to_json()
    told["language"], told["names"], told["summaries"] = "ar", {"ar": "ورشة إصلاح"}, {}
    for section in told["sections"]:  # type: ignore[union-attr]
        section |= {"names": {"ar": "المبدأ"}, "texts": {"ar": "نصلح معاً. " * 20}}  # type: ignore[operator]
    model = await alpha.publish(await alpha.actor("coop"), Sheet.from_json(told))
    async with watch(NARROWEST, "en") as window:  # as wide as 1280 pixels at 400 %
        page = await window.open(f"/m/{model.slug}")
        text = page.locator(".sheet-section .prose").first
        assert await text.evaluate("one => getComputedStyle(one).direction") == "rtl"
        assert await text.evaluate("one => getComputedStyle(one).textAlign") in ("start", "right")
        assert await page.evaluate(NEVER_WIDER)
        await page.emulate_media(forced_colors="active")
        assert await barriers(page, only=["target-size"]) == []
        badge = page.locator(".badge").first
        assert await badge.evaluate("one => getComputedStyle(one).borderStyle") == "solid"
        await page.emulate_media(media="print", forced_colors="none", color_scheme="dark")
        for gone in (".top nav", ".who", ".actions", ".bottom"):
            assert not await page.locator(gone).first.is_visible(), gone
        assert await page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
