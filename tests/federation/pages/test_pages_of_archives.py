"""A file is taken from one site and brought to another; copies say what is proven."""

from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import select
from together.program import Program, a_program
from together.reader import Reader, reading
from together.street import House, Street, a_sheet

from actors.mail import hosts
from actors.mail.hosts import Trouble
from actors.tables.model import Model
from federation import middleware

BRUNO = "bruno@example.org"


@pytest.fixture
async def beta(street: Street, alpha: House) -> House:
    """Another instance."""
    assert alpha.is_open
    (house,) = await street.open("beta")
    return house


@pytest.fixture
async def program(beta: House) -> Program:
    """A program for an organisation there, `rete`, for which Bruno may act too."""
    made = await a_program(beta, "rete")
    await beta.member(BRUNO, made.actor)
    return made


@pytest.fixture
async def bruno(program: Program, street: Street) -> AsyncIterator[Reader]:
    """Signed in there."""
    async with reading(program.house, street) as browser:
        yield await browser.sign_in(BRUNO)


async def send(bruno: Reader, data: bytes, token: str | None = None) -> Reader:
    """Choose a file in the form, and send it."""
    await bruno.go("/archives")
    drawn = next(form for form in bruno.page.forms if form.get("action") == "/archives")
    form = aiohttp.FormData()
    form.add_field("token", drawn.fields["token"] if token is None else token)
    form.add_field("file", data, filename="x.zip", content_type="application/zip")
    address = bruno.house.url("/archives")
    async with bruno.session.post(address, data=form, headers={"Accept-Language": "en"}) as answer:
        bruno.status, bruno.html = answer.status, await answer.text()
    return bruno


async def test_a_file_is_taken_away_brought_and_shown_with_what_it_proves(
    alpha: House, beta: House, bruno: Reader, program: Program, street: Street
) -> None:
    coop = await alpha.actor("coop")
    model = await alpha.publish(coop)
    await alpha.revise(model, a_sheet(text="On répare mieux."))
    async with street.session.get(alpha.url(f"/m/{model.slug}/archive")) as answer:
        data = await answer.read()
        assert answer.content_type == "application/zip"
        assert answer.headers["Content-Disposition"].endswith(f'"{model.slug}.essaim.zip"')
    async with street.session.get(alpha.url(f"/api/essaim/v1/models/{model.id}/archive")) as answer:
        assert await answer.read() == data

    # What is damaged, or sent by somebody else's form, changes nothing.
    flipped = data.replace(b"On r", b"On R", 1)
    await send(bruno, flipped)
    assert bruno.status == 422
    assert "is damaged" in bruno.text
    await send(bruno, b"")
    assert "Please choose a file." in bruno.text
    assert (await send(bruno, data, token="x" * 64)).status == 403
    assert (await program.post("/archives", flipped)).is_problem(422)
    async with beta.read() as session:
        assert (await session.scalars(select(Model))).all() == []

    await send(bruno, data)
    assert "2 versions are new here." in bruno.text
    await send(bruno, data)
    assert "Everything in this file is known here already." in bruno.text
    again = (await program.post("/archives", data)).told(200)
    assert (again["versions"], again["trust"]) == (0, "keys")
    local = again["model"]["id"]
    proofs = (await program.get(f"/models/{local}/evidence")).told(200)
    assert proofs["origin"] == {"host": "alpha.test", "isOurs": False, "silentSince": None}
    assert [one["standing"] for one in proofs["versions"]] == ["proven", "proven"]
    assert [one["versions"] for one in proofs["restorations"]] == [2]
    await bruno.go(f"/m/{local}/versions/1")
    assert "This version is signed by its author" in bruno.text
    assert "2 versions came here in an archive" in bruno.text

    # The origin falls silent: the copy says since when, and still proves itself.
    await alpha.stop()
    street.clock.turn(days=3)
    async with beta.begin() as session:
        await hosts.failed(session, beta.site, {"alpha.test": Trouble("no answer")})
    since = beta.site.now()
    street.clock.turn(days=30)
    await bruno.go(f"/m/{local}")
    assert "alpha.test does not answer any more." in bruno.text
    assert "You read the copy that was kept here." in bruno.text
    assert "This version is signed by its author" in bruno.text
    told = (await program.get(f"/models/{local}/evidence")).told(200)["origin"]["silentSince"]
    assert told == f"{since - timedelta(microseconds=since.microsecond):%Y-%m-%dT%H:%M:%SZ}"
    async with street.session.get(beta.url(f"/m/{local}/archive")) as answer:
        assert len(await answer.read()) > 1000


async def test_only_members_bring_files_and_not_without_end(
    reader: Reader, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reader.go("/archives")
    assert reader.path == "/sign-in"
    nobody = Program(program.house, program.actor, None)
    assert (await nobody.post("/archives", b"x")).is_problem(401)
    assert (await program.get("/models/1/archive")).is_problem(404)
    monkeypatch.setattr(middleware, "LARGEST_UPLOAD", 1000)
    assert (await program.post("/archives", bytes(1001))).is_problem(413)
