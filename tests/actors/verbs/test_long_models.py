"""Models of others that are longer than what may be published here."""

from dataclasses import replace

import pytest
from together.peer import Peer
from together.street import a_sheet

from activitypub.errors import Malformed
from actors.database import Session
from actors.errors import Unwise
from actors.rules.sections import Sheet
from actors.site import Site
from actors.tables.actor import Actor
from actors.verbs import forking
from actors.views import history, lineage, notices
from actors.views.paging import Page


def _grown(sections: int, text: str = "Une étape.") -> Sheet:
    step = a_sheet().sections[1]
    return a_sheet().with_sections(
        [replace(step, key=f"s{number}", texts={"fr": text}) for number in range(sections)]
    )


def _long() -> Sheet:
    """Two sections, one of them of 200 KB."""
    first, second = _grown(2).sections
    return a_sheet().with_sections(
        [replace(first, texts={"fr": "Une étape.\n\n" * 16_000}), second]
    )


@pytest.mark.parametrize(("moved", "fault"), [(_grown(500), "sections"), (_long(), "texts")])
async def test_of_a_source_that_grew_beyond_what_can_be_published_a_part_is_taken(
    session: Session, site: Site, coop: Actor, peer: Peer, moved: Sheet, fault: str
) -> None:
    first = peer.model(_grown(2, "Avant."))
    await peer.publish(session, first)
    source = await history.model_by_iri(session, first.iri)
    assert source is not None
    own = await forking.fork(session, site, coop, source, kind="variant", language="fr")
    await peer.publish(session, peer.model(moved, number=2), kind="Update")
    [told] = await notices.of(session, coop, Page())
    assert len(told.notice.about["changed"]) == len(moved.sections)
    with pytest.raises(Unwise) as refusal:
        async with session.begin_nested():
            await forking.merge(session, site, own, {})
    assert any(fault in field for field in refusal.value.fields)
    assert (await history.model_by_id(session, own.id) or own).number == 1, "nothing has changed"
    beside = await lineage.upstream(session, own)
    assert beside is not None
    kept: dict[str, forking.Choice] = {one.key: "ours" for one in beside.sections[50:]}
    merged = await forking.merge(session, site, own, {**kept, "s0": "ours"})
    texts = [one.texts["fr"] for one in history.sheet(merged).sections]
    assert texts == ["Avant.", *["Une étape."] * (min(len(moved.sections), 50) - 1)]


async def test_what_has_more_sections_than_can_be_compared_is_refused(
    session: Session, peer: Peer
) -> None:
    with pytest.raises(Malformed, match="at most 500 sections"):
        await peer.publish(session, peer.model(_grown(501)))
