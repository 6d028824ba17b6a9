"""Files as evidence of a record of practice: on pages, in the API, elsewhere, in the archive."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import orjson
from together.pictures import a_document, a_picture, kept
from together.program import Program, must_fit
from together.reader import Reader
from together.street import House, Street

from actors.documents import archive, proving
from actors.rules.permissions import Office
from actors.views import coverage
from federation.app_keys import ARCHIVIST, UPLOADS

WORDS = "Trois vélos devant l'atelier"
TYPED = {
    "name": "Atelier",
    "summary": "On répare.",
    "territory": "FRH0",
    "stage": "Running",
    "since": "2026-01-05",
}


async def _status(house: House, url: str) -> int:
    async with house.street.session.get(url) as answer:
        return answer.status


async def test_a_record_keeps_a_picture_and_a_report_and_others_read_them(
    street: Street, alpha: House, anna: Reader
) -> None:
    (beta,) = await street.open("beta")
    source = await alpha.organisation("source", "La Source")
    bruno = await alpha.member("bruno@example.org", source, Office.EDITOR)
    torino = await beta.organisation("torino")
    await beta.follow(torino, "@coop@alpha.test")
    model = await alpha.publish(source)
    await street.settle()
    await anna.go(f"/m/{model.slug}/record")
    # A file that has arrived waits for what else has to be mended.
    await anna.attach("Publish the record", a_picture(), **TYPED, description=" ")
    assert (anna.status, anna.faults) == (
        422,
        ["Error: Say in words what the picture shows, for those who do not see it."],
    )
    wrong = {**TYPED, "stage": ""}
    await anna.attach("Publish the record", a_picture(), **wrong, description=WORDS)
    assert anna.status == 422
    assert "chosen.jpg has arrived; you need not choose it again." in anna.text
    await anna.press("Publish the record", stage="Running", since="2026-01-05")
    assert "Your record is published." in anna.text, anna.text
    record = anna.path
    assert [one.get("alt") for one in anna.page.xpath("//figure//img")] == [WORDS]

    await anna.follow("Add what has happened since")
    await anna.attach("Add this", b"<svg/>", description="Un rapport")
    assert anna.faults == ["Error: This is no JPEG, PNG, GIF, WebP, AVIF or PDF."]
    await anna.press("Add this", description="Un rapport")
    assert anna.faults == ["Error: Please fill this in."]
    street.clock.turn(minutes=1)
    await anna.attach("Add this", a_document(), description="Le rapport", credit="Léa")
    assert "That is added." in anna.text, anna.text
    assert "Le rapport PDF" in anna.text
    await anna.follow("Add what has happened since")
    await anna.attach("Add this", a_document(), description="Le rapport")
    assert (anna.status, "Nothing was added." in anna.text) == (422, True)
    await anna.go(f"{record}/add?lang=fr")
    assert "Une image ou un document qui le montre" in anna.text
    await anna.go("/?lang=en")

    # Other instances read it, with digests and under its proof; it is a status with pictures too.
    number = record.rsplit("/", 1)[1]
    async with alpha.read() as session:
        ours = await coverage.by_id(session, int(number))
    assert ours is not None
    told = orjson.loads(ours.row.document)
    assert [(one["type"], one["name"]) for one in told["attachment"]] == [
        ("Image", WORDS),
        ("Document", "Le rapport"),
    ]
    await street.settle()
    async with beta.read() as session:
        theirs = await coverage.by_iri(session, ours.row.iri)
    assert theirs is not None
    assert (theirs.digest, theirs.record) == (ours.row.digest, ours.row.record)
    # Its digest covers the files: whoever exchanges one is not believed.
    bare = replace(ours.record, files=())
    assert bare.digest != ours.record.digest

    # The archive of the model holds them.
    data = await alpha.app[ARCHIVIST].make(model.id)
    held = archive.read(data)
    assert sorted(name.rpartition(".")[2] for name in held.files) == ["jpg", "pdf"]
    assert proving.examine(held, now=street.clock()).is_proven

    # Programs do the same.
    program = Program(alpha, source, await alpha.token(bruno, source))
    file, bad = await kept(alpha, source), await kept(alpha, source, " ", is_picture=True)
    strange = await kept(alpha, (await alpha.organisation("other")), "Plan", is_picture=False)
    body = {
        "language": "fr",
        "name": "À Rennes",
        "summary": "On répare.",
        "territory": "FRH0",
        "steps": [{"stage": "Running", "since": date(2026, 3, 1).isoformat()}],
    }
    where = f"/models/{model.id}/records"
    refused = await program.post(where, {**body, "files": [str(strange.id), "x"]})
    assert set(refused.errors) == {"files[0]", "files[1]"}
    refused = await program.post(where, {**body, "files": [str(bad.id)]})
    assert set(refused.errors) == {"files[0]"}
    assert (await program.delete(f"/media/{bad.id}")).status == 204
    made = (await program.post(where, {**body, "files": [str(file.id)]})).told(201)
    must_fit(made, "PracticeRecord")
    assert [one["description"] for one in made["files"]] == ["Un vélo"]
    assert (await program.delete(f"/media/{file.id}")).is_problem(409)
    more = {"files": [str(file.id)]}
    assert (await program.post(f"/records/{made['id']}/additions", more)).is_problem(409)
    url = made["files"][0]["url"]
    assert await _status(alpha, url) == 200
    assert (await program.delete(f"/records/{made['id']}")).status == 204
    assert await _status(alpha, url) == 404


async def test_whoever_is_signed_out_loses_no_word_and_leaves_no_file(
    alpha: House, anna: Reader
) -> None:
    model = await alpha.publish(await alpha.organisation("source"))
    await anna.go(f"/m/{model.slug}/record")
    form, address = anna.html, anna.address
    await anna.press("Sign out")
    anna.html, anna.address = form, address
    before = _lying(alpha)
    await anna.attach("Publish the record", a_picture(colour="green"), **TYPED, description=WORDS)
    assert anna.status == 422
    assert "You are signed out, and nothing is lost." in anna.text
    assert (TYPED["summary"] in anna.html, "Trois vélos" in anna.html) == (True, True)
    assert _lying(alpha) == before
    async with alpha.read() as session:
        assert (await coverage.coverage(session, model)).total == 0


def _lying(house: House) -> set[Path]:
    return {one for one in house.app[UPLOADS].files.directory.rglob("*") if one.is_file()}
