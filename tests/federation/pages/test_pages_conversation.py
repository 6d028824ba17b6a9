"""Conversations on pages: liking, passing on, editing, deleting, hashtags, polls, circles."""

from typing import Any

import pytest
from sqlalchemy import select
from together.peer import Peer
from together.reader import Reader
from together.street import House, a_sheet

from activitypub.addressing import Visibility
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import remarking

COOP = "https://alpha.test/actors/coop"


async def _says(alpha: House, text: str, visible: Visibility = Visibility.PUBLIC) -> Remark:
    coop = await alpha.actor("coop")
    async with alpha.begin() as session:
        return await remarking.remark(
            session, alpha.site, coop, text=text, visible=visible, language="fr"
        )


async def _hears(alpha: House, **more: Any) -> Remark:
    """Somebody elsewhere says something to coop."""
    peer = Peer(alpha.site)
    note = peer.note(**({"cc": [COOP]} | more)) | {"type": more.get("kind", "Note")}
    async with alpha.begin() as session:
        await peer.say(session, peer.activity("Create", note))
        return (await session.scalars(select(Remark).where(Remark.iri == str(note["id"])))).one()


@pytest.fixture
async def model(alpha: House) -> Model:
    """A model of the network's, so that it is not Anna's own."""
    return await alpha.publish(alpha.network, a_sheet())


async def test_a_model_is_liked_and_passed_on_and_both_are_taken_back(
    anna: Reader, model: Model
) -> None:
    await anna.go(f"/m/{model.slug}")
    await anna.press_exactly("Like")
    assert "You like this." in anna.text
    assert "1 like" in anna.text
    await anna.press_exactly("Pass on")
    assert "passed on 1 time" in anna.text
    await anna.press_exactly("No longer like")
    await anna.press_exactly("No longer pass on")
    assert "1 like" not in anna.text
    assert anna.path == f"/m/{model.slug}"


async def test_a_remark_is_edited_and_what_it_said_before_stays_readable(
    alpha: House, anna: Reader
) -> None:
    said = await _says(alpha, "On ouvre *samdi*")
    await anna.go(f"/remarks/{said.id}")
    await anna.follow("Edit")
    assert anna.page.forms[-1].fields["text"] == "On ouvre *samdi*"
    await anna.press("Save", text="")
    assert anna.status == 422
    await anna.press("Save", text="On ouvre **samedi** #Atelier")
    assert (anna.path, anna.status) == (f"/remarks/{said.id}", 200)
    assert "edited" in anna.text
    assert "What it said before" in anna.text
    assert "samdi" in anna.text
    await anna.follow("#Atelier")
    assert (anna.path, anna.heading) == ("/tags/atelier", "#atelier")
    assert "samedi" in anna.text


async def test_a_remark_is_deleted_by_whoever_means_it(alpha: House, anna: Reader) -> None:
    said = await _says(alpha, "Un secret")
    await anna.go(f"/remarks/{said.id}")
    await anna.follow("Delete")
    await anna.press("Delete for good")
    assert (anna.status, len(anna.faults)) == (422, 1)
    await anna.press("Delete for good", understood="yes")
    assert (anna.path, anna.status) == ("/space", 200)
    assert "secret" not in anna.text
    await anna.go(f"/remarks/{said.id}")
    assert anna.status == 410


@pytest.mark.parametrize("path", ["edit", "delete"])
async def test_nobody_changes_what_somebody_else_said(
    alpha: House, anna: Reader, path: str
) -> None:
    theirs = await _hears(alpha)
    await anna.go(f"/remarks/{theirs.id}")
    assert "Bonjour" in anna.text
    await anna.go(f"/remarks/{theirs.id}/{path}")
    assert anna.status == 403


async def test_what_one_may_not_see_cannot_be_touched(alpha: House, anna: Reader) -> None:
    async with alpha.begin() as session:
        private = await remarking.remark(
            session, alpha.site, alpha.network, text="Psst", visible=Visibility.DIRECT
        )
    own = await _says(alpha, "Bonjour")
    for path in ("", "/edit", "/delete"):
        await anna.go(f"/remarks/{private.id}{path}")
        assert anna.status == 404, path
        assert "Psst" not in anna.text
    await anna.go(f"/remarks/{own.id}")
    anna.html = anna.html.replace(f"/remarks/{own.id}/do", f"/remarks/{private.id}/do")
    await anna.press_exactly("Like")
    assert anna.status == 404


async def test_an_answer_is_for_those_who_may_see_what_it_answers(
    alpha: House, anna: Reader
) -> None:
    private = await _hears(alpha, to=[COOP], cc=[])
    await anna.go(f"/remarks/{private.id}")
    assert "only for whom you answer" in anna.text
    assert "Pass on" not in anna.text
    await anna.press("Send the reply", text="Entre nous")
    async with alpha.read() as session:
        answer = (await session.scalars(select(Remark).order_by(Remark.id.desc()))).first()
    assert answer is not None
    assert (answer.visibility, answer.addressed) == ("direct", ["https://peer.test/users/ada"])


async def test_a_poll_is_shown_with_its_numbers(alpha: House, anna: Reader) -> None:
    options = [
        {"type": "Note", "name": "Samedi <b>", "replies": {"totalItems": 1}},
        {"type": "Note", "name": "Dimanche", "replies": {"totalItems": 12}},
    ]
    asked = await _hears(alpha, kind="Question", anyOf=options, endTime="2026-03-09T10:00:00Z")
    await anna.go(f"/remarks/{asked.id}")
    shown = [(one.find("dt").text, one.find("dd").text) for one in anna.page.findall(".//dl/div")]
    assert shown == [("Samedi <b>", "1 vote"), ("Dimanche", "12 votes")]
    assert "Several answers are possible. The vote ends on" in anna.text


async def test_what_is_behind_a_line_is_folded_away(alpha: House, reader: Reader) -> None:
    theirs = await _hears(alpha, summary="Attention <i>")
    await reader.go(f"/remarks/{theirs.id}")
    [folded] = reader.page.findall(".//article//details")
    assert folded.find("summary").text == "Attention <i>"


async def test_whoever_is_named_in_a_reply_is_asked_for_and_told(
    alpha: House, anna: Reader, model: Model
) -> None:
    (beta,) = await alpha.street.open("beta")
    repair = await beta.organisation("repair")
    await anna.go(f"/m/{model.slug}")
    await anna.press("Send the reply", text="Voir @repair@beta.test et @nobody@beta.test")
    await alpha.street.settle()
    assert "alpha → beta Create" in alpha.street.mail
    [link] = [one for one in anna.page.iter("a") if "mention" in (one.get("class") or "")]
    assert link.get("href") == repair.url


@pytest.mark.parametrize("path", ["/tags/2026", "/tags/%01", "/tags/" + "a" * 101])
async def test_what_is_no_hashtag_has_no_page(reader: Reader, path: str) -> None:
    await reader.go(path)
    assert reader.status == 404
