"""All that we say and serve, as other servers' code reads it.

Two instances live through everything that an instance can say (`together/everything_said.py`).
Each activity, document, answer and signed request goes before the judges (`together/judges`) of
Mastodon, GoToSocial, Akkoma, Misskey, Lemmy and WordPress, and before the careful reader.
"""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from together.everything_said import Life, live
from together.judges.bench import EXPECTED, JUDGES, verdict
from together.judges.careful import Careful
from together.judges.lemmy import Lemmy
from together.judges.mastodon import Mastodon
from together.judges.misskey import LONGEST_TEXT, Misskey
from together.judges.verdict import ACTIVITY_JSON, ACTORS, LD_JSON, Seen
from together.judges.wordpress import WordPress
from together.stranger import moved_in
from together.street import walk

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def life(tmp_path_factory: pytest.TempPathFactory, blank: Path) -> AsyncIterator[Life]:
    """Everything was said, once for all tests: they only read. Documents depend on no engine."""
    directory = tmp_path_factory.mktemp("life")

    def new_database(name: str) -> str:
        return f"sqlite:///{shutil.copyfile(blank, directory / name)}"

    async with walk(directory, new_database) as street:
        alpha, beta = await street.open("alpha", "beta")
        async with moved_in(street, "reader.test") as reader:
            yield await live(alpha, beta, reader)


def served(life: Life) -> list[str]:
    """Addresses of every kind of document that is there."""
    return [
        life.coop.iri,
        life.alpha.network.iri,
        life.alpha.url("/actor"),
        life.alpha.url("/actors/nomad"),
        life.model.iri,
        f"{life.model.iri}/versions/1",
        f"{life.large.iri}/versions/2",
        life.large.iri,
        life.fork.iri,
        life.answer.iri,
        life.word.iri,
        life.quote.iri,
        life.commons.iri,
        life.shared.iri,
    ]


async def test_every_activity_is_understood_by_everybody_whom_it_is_for(life: Life) -> None:
    said = await life.said()
    assert {activity["type"] for _, activity in said} == {
        "Accept",
        "Add",
        "Announce",
        "Block",
        "Create",
        "Delete",
        "Flag",
        "Follow",
        "Like",
        "Move",
        "Offer",
        "QuoteRequest",
        "Reject",
        "Remove",
        "TentativeAccept",
        "Undo",
        "Update",
    }
    answers = {
        (label, judge.name, verdict(lambda: judge.hear(activity)))  # noqa: B023 - called at once
        for label, activity in said
        for judge in JUDGES
    }
    silent = {
        (label, judge, words.partition(": ")[2]) for label, judge, words in answers if ": " in words
    }
    assert silent == {(label, judge, words) for (label, judge), words in EXPECTED.items()}


async def test_every_document_is_believed_and_understood(life: Life) -> None:
    for url in served(life):
        for accept in (ACTIVITY_JSON, LD_JSON):
            answer = await life.read(url, accept=accept)
            assert answer.status == 200
            for judge in JUDGES:
                judge.answer(answer)
                if answer.document["type"] in ACTORS:
                    judge.actor(answer.document)
                else:
                    words = verdict(lambda: judge.read(answer.document))  # noqa: B023
                    assert not words.startswith("refused"), (url, judge.name, words)


async def test_every_request_is_signed_as_everybody_wants_it(life: Life) -> None:
    requests = await life.requests()
    assert {one.method for one in requests} == {"GET", "POST"}
    signers = {one.signer["id"] for one in requests if one.method == "GET"}
    assert signers == {life.alpha.url("/actor"), life.beta.url("/actor")}
    for one in requests:
        for judge in JUDGES:
            judge.request(one, life.street.clock())


async def test_what_a_reader_of_a_model_sees(life: Life) -> None:
    created = await life.one("Create", life.model.iri)
    seen = {judge.name: judge.hear(created) for judge in JUDGES if _shows(judge.name)}
    text = "<h2>Le principe</h2>\n<p>On répare ensemble.</p>\n"
    text += "<h2>Les coûts</h2>\n<p>Un local et des outils.</p>\n"
    sentence, title = "Réparer au lieu de jeter.", "Atelier de réparation"
    behind = Seen(text, sentence, None, life.model.url, "fr", frozenset(), "public")
    assert seen == {
        "Mastodon": Seen(sentence, None, title, life.model.url, "fr", frozenset(), "public"),
        "GoToSocial": behind,
        "Akkoma": behind,
        "Misskey": Seen(text, sentence, None, life.model.url, None, frozenset(), "public"),
    }
    in_a_community = created["object"] | {"audience": "https://lemmy.test/c/repair"}
    posted = Lemmy(["https://lemmy.test/c/repair"]).read(in_a_community)
    assert (posted.title, posted.text) == (title, text)


async def test_nobody_opens_an_empty_post_when_a_model_is_large(life: Life) -> None:
    created = await life.one("Create", life.large.iri)
    link = f'<p><a href="{life.large.url}">Grand atelier</a></p>'
    for judge in JUDGES:
        if _shows(judge.name):
            seen = judge.hear(created)
            assert seen is not None
            assert seen.link == life.large.url
            assert seen.text == ("Réparer au lieu de jeter." if seen.title else link)
    whole = await life.document(life.large.iri)
    assert len(Misskey().read(whole).text) == LONGEST_TEXT


async def test_who_was_forked_or_answered_is_notified_everywhere(life: Life) -> None:
    for subject in (life.fork.iri, life.answer.iri):
        created = await life.one("Create", subject)
        for judge in JUDGES:
            if _shows(judge.name):
                seen = judge.hear(created)
                assert seen is not None
                assert seen.notified == {life.coop.iri}


async def test_a_reply_to_a_post_of_a_blog_becomes_a_comment(life: Life) -> None:
    note = await life.document(life.answer.iri)
    comment = WordPress(blog="alpha.test").read(note)
    assert comment.text == "<p>Merci pour l'atelier</p>\n"


async def test_an_edit_names_people_and_subjects_as_everybody_reads_them(life: Life) -> None:
    edited = await life.one("Update", life.word.iri)
    note = edited["object"]
    assert note["updated"] > note["published"]
    assert {one["type"] for one in note["tag"]} == {"Mention", "Hashtag"}
    for judge in JUDGES:
        if judge.name in ("Mastodon", "GoToSocial", "Akkoma"):
            seen = judge.hear(edited)
            assert seen is not None
            assert seen.notified == {life.repair.iri}
            assert 'class="mention hashtag"' in seen.text


async def test_what_is_taken_back_names_what_was_said(life: Life) -> None:
    said = {one["id"]: one for _, one in await life.said()}
    undone = [one["object"] for one in said.values() if one["type"] == "Undo"]
    kinds = {"Announce", "Block", "Create", "Follow", "Like", "Offer"}
    assert {one["type"] for one in undone} == kinds
    for one in undone:
        before = said[one["id"]]
        assert [one[name] for name in ("type", "actor")] == [before["type"], before["actor"]]
        named = before["object"]  # what is embedded there may be named here
        assert one["object"] == (named["id"] if isinstance(named, dict) else named)


async def test_a_word_to_one_alone_is_shown_to_nobody_else(life: Life) -> None:
    [private] = [activity for label, activity in await life.said() if label.endswith("to one")]
    for judge in JUDGES:
        if _shows(judge.name):
            seen = judge.hear(private)
            assert seen is not None
            assert seen.visibility == "direct"
            assert seen.notified == {life.coop.iri}


async def test_the_handle_leads_to_the_actor_and_the_actor_to_the_handle(life: Life) -> None:
    for actor in (life.coop.iri, life.alpha.network.iri, life.alpha.url("/actor")):
        document = await life.document(actor)
        handle = str(document["webfinger"])
        for spelling in (handle, handle.upper()):
            path = f"/.well-known/webfinger?resource=acct:{spelling}"
            answer = await life.read(life.alpha.url(path))
            assert answer.content_type == "application/jrd+json"
            Mastodon().webfinger(answer.document, document)


async def test_nodeinfo_says_what_runs_here(life: Life) -> None:
    links = (await life.document(life.alpha.url("/.well-known/nodeinfo")))["links"]
    [where] = [one["href"] for one in links if one["rel"].endswith("/schema/2.1")]
    Careful().nodeinfo(await life.document(where))


async def test_collections_are_numbers_pages_and_addresses(life: Life) -> None:
    paths = ("outbox", "followers", "following", "featured")
    for url in (life.alpha.url("/actor/outbox"), *(f"{life.coop.iri}/{one}" for one in paths)):
        answer = await life.read(url)
        collection = answer.document
        for judge in JUDGES:
            judge.answer(answer)
        Careful().collection(collection)
        if "first" in collection:
            page = await life.document(collection["first"])
            assert page["type"] == "OrderedCollectionPage"
            assert isinstance(page["orderedItems"], list)
    for path in ("forks", "history", "replies", "context"):
        Careful().collection(await life.document(f"{life.model.iri}/{path}"))
    for thing in (life.model, life.word):
        for path in ("replies", "context", "shares"):
            Careful().collection(await life.document(f"{thing.iri}/{path}"))
        assert (await life.document(f"{thing.iri}/likes"))["totalItems"] == 0
    pinned = Mastodon().featured(await life.document(f"{life.coop.iri}/featured"))
    assert set(pinned) == {life.model.iri, life.large.iri}


async def test_what_everybody_may_hear_stands_in_the_outbox_and_can_be_read_again(
    life: Life,
) -> None:
    outbox = await life.document(f"{life.coop.iri}/outbox")
    page = await life.document(outbox["first"])
    assert outbox["totalItems"] == len(page["orderedItems"])
    for activity in page["orderedItems"]:
        assert await life.document(activity["id"]) == activity
        for judge in JUDGES:
            words = verdict(lambda: judge.hear(activity))  # noqa: B023 - called at once
            assert not words.startswith("refused"), (activity["type"], judge.name, words)


async def test_a_quote_can_be_read_where_no_quotes_are_shown(life: Life) -> None:
    created = await life.one("Create", life.quote.iri)
    link = f"{life.reader.origin}/notes/1"
    for judge in JUDGES:
        if _shows(judge.name):
            seen = judge.hear(created)
            assert seen is not None
            assert link in seen.text
    stamped = await life.one("Update", life.quote.iri)
    assert stamped["object"]["quoteAuthorization"] == f"{life.reader.origin}/stamps/1"


async def test_a_stamp_is_what_mastodon_looks_for(life: Life) -> None:
    accepts = [one for label, one in await life.said() if label == "Accept QuoteRequest"]
    kept, withdrawn = [await life.read(one["result"]) for one in accepts]
    Mastodon().stamp(kept.document, by=life.coop.iri, of=life.model.iri)
    assert kept.document["interactingObject"] == accepts[0]["object"]["instrument"]
    Careful().tombstone(withdrawn)


async def test_what_was_deleted_leaves_a_tombstone(life: Life) -> None:
    for url in (life.gone.iri, f"{life.gone.iri}/versions/1"):
        answer = await life.read(url)
        Careful().tombstone(answer)
        for judge in JUDGES:
            judge.answer(answer)


def _shows(name: str) -> bool:
    """Does this server show models as posts to those who follow?"""
    return name in ("Mastodon", "GoToSocial", "Akkoma", "Misskey")
