"""Every document of ours: JSON-LD processors read all of it, and it proves itself."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from together.peer import Peer
from together.street import a_sheet

from activitypub import reading
from activitypub.addressing import Visibility
from activitypub.canonical_json import Document, Json, parse
from activitypub.iris import Iri
from activitypub.jsonld import loader, processing, reading_alike
from activitypub.multihash import digest_of
from activitypub.proofs import eddsa_jcs
from actors.database import Session
from actors.documents import activities
from actors.documents import model as model_documents
from actors.mail import keyring
from actors.rules.modifications import Modification, Nature, Reason
from actors.rules.sections import Sheet
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.mail import Outgoing
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.verbs import enrolling, following, forgetting, forking, publishing, remarking
from actors.views import history, profiles
from actors.vocabulary import NAMESPACE, PREFIX, TERMS

FACTS: dict[str, Json] = {
    "family": "ess:family-hosting",
    "territory": ["http://data.europa.eu/nuts/code/FR"],
    "maturity": "ess:Replicated",
    "replicationMode": "ess:Dissemination",
    "sdg": ["http://metadata.un.org/sdg/12"],
}
PROFILE: dict[str, Json] = {
    "legalName": "La Coop SCIC",
    "foundingDate": "2015",
    "areaServed": ["http://data.europa.eu/nuts/code/FR"],
    "knowsLanguage": ["fr", "en"],
    "essStatus": "ess:EssByLegalForm",
    "family": "ess:family-hosting",
}


@pytest.fixture
async def documents(
    session: Session, site: Site, coop: Actor, network: Actor
) -> dict[str, Document]:
    """One of each kind, made by the verbs and read back from what is stored."""
    peer = Peer(site)
    source = peer.model(replace(a_sheet(), facts=FACTS))
    await peer.publish(session, source)
    mirror = await history.model_by_iri(session, source.iri)
    assert mirror is not None
    await enrolling.update_organisation(
        session, site, coop, name="La Coop", summary="Nous *réparons*.", facts=PROFILE
    )
    fork = await forking.fork(session, site, coop, mirror, kind="variant", language="fr")
    await publishing.revise(
        session,
        site,
        fork,
        replace(a_sheet(text="Chez nous."), facts=FACTS),
        modifications=[
            Modification("value", Nature("Substituted"), Reason("Culture"), note="Autrement.")
        ],
    )
    ada = await peer.known(session)
    follow = await following.follow(session, site, coop, ada)
    await peer.say(session, peer.activity("Follow", coop.iri))
    await following.unfollow(session, site, follow)
    await remarking.remark(session, site, coop, text="Bravo", in_reply_to=mirror, language="fr")
    await remarking.remark(session, site, coop, text="Entre nous", visible=Visibility.FOLLOWERS)
    gone = await publishing.publish(session, site, coop, a_sheet("Parti"))
    await forgetting.delete_model(session, site, gone)
    instance = await profiles.instance_actor(session)
    head = await history.head(session, fork)
    found = {
        "organisation": parse(coop.document),
        "network": parse(network.document),
        "instance": parse(instance.document),
        "living fork": parse(fork.document),
        "version": parse(head.document),
        "tombstone": parse(gone.document),
    }
    for row in await session.scalars(select(Outgoing).order_by(Outgoing.id)):
        found[f"{row.type} {row.id}"] = parse(row.document)
    assert {one.split()[0] for one in found} >= {
        "Accept",
        "Announce",
        "Create",
        "Delete",
        "Follow",
        "Undo",
        "Update",
    }
    return found


def _members(value: Json, *, top: bool = True) -> Iterator[tuple[str, Json]]:
    """Every member of every object inside, but language maps, contexts and JSON-LD's own."""
    if isinstance(value, list):
        for one in value:
            yield from _members(one, top=top)
    if not isinstance(value, dict):
        return
    for name, inner in value.items():
        if name == "@context":
            continue
        yield name, inner
        if not name.endswith("Map") and name not in MAPS:
            yield from _members(inner, top=False)


MAPS = ("textDigest", "translatedFromDigest", "upstreamDigest")


def _values(value: Json) -> Iterator[str]:
    """Every string inside."""
    if isinstance(value, list):
        for one in value:
            yield from _values(one)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name != "@context":
                yield from _values(inner)
    elif isinstance(value, str):
        yield value


async def test_a_processor_understands_every_member(documents: dict[str, Document]) -> None:
    """Nothing is dropped in expansion: each of our members is a term of its context.

    Compacting what was expanded gives every member back under its name.
    """
    for name, document in documents.items():
        context: Any = document["@context"]
        again = processing.compact(processing.expand(document)[0], context)
        lost = {one for one, _ in _members(document)} - {one for one, _ in _members(again)}
        assert not lost, (name, lost)


def _in_short(document: Document) -> set[str]:
    """Every string inside; a compacted address may stand there by its prefix.

    `formerType` is written as in the examples of AS2, where it is a relative address.
    """
    short = (NAMESPACE, PREFIX), (f"{loader.AS2}#", "as:"), ("http://example.org/base/", "")
    values = set(_values(document))
    for long, brief in short:
        values = {one.replace(long, brief) for one in values}
    return values


async def test_a_processor_understands_every_value(documents: dict[str, Document]) -> None:
    """Nothing is changed on the way: an address that is not one would become something else."""
    for name, document in documents.items():
        context: Any = document["@context"]
        again = processing.compact(processing.expand(document)[0], context)
        assert _in_short(document) == _in_short(again), name


async def test_processors_and_plain_readers_read_the_same(documents: dict[str, Document]) -> None:
    for document in documents.values():
        reading_alike.check(document)
        reading.read(document)


async def test_there_is_one_context_and_it_names_nothing_of_our_own(
    documents: dict[str, Document], site: Site
) -> None:
    for name, document in documents.items():
        assert next(iter(document)) == "@context"
        inner = {member: value for member, value in document.items() if member != "@context"}
        nested = [member for member, _ in _with_contexts(inner)]
        assert nested == ["proof"], (name, nested)
        context = document["@context"]
        entries = context if isinstance(context, list) else [context]
        addresses = [one for one in entries if isinstance(one, str)]
        assert not any("essaim" in one or one.startswith(site.origin) for one in addresses)
        inline = [one for one in entries if isinstance(one, dict)]
        assert len(inline) <= 1
        for one in inline:
            assert one.items() <= dict(TERMS).items(), name


def _with_contexts(value: Json, at: str = "") -> Iterator[tuple[str, Json]]:
    if isinstance(value, list):
        for one in value:
            yield from _with_contexts(one, at)
    elif isinstance(value, dict):
        if "@context" in value:
            yield at, value
        for name, inner in value.items():
            if name != "@context":
                yield from _with_contexts(inner, name)


async def test_every_document_proves_itself(
    session: Session, site: Site, documents: dict[str, Document]
) -> None:
    for name, document in documents.items():
        method = eddsa_jcs.method(document)
        assert method is not None, name
        found = await keyring.known(session, method)
        assert found is not None, name
        key, owner = found
        if document["type"] != "Tombstone":
            eddsa_jcs.verify(
                document, keyring.public_key(key), method_owner=Iri(owner.iri), now=site.now()
            )


async def test_the_first_language_is_the_one_that_is_shown(documents: dict[str, Document]) -> None:
    for name in ("living fork", "version"):
        document = documents[name]
        content = document["contentMap"]
        assert isinstance(content, dict)
        assert next(iter(content)) == "fr"
        assert content["fr"] == document["content"]
        for plain in ("name", "summary"):
            texts = document[f"{plain}Map"]
            assert isinstance(texts, dict)
            assert next(iter(texts)) == "fr"
            assert texts["fr"] == document[plain]
        assert document["inLanguage"] == ["fr", "en"]


async def test_a_fork_in_a_language_without_a_name_shows_the_sources(
    session: Session, site: Site, coop: Actor
) -> None:
    source = await publishing.publish(session, site, coop, a_sheet())
    fork = await forking.fork(session, site, coop, source, kind="translation", language="it")
    document = parse(fork.document)
    content = document["contentMap"]
    assert isinstance(content, dict)
    assert list(content) == document["inLanguage"]
    assert content[next(iter(content))] == document["content"]
    assert document["sourceLanguage"] == "it"
    assert document["name"]


async def test_digests_are_computed_anew_from_what_was_read(
    session: Session, documents: dict[str, Document]
) -> None:
    for name in ("living fork", "version"):
        document = documents[name]
        read = model_documents.read(reading.read(document))
        assert read.digest == document["digest"]
        sections = document["sections"]
        assert isinstance(sections, list)
        for section in sections:
            assert isinstance(section, dict)
            texts, digests = section["contentMap"], section["textDigest"]
            assert isinstance(texts, dict)
            assert digests == {language: digest_of(text) for language, text in texts.items()}
    head = (await session.scalars(select(Revision).order_by(Revision.id))).all()
    assert documents["version"]["digest"] in [one.digest for one in head]


async def test_what_is_written_is_read_back_as_it_was(
    session: Session, documents: dict[str, Document]
) -> None:
    read = model_documents.read(reading.read(documents["version"]))
    model = await history.model_by_iri(session, str(documents["living fork"]["id"]))
    assert model is not None
    head = await history.head(session, model)
    assert read.sheet == history.sheet(head)
    assert read.number == 2
    assert read.parent == f"{model.iri}/versions/1"
    assert read.origin is not None
    assert read.origin.modifications == history.modifications(head)
    assert read.origin.kind == "variant"


async def test_an_activity_is_addressed_as_its_object_is(documents: dict[str, Document]) -> None:
    for name, document in documents.items():
        subject = document.get("object")
        if name.split()[0] in ("Create", "Update") and isinstance(subject, dict):
            if subject["type"] in ("Article", "Note"):
                assert (document["to"], document["cc"]) == (subject["to"], subject["cc"]), name
                assert document["actor"] == subject["attributedTo"]
            assert "proof" not in subject
            assert "bto" not in document


async def test_no_activity_is_larger_than_the_narrowest_inbox_takes(
    session: Session, site: Site, coop: Actor
) -> None:
    long = a_sheet(text="Un mot «après» l'autre.\n\n" * 1_000)
    model = await publishing.publish(session, site, coop, long)
    just_below = await _largest_below(session, site, coop)
    for row in await session.scalars(select(Outgoing)):
        assert len(row.document) < activities.LARGEST_ACTIVITY, row.type
    created = parse((await _created(session, model)).document)
    subject = created["object"]
    assert isinstance(subject, dict)
    assert "sections" not in subject
    text = f'<p><a href="{model.url}">Atelier de réparation</a></p>'
    assert (subject["content"], subject["contentMap"]) == (text, {"fr": text})
    link = subject["data"]
    head = await history.head(session, model)
    assert isinstance(link, dict)
    assert (link["href"], link["digest"]) == (head.iri, digest_of(parse(head.document)))
    whole = parse((await _created(session, just_below)).document)["object"]
    assert isinstance(whole, dict)
    assert "sections" in whole
    assert len((await _created(session, just_below)).document) > activities.LARGEST_ACTIVITY // 2


@pytest.mark.parametrize(
    ("characters", "languages"), [(12_000, ["fr", "en"]), (18_000, ["fr"])], ids=["two", "one"]
)
async def test_a_large_model_keeps_what_text_an_activity_can_carry(
    session: Session, site: Site, coop: Actor, characters: int, languages: list[str]
) -> None:
    sheet = a_sheet()
    long = replace(sheet.sections[0], texts={"fr": "é" * (characters // 2), "en": "x" * characters})
    model = await publishing.publish(
        session, site, coop, replace(sheet, sections=(long, *sheet.sections[1:]))
    )
    outgoing = await _created(session, model)
    assert len(outgoing.document) < activities.LARGEST_ACTIVITY
    subject = parse(outgoing.document)["object"]
    whole = parse(model.document)
    assert isinstance(subject, dict)
    assert isinstance(contents := subject["contentMap"], dict)
    assert list(contents) == languages
    assert subject["content"] == whole["content"]
    assert "data" in subject


async def test_a_model_without_a_summary_is_called_by_its_name(
    session: Session, site: Site, coop: Actor
) -> None:
    sheet = replace(a_sheet(), summaries={})
    model = await publishing.publish(session, site, coop, sheet)
    said = parse(model.document)
    assert said["summary"] == said["name"] == "Atelier de réparation"
    assert model_documents.read(reading.read(said)).sheet.summaries == {}


async def _created(session: Session, model: Model) -> Outgoing:
    return (
        await session.scalars(
            select(Outgoing).where(Outgoing.about == model.iri, Outgoing.type == "Create")
        )
    ).one()


async def _largest_below(session: Session, site: Site, coop: Actor) -> Model:
    sheet: Sheet = a_sheet("Juste", text="x" * 12_000)
    return await publishing.publish(session, site, coop, sheet)
