"""Attesting: an organisation says of somebody else's record whether it is so.

Anybody may; only what the owners of the source, or a network, confirm leads to a higher level of
evidence. Each says one thing at a time, and may take it back. Statements that disagree all stand
there: nobody decides for the reader.

Wire: Create of a Note that conforms to `ess:Attestation`; Undo takes it back, and a Delete tells
the same to servers that know it only as an answer (FEDERATION.md, "Records").
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

import activitypub.vocabulary as ap
from activitypub.addressing import PUBLIC
from activitypub.authority import Heard
from activitypub.canonical_json import Json, encode, parse
from activitypub.errors import NotAuthoritative, ProtocolError
from activitypub.iris import Iri
from activitypub.proofs import eddsa_jcs
from actors import places
from actors.database import Session, insert_once
from actors.documents import activities
from actors.documents import model as model_documents
from actors.documents import replication as documents
from actors.documents.replication import Addressed, ReadAttestation
from actors.errors import Gone, NotAllowed, Refusal, Unwise
from actors.mail import outbox
from actors.places import place
from actors.rules import records
from actors.rules.evidence import Verdict
from actors.rules.records import Link
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.attestation import Attestation
from actors.tables.mail import Outgoing
from actors.tables.model import Model
from actors.tables.replication import Replication
from actors.verbs import counting, hearing, mirroring, noticing, posting, replicating
from actors.verbs.mirroring import Gathered
from actors.views import blocks, coverage, history, profiles
from actors.vocabulary import is_attestation, is_model

MOST_STEPS_UP = 4
"""Models between a record and the one whose owner speaks, that are read because of it: four
documents each, and one activity may need twenty."""

MOST_STATEMENTS = 100
"""About one record: each is of another organisation; more is a campaign, and no evidence."""


@dataclass(frozen=True)
class Saying:
    """What an organisation says of a record.

    Attributes:
        verdict: whether it is so.
        content: in its own words; whoever disputes says why.
        language: of these words.
        sections: keys of the sections of the model that were looked at; none for the whole.
        since, until: the period that was looked at.
        links: evaluations and other evidence.
    """

    verdict: Verdict
    content: str
    language: str
    sections: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    links: tuple[Link, ...] = ()


async def attest(
    session: Session, site: Site, organisation: Actor, row: Replication, saying: Saying
) -> Attestation:
    """An organisation of ours says whether a record is so; what it said before is taken back.

    Raises:
        NotAllowed: it is its own record. Gone: the record was deleted.
        Unwise: with every fault at once.
    """
    posting.must_be_here(organisation)
    if row.deleted_at is not None:
        raise Gone("This record was deleted.")
    must_be_others(row, organisation)
    await _check(session, site, row, saying)
    for before in await _standing(session, row.iri, organisation):
        await revoke(session, site, before)
    statement_id = site.new_id()
    said = Attestation(
        id=statement_id,
        iri=place(site.origin, places.ATTESTATION, id=statement_id),
        actor_id=organisation.id,
        replication_iri=row.iri,
        verdict=saying.verdict.value,
        version_iri=row.version_iri,
        sections=list(saying.sections),
        since=saying.since,
        until=saying.until,
        language=saying.language,
        content=saying.content.strip(),
        links=records.links_to_json(saying.links),
        record_digest=row.digest,
        document=b"",
        made_at=site.now(),
    )
    others = await _concerned(session, row, organisation)
    body = documents.attestation(
        said,
        organisation,
        row,
        Addressed(organisation.followers, others),
        source=await _source(session, row, organisation),
    )
    sealed = await posting.seal(session, site, organisation, body)
    said.document = encode(sealed)
    session.add(said)
    await session.flush()
    await posting.tell_of(
        session,
        site,
        organisation,
        "Create",
        sealed,
        recipients=[one.iri for one in others],
        followers_of=[organisation],
    )
    await counting.reckon(session, row)
    return said


async def revoke(session: Session, site: Site, said: Attestation) -> None:
    """An organisation of ours takes back what it said of a record.

    Raises:
        NotAllowed: somebody else said it. Gone: it is taken back already.
    """
    organisation = await session.get_one(Actor, said.actor_id)
    if not organisation.is_ours:
        raise NotAllowed("Only who said it can take it back.")
    if said.revoked_at is not None:
        raise Gone("That was taken back already.")
    row = await coverage.by_iri(session, said.replication_iri)
    others = [] if row is None else await _concerned(session, row, organisation)
    stone = activities.tombstone(parse(said.document), at=site.now())
    said.document = encode(await posting.seal(session, site, organisation, stone))
    said.revoked_at = site.now()
    await outbox.hide_all_about(session, said.iri)
    undone = await _said_by(session, organisation, said)
    recipients = [one.iri for one in others]
    to: Json = [PUBLIC]
    cc: Json = [one for one in (organisation.followers, *recipients) if one]
    await posting.say(
        session,
        site,
        organisation,
        "Undo",
        undone,
        about=said.iri,
        recipients=recipients,
        followers_of=[organisation],
        is_public=True,
        to=to,
        cc=cc,
    )
    await posting.say(
        session,
        site,
        organisation,
        "Delete",
        stone,
        about=said.iri,
        recipients=recipients,
        followers_of=[organisation],
        to=to,
        cc=cc,
    )
    if row is not None and row.deleted_at is None:
        await counting.reckon(session, row)


def must_be_others(row: Replication, organisation: Actor) -> None:
    """Refuse whoever speaks of its own record.

    Raises:
        NotAllowed: it does.
    """
    if row.actor_id == organisation.id:
        raise NotAllowed("Nobody vouches for itself: ask the source, or a network.")


def must_be_own(row: Replication, organisation: Actor) -> None:
    """Refuse to change somebody else's record.

    Raises:
        NotAllowed: it is.
    """
    if row.actor_id != organisation.id:
        raise NotAllowed("Only its own organisation adds to a record.")


def wanted(heard: Heard[ap.Activity], gathered: Gathered) -> frozenset[Iri]:
    """The statement at its own address, with its proof; the record it is about, and its author."""
    thing = heard.activity.object
    if hearing.is_our_own(heard) or not isinstance(thing, ap.Object) or thing.id is None:
        return frozenset()
    needed = {thing.id}
    said = gathered.get(thing.id)
    if said is not None and is_attestation(said):
        subject = documents.read_attestation(said).record
        needed.add(subject)
        record = gathered.get(subject)
        needed |= set(record.attributed_to[:1]) if record is not None else set()
        if documents.read_attestation(said).origin is not None:
            needed |= _way_up(documents.replicated_model(said), heard.speaker, gathered)
    return frozenset(needed - gathered.keys())


def _way_up(model_iri: Iri, speaker: Iri, gathered: Gathered) -> set[Iri]:
    """What must be read to see that the speaker has the source, or the source of the source."""
    needed: set[Iri] = set()
    for _ in range(MOST_STEPS_UP):
        needed.add(model_iri)
        model = gathered.get(model_iri)
        if model is None or not is_model(model):
            break
        needed |= {model_documents.current_version(model), *model.attributed_to[:1]}
        above = model_documents.taken_from(model)
        if above is None or model.attributed_to == (speaker,):
            break
        model_iri, base = above
        needed.add(base)
    return needed


async def concerns_us(session: Session, heard: Heard[ap.Activity]) -> bool:
    """Is it about a record, or a model, that we know?"""
    thing = heard.activity.object
    if hearing.is_our_own(heard) or not isinstance(thing, ap.Object):
        return True
    named = thing.extra.get("attests")
    if await coverage.by_iri(session, str(named)) is not None:
        return True
    version = thing.extra.get("replicates")
    model_iri = version.get("versionOf") if isinstance(version, dict) else None
    return await history.model_by_iri(session, str(model_iri)) is not None


async def on_attest(
    session: Session, site: Site, heard: Heard[ap.Create], gathered: Gathered
) -> None:
    """Somebody says of a record whether it is so; tell its author, if that is one of ours."""
    iri = Iri(hearing.iri_of(heard.activity.object))
    speaker = await hearing.speaker(session, heard)
    if hearing.is_our_own(heard):
        said = await by_iri(session, iri)
        row = None if said is None else await coverage.by_iri(session, said.replication_iri)
    else:
        row = await _record(session, site, gathered, gathered[iri])
        said = None if row is None else await _remember(session, site, gathered[iri], speaker, row)
    if row is None or said is None or said.revoked_at is not None:
        return
    await _learn_way(session, site, gathered)
    await counting.count(session, site, row)
    await counting.reckon(session, row)
    author = await session.get_one(Actor, row.actor_id)
    if author.is_ours:
        about = {"record": str(row.id), "name": row.name, "verdict": said.verdict}
        about["reason"] = said.content[:500]
        await noticing.tell(session, site, author.id, "attested", speaker, about=about)


async def on_undo(session: Session, site: Site, heard: Heard[ap.Undo]) -> bool:
    """Somebody takes back what they said of a record.

    Returns:
        True when it was that; False when the Undo is about something else.
    """
    speaker, undone = await hearing.speaker(session, heard), heard.activity.object
    is_create = isinstance(undone, ap.Create)
    iri = hearing.iri_of(undone.object if isinstance(undone, ap.Create) else undone)
    if await on_deleted(session, site, iri, speaker):
        return True
    if is_create and not await coverage.by_iri(session, iri):
        await mirroring.bury(session, site, iri, speaker)
    return False


async def on_deleted(session: Session, site: Site, iri: str, speaker: Actor) -> bool:
    """The same, however they say it."""
    said = await by_iri(session, iri)
    if said is None or said.actor_id != speaker.id:
        return False
    if said.revoked_at is None:
        await _take_back(session, site, said, speaker)
    return True


async def forget_all(session: Session, site: Site, actor: Actor) -> None:
    """Somebody is gone: what they said of others is taken back with them."""
    rows = await session.scalars(
        select(Attestation).where(
            Attestation.actor_id == actor.id, Attestation.revoked_at.is_(None)
        )
    )
    for said in rows.all():
        await _take_back(session, site, said, actor)


async def bring_back(
    session: Session, site: Site, records_: Sequence[ap.Object], said: Sequence[ap.Object]
) -> int:
    """Remember records of practice, and what is said of them, that an archive holds.

    Only what its author has signed by a key that we know; the rest is left.

    Returns:
        How many were remembered, or known already.
    """
    count = 0
    for thing in records_:
        author = await _signer(session, thing)
        row = None
        if author is not None:
            with suppress(ProtocolError, Refusal):
                row = await replicating.remember(session, site, thing, author)
        if row is not None:
            await counting.count(session, site, row)
            count += 1
    for note in said:
        author, subject = await _signer(session, note), documents.read_attestation(note).record
        row = await coverage.by_iri(session, subject)
        if author is None or row is None or row.deleted_at is not None:
            continue
        with suppress(ProtocolError, Refusal):
            await _remember(session, site, note, author, row)
        await counting.reckon(session, row)
        count += 1
    return count


async def _signer(session: Session, thing: ap.Object) -> Actor | None:
    """Whose it is, where that is somebody else whom we know, and it carries a proof."""
    if eddsa_jcs.method(thing.document) is None or len(thing.attributed_to) != 1:
        return None
    actor = await profiles.by_iri(session, thing.attributed_to[0])
    is_usable = actor is not None and actor.gone_at is None and actor.shut_at is None
    return actor if is_usable and actor is not None and not actor.is_ours else None


async def by_iri(session: Session, iri: str) -> Attestation | None:
    """A statement by its id on the wire; those that were taken back too."""
    return await session.scalar(select(Attestation).where(Attestation.iri == iri))


async def _said_by(session: Session, organisation: Actor, said: Attestation) -> Json:
    """The Create of a statement, as an Undo names it."""
    create = await session.scalar(
        select(Outgoing.activity_iri).where(Outgoing.about == said.iri, Outgoing.type == "Create")
    )
    if create is None:
        return said.iri  # thrown away by age
    return {"id": create, "type": "Create", "actor": organisation.iri, "object": said.iri}


async def _take_back(session: Session, site: Site, said: Attestation, speaker: Actor) -> None:
    said.revoked_at = site.now()
    await session.flush()
    row = await coverage.by_iri(session, said.replication_iri)
    if row is None or row.deleted_at is not None:
        return
    await counting.reckon(session, row)
    author = await session.get_one(Actor, row.actor_id)
    if author.is_ours and speaker.gone_at is None:
        about = {"record": str(row.id), "name": row.name}
        await noticing.tell(session, site, author.id, "unattested", speaker, about=about)


async def _learn_way(session: Session, site: Site, gathered: Gathered) -> None:
    """Remember the models between a record and the one whose owner speaks."""
    for thing in [
        one for one in gathered.values() if is_model(one) and "versionOf" not in one.extra
    ]:
        owner = gathered.get(thing.attributed_to[0]) if len(thing.attributed_to) == 1 else None
        version = gathered.get(model_documents.current_version(thing))
        if not isinstance(owner, ap.Actor) or version is None:
            continue
        author = await mirroring.make_known(session, site, owner)
        if author.is_ours or author.shut_at is not None or author.gone_at is not None:
            continue
        await mirroring.remember_model(session, site, thing, version, author)
    for thing in [one for one in gathered.values() if "versionOf" in one.extra]:
        model = await history.model_by_iri(session, str(thing.extra["versionOf"]))
        known = await history.revision_by_iri(session, str(thing.id))
        if model is not None and known is None and not model.is_ours:
            head = await history.head(session, model)
            await mirroring.remember_earlier(session, site, model, thing, head)


async def _source(session: Session, row: Replication, organisation: Actor) -> str | None:
    """A model of the organisation's own, above the one that a record names."""
    models = await coverage.counted_for(session, row)
    own = [one.iri for one in models[1:] if one.actor_id == organisation.id]
    return own[0] if own else None


async def _record(
    session: Session, site: Site, gathered: Gathered, said: ap.Object
) -> Replication | None:
    """The record that is spoken of: as we know it, else as its own address says."""
    if not is_attestation(said):
        return None
    subject = documents.read_attestation(said).record
    known = await coverage.by_iri(session, subject)
    if known is not None:
        return known if known.deleted_at is None else None
    thing = gathered.get(subject)
    if thing is None or len(thing.attributed_to) != 1:
        return None
    owner = gathered.get(thing.attributed_to[0])
    if not isinstance(owner, ap.Actor):
        return None
    author = await mirroring.make_known(session, site, owner)
    if author.shut_at is not None or author.gone_at is not None:
        return None
    return await replicating.remember(session, site, thing, author)


async def _remember(
    session: Session, site: Site, note: ap.Object, speaker: Actor, row: Replication
) -> Attestation | None:
    """Remember a statement as its own address says it; None where it has no effect."""
    iri = str(note.id)
    if note.attributed_to != (speaker.iri,):
        raise NotAuthoritative("the statement is somebody else's", code="attribution")
    await mirroring.check_proof(session, site, note, speaker)
    says = documents.read_attestation(note)
    known = await by_iri(session, iri)
    if known is not None:
        return None  # a statement never changes: who thinks otherwise takes it back
    if speaker.id == row.actor_id or await mirroring.is_buried(session, iri, speaker):
        return None
    if await blocks.bars(session, row.actor_id, speaker) or await _is_full(session, row):
        return None
    for before in await _standing(session, row.iri, speaker):
        before.revoked_at = site.now()
    await insert_once(session, Attestation, _values(site, note, says, speaker))
    return await by_iri(session, iri)


def _values(
    site: Site, note: ap.Object, says: ReadAttestation, speaker: Actor
) -> dict[str, object]:
    return {
        "id": site.new_id(),
        "iri": str(note.id),
        "actor_id": speaker.id,
        "replication_iri": says.record,
        "verdict": says.verdict.value,
        "version_iri": says.version,
        "sections": list(says.sections),
        "since": says.since,
        "until": says.until,
        "language": says.language,
        "content": says.content,
        "links": records.links_to_json(says.links),
        "record_digest": says.digest,
        "document": encode(note.document),
        "made_at": min(note.published or site.now(), site.now()),
        "revoked_at": None,
    }


async def _is_full(session: Session, row: Replication) -> bool:
    count = await session.scalar(
        select(func.count()).where(
            Attestation.replication_iri == row.iri, Attestation.revoked_at.is_(None)
        )
    )
    return (count or 0) >= MOST_STATEMENTS


async def _standing(session: Session, record_iri: str, actor: Actor) -> Sequence[Attestation]:
    """What somebody says of a record at present."""
    rows = await session.scalars(
        select(Attestation).where(
            Attestation.replication_iri == record_iri,
            Attestation.actor_id == actor.id,
            Attestation.revoked_at.is_(None),
        )
    )
    return rows.all()


async def _concerned(session: Session, row: Replication, organisation: Actor) -> list[Actor]:
    """Whose record it is, and whose models it counts for."""
    owners = [await session.get_one(Actor, row.actor_id)]
    owners += [
        await history.author(session, one) for one in await coverage.counted_for(session, row)
    ]
    return list({one.id: one for one in owners if one.id != organisation.id}.values())


async def _check(session: Session, site: Site, row: Replication, saying: Saying) -> None:
    faults = dict(records.faults_of_links(saying.links))
    if len(saying.links) > records.MOST_LINKS:
        faults["links"] = f"One statement holds {records.MOST_LINKS} links at most."
    if len(saying.content) > records.MAX_TEXT:
        faults["content"] = f"At most {records.MAX_TEXT} characters."
    if not saying.content.strip():
        faults["content"] = "Please say in a few words what you have seen."
    today = site.now().date()
    if saying.since and saying.since > today:
        faults["since"] = "This day is still to come."
    if saying.until and saying.until > today:
        faults["until"] = "This day is still to come."
    if saying.since and saying.until and saying.until < saying.since:
        faults["until"] = "The period ends before it begins."
    known = await section_keys(session, row)
    if known is not None and any(key not in known for key in saying.sections):
        faults["sections"] = "There is no such section in this version."
    if faults:
        raise Unwise("This statement is not complete.", fields=faults)


async def section_keys(session: Session, row: Replication) -> dict[str, dict[str, str]] | None:
    """The sections of the version that a record is about, with their names; None if unknown."""
    version = await history.revision_by_iri(session, row.version_iri)
    if version is None or await session.get(Model, version.model_id) is None:
        return None
    return {one.key: dict(one.names) for one in history.sheet(version).sections}
