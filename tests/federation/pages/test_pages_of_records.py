"""Records of practice on pages and by API: written in minutes, added to, vouched for."""

import csv
import io
import json

from together.pictures import a_picture
from together.program import Program, a_program, must_fit
from together.reader import Reader
from together.street import House, Street
from yarl import URL

from actors.rules.permissions import Office
from actors.rules.pictures import LARGEST_FILE
from actors.verbs import picturing

SUMMARY = "People mend things together, every Saturday."


async def test_a_coordinator_records_practice_adds_to_it_and_is_believed(
    street: Street, alpha: House, anna: Reader
) -> None:
    source = await alpha.organisation("source", "La Source")
    bruno = await alpha.member("bruno@example.org", source, Office.EDITOR)
    model = await alpha.publish(source)
    page = f"/m/{model.slug}"
    await anna.go(page)
    assert "Nobody has recorded yet that they do it" in anna.text
    await anna.follow("We do this too")
    assert "organisation of this model, and those of the models it was made from" in anna.text
    # What is wrong is said beside the field; what was typed stays.
    await anna.press("Publish the record", name="Atelier", summary=SUMMARY, territory="Emilia")
    assert anna.status == 422
    assert "Error: Please say how far you are." in anna.faults
    assert "Error: Please choose the place you mean." in anna.faults or anna.faults
    await anna.press("Publish the record", stage="Pilot", since="2999-01-01", territory="ITH5")
    assert anna.faults == ["Error: This day is still to come."]
    await anna.press("Publish the record", since="2026-01-05", reason="A room for six months")
    assert "Your record is published." in anna.text, anna.text
    record = anna.path
    assert "Trying it out" in anna.text
    assert "E1 Done, as they say" in anna.text
    assert "Emilia-Romagna, Italy (ITH5)" in anna.text

    await anna.follow("Add what has happened since")
    await anna.press("Add this")
    assert (anna.status, "Nothing was added." in anna.text) == (422, True)
    figure = {"what": "Things mended", "value": "many", "unit": "things", "method": "A list"}
    await anna.press("Add this", stage="Stopped", since="2026-02-20", **figure)
    assert anna.faults == ["Error: Please give a number, such as 120 or 4.5."]
    link = {"link": "Report", "href": "javascript:alert(1)"}
    await anna.press("Add this", value="120,5", reason="No more funding", on="2026-02-01", **link)
    assert anna.faults == ["Error: Please give an address that begins with https://."]
    await anna.press("Add this", href="https://mend.example/report", difficulty="<b>Rent</b>")
    assert "That is added." in anna.text, anna.text
    assert "E2 Measured" in anna.text
    assert "No more funding" in anna.text
    assert "<b>Rent</b>" in anna.text  # as text, not as HTML
    assert "120.5 things" in anna.text
    await anna.go(f"{record}/attest")
    assert "Nobody vouches for itself" in anna.text

    # The model shows it, stopped as it is, on a map, in a table, and for other programs.
    await anna.go(page)
    assert "1 record of practice that this site knows of." in anna.text
    await anna.follow("See every record")
    assert "Stopped" in anna.text
    await anna.go(f"{page}/records?level=E4")
    assert "No record fits." in anna.text
    await anna.go(f"{page}/records.json")
    told = json.loads(anna.html)
    assert (told["total"], told["countries"], told["stages"]) == (1, {"IT": 1}, {"Stopped": 1})
    await anna.go(f"{page}/records.csv")
    (row,) = csv.DictReader(io.StringIO(anna.html.removeprefix("\ufeff")))
    assert (row["territory"], row["level"], row["stage"]) == ("ITH5", "E2", "Stopped")

    # The source confirms it, and takes that back.
    await street.settle()
    await anna.go(page)
    await anna.press("Sign out")
    await anna.sign_in("bruno@example.org")
    await anna.go("/notices")
    assert "records how they do one of your models: Atelier" in anna.text
    await anna.follow("Atelier")
    await anna.follow("Say whether this is so")
    period = {"since": "2026-01-05", "until": "2026-01-01"}
    await anna.press(
        "Publish your statement", verdict="Confirmed", content="I was there.", **period
    )
    assert anna.faults == ["Error: The period ends before it begins."]
    await anna.press(
        "Publish your statement", verdict="Confirmed", until="2026-02-01", section="value"
    )
    assert "E3 Confirmed" in anna.text
    assert "La Source confirms this (the source of the model)" in anna.text
    assert "Sections looked at: The principle" in anna.text
    await anna.go("/directory?evidence=E3")
    assert "Atelier de réparation" in anna.text
    await anna.go(record)
    await anna.press("Take our statement back")
    assert "E2 Measured" in anna.text
    await anna.go("/directory?evidence=E3")
    assert "Atelier de réparation" not in anna.text

    # Programs do the same.
    program = Program(alpha, source, await alpha.token(bruno, source))
    number = record.rsplit("/", 1)[1]
    body = {"verdict": "Disputed", "content": "The room was empty.", "language": "en"}
    said = (await program.post(f"/records/{number}/statements", body)).told(201)
    must_fit(said, "PracticeRecord")
    assert [one["verdict"] for one in said["statements"]] == ["Disputed"]
    listed = (await program.get(f"/models/{model.id}/records?stage=Stopped")).told(200)
    must_fit(listed, "Records")
    assert [one["id"] for one in listed["items"]] == [number]
    assert (await program.get(f"/models/{model.id}/records?level=E9")).is_problem(422)
    must_fit((await program.get(f"/models/{model.id}/coverage")).told(200), "Coverage")
    assert (await program.delete(f"/statements/{said['statements'][0]['id']}")).status == 204
    assert (await program.post(f"/records/{number}/additions", {"steps": []})).is_problem(403)
    assert (await program.delete(f"/records/{number}")).is_problem(403)
    own = {
        "language": "fr",
        "name": "À Rennes",
        "summary": "On répare.",
        "territory": "FRH0",
        "steps": [{"stage": "Considering", "since": "2026-03-01"}],
        "outcomes": [{"what": "", "value": "x"}],
    }
    refused = await program.post(f"/models/{model.id}/records", own)
    assert refused.is_problem(422)
    assert set(refused.errors) == {"outcomes[0].what", "outcomes[0].value"}
    made = (await program.post(f"/models/{model.id}/records", own | {"outcomes": []})).told(201)
    assert made["level"] == "E0"
    assert (await program.delete(f"/records/{made['id']}")).status == 204
    assert (await program.get(f"/records/{made['id']}")).is_problem(410)


async def test_a_record_is_begun_left_taken_up_again_and_published_with_its_picture(
    street: Street, alpha: House, anna: Reader
) -> None:
    source = await alpha.organisation("source", "La Source")
    model = await alpha.publish(source)
    program = await a_program(alpha, "voisine")
    await anna.go(f"/m/{model.slug}/record")
    # What is known stands there already; what is typed is kept, whatever it means.
    assert anna.page.xpath("//input[@name='name']/@value") == [
        "Atelier de réparation (en) – Coopérative Alpha"
    ]
    words = "Trois vélos"
    # A photo of a phone is taken; one that is too large takes nothing with it that was typed.
    film = b"\xff\xd8\xff" + bytes(LARGEST_FILE)
    await anna.attach("Save as a draft", film, do="save", summary=SUMMARY, description=words)
    assert anna.faults == ["Error: A file may have 16 MB at most."]
    assert (SUMMARY in anna.html, words in anna.html) == (True, True)
    await anna.attach("Save as a draft", film[:3_000_000], do="save", description=words)
    assert anna.faults == ["Error: The picture cannot be read: it is damaged, or something else."]
    await anna.attach(
        "Save as a draft", a_picture(), do="save", stage="", value="many", on="", description=words
    )
    assert "The draft is saved." in anna.text, anna.text
    street.clock.turn(hours=30)
    async with alpha.begin() as session:
        await picturing.forget_unused(session, alpha.site)
    await anna.go("/space")
    assert "Records that we have begun" in anna.text
    await anna.follow("Atelier de réparation")
    assert anna.page.xpath("//input[@name='value']/@value") == ["many"]
    assert "chosen.jpg has arrived; you need not choose it again." in anna.text
    await anna.press("Save as a draft", difficulty="Le loyer")
    await anna.press("Publish the record", summary=SUMMARY, territory="ITH5", stage="Pilot")
    assert anna.faults == ["Error: Please give a number, such as 120 or 4.5."]
    await anna.press("Publish the record", value="", since="2026-01-05")
    assert "Your record is published." in anna.text, anna.text
    assert "Le loyer" in anna.text
    assert [one.get("alt") for one in anna.page.xpath("//figure//img")] == [words]
    await anna.go("/space")
    assert "Records that we have begun" not in anna.text

    # Others see nothing of it; a program begins one, a page throws it away.
    await anna.go(f"/m/{model.slug}/record")
    await anna.press("Save as a draft", name="Un autre")
    path = f"/record-drafts/{URL(anna.address).query['draft']}"
    assert (await program.get(path)).is_problem(404)
    assert (await program.get("/record-drafts")).told(200) == {"items": []}
    await anna.press("Throw this draft away")
    assert "The draft is thrown away." in anna.text
    body = {"model": str(model.id), "fields": {"name": "Chez nous", "stage": "Pilot"}}
    begun = (await program.post("/record-drafts", body)).told(201)
    must_fit(begun, "RecordDraft")
    path = f"/record-drafts/{begun['id']}"
    told = (await program.call("PUT", path, {"fields": {"name": "Ici", "lesson": " "}})).told(200)
    assert told["fields"] == {"name": "Ici"}
    assert (await program.get("/record-drafts")).told(200)["items"] == [told]
    for wrong in ({"fields": {"nme": "x"}}, {"fields": {"name": "x" * 20_001}}):
        assert (await program.call("PUT", path, wrong)).is_problem(422)
    assert (await program.post("/record-drafts", {"model": "7", "fields": {}})).is_problem(404)
    (await program.delete(path)).told(204)
    assert (await program.delete(path)).is_problem(404)
