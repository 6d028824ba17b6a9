"""Restoring: what an archive holds of a model is remembered here, without pretending authorship.

What others made stays theirs: a mirror with the proofs that its author made, believed only by keys
that we have read at their owner's own address, or that an operator has compared by other means.
What we made and lost becomes ours again where our own keys made its proofs, or where an operator
says that it is ours; then our present keys prove it anew.

Nothing is announced, nothing that is known changes, and nothing deleted comes back. An archive that
contradicts what is known is refused as a whole. The archive was read and examined before
(`documents.archive`, `documents.proving`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from activitypub import iris, reading
from activitypub.canonical_json import Document, encode
from activitypub.errors import ProtocolError
from activitypub.iris import Iri
from actors.database import Session, insert_once
from actors.documents import archive, pieces, proving
from actors.documents.archive import Contents
from actors.documents.pieces import Piece, Version
from actors.documents.proving import Examination, HeldBy, Standing
from actors.errors import Gone, NotAllowed, NotFound, Refusal, Unwise
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.restoration import Restoration
from actors.verbs import mirroring, recalling, reclaiming
from actors.verbs.reclaiming import Restored, Trust
from actors.views import history, profiles


@dataclass(frozen=True)
class Word:
    """What an operator says beside the archive.

    Attributes:
        keys: Multikeys that she has compared with those of the authors.
        is_ours: what names an organisation of ours as its author is ours, whoever signed it.
    """

    keys: frozenset[str] = frozenset()
    is_ours: bool = False


NO_WORD: Final = Word()


async def restore(
    session: Session,
    site: Site,
    contents: Contents,
    examination: Examination,
    fingerprint: str,
    *,
    by: Actor | None = None,
    word: Word = NO_WORD,
) -> Restored:
    """Remember what an archive holds.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        contents: as it was read.
        examination: what it shows by itself.
        fingerprint: the digest of the file.
        by: the organisation that brings it; None for an operator.
        word: what the operator says of it.

    Raises:
        Unwise: the archive contradicts itself.
        NotAllowed: nothing says that its author made it; the reason says what would.
        NotFound: it is of an organisation that is not, or no longer, here.
        Conflicting: something else is known here under the same address.
        Gone: the model, or its author, was deleted.
    """
    if examination.faults:
        raise Unwise("The archive was altered.", fields=examination.faults)
    members = contents.members()
    main = pieces.piece(pieces.named(members, archive.VERSIONS), contents.living)
    if iris.host(main.author) == iris.host(site.origin):
        if by is not None and by.iri != main.author:
            raise NotAllowed("This is another organisation's; only its own members bring it back.")
        done = await reclaiming.reclaim(session, site, main, contents, is_word_given=word.is_ours)
    else:
        done = await _restore_theirs(session, site, main, contents, word)
    done = await _restore_others(session, site, done, members)
    if done.model.is_ours:
        await reclaiming.list_forks(session, site, done.model, contents)
    if done.versions:
        row = {"id": site.new_id(), "model_id": done.model.id, "archive": fingerprint}
        row |= {"trust": done.trust.value, "versions": done.versions, "made_at": site.now()}
        await insert_once(session, Restoration, row | {"actor_id": None if by is None else by.id})
    return done


async def _restore_theirs(
    session: Session, site: Site, piece: Piece, contents: Contents, word: Word
) -> Restored:
    trust = await _believe(session, site, piece, contents, word)
    proven, left = await _judged(session, site, piece)
    model, count = await _mirror(session, site, piece, proven)
    return Restored(model, trust, count, left=left)


async def _restore_others(
    session: Session, site: Site, done: Restored, members: Mapping[str, Document]
) -> Restored:
    """Sources and forks: what cannot be believed is left, and does not hold up the rest."""
    left, count = dict(done.left), 0
    for piece in pieces.others(members):
        if iris.host(piece.author) == iris.host(site.origin):
            continue  # ours: an archive of somebody else's model restores nothing of us
        try:
            proven, without = await _judged(session, site, piece)
        except (Refusal, ProtocolError) as fault:
            left |= {one.member: fault.reason for one in piece.versions}
            continue
        left |= without
        count += (await _mirror(session, site, piece, proven))[1]
    return replace(done, others=count, left=left)


async def _believe(
    session: Session, site: Site, piece: Piece, contents: Contents, word: Word
) -> Trust:
    """Know the author; from the archive itself only where an operator has compared the keys."""
    known = await profiles.by_iri(session, piece.author)
    methods = pieces.methods(piece.versions)
    ours = await recalling.keys_named(session, methods)
    if known is not None and methods <= ours.keys():
        return Trust.KEYS
    theirs = proving.keys_in(contents.actors)
    used = {theirs[one].key.multikey() for one in methods if one in theirs}
    document = next((one for one in contents.actors if one.get("id") == piece.author), None)
    if not used or document is None or not used <= word.keys:
        names = ", ".join(sorted(used)) or "none"
        raise NotAllowed(
            f"{piece.author} could not be asked for its keys, and we do not know those in the"
            f" archive ({names}): anybody could have made it. An operator who has compared them"
            " can say so with `essaim archive import --key`."
        )
    if proving.weigh(document, theirs, now=site.now()).standing is not Standing.PROVEN:
        raise NotAllowed(f"The document of {piece.author} in the archive is not proven.")
    if known is not None and known.gone_at is not None:
        raise Gone("Its author was deleted.")
    await mirroring.remember_actor(session, site, reading.read_actor(document))
    return Trust.OPERATOR


async def _judged(
    session: Session, site: Site, piece: Piece
) -> tuple[list[Version], dict[str, str]]:
    """The versions that their author has proven, by what we know; and why others are left.

    Raises:
        NotFound: we do not know the author. NotAllowed: the author's host is blocked, or a proof
        does not hold by the keys that we know. Gone: what is deleted stays so. Conflicting:
        something else is known here already.
    """
    owner = await profiles.by_iri(session, piece.author)
    if owner is None:
        raise NotFound("Its author could not be asked for its keys.")
    if owner.gone_at is not None:
        raise Gone("Its author was deleted.")
    if owner.shut_at is not None:
        raise NotAllowed("This instance has nothing to do with the site of its author.")
    await recalling.check_living(session, piece, owner)
    keys = {
        iri: held
        for iri, held in (
            await recalling.keys_named(session, pieces.methods(piece.versions))
        ).items()
        if held.owner == owner.iri
    }
    proven: list[Version] = []
    left: dict[str, str] = {}
    for one in piece.versions:
        evidence = proving.weigh(one.document, keys, now=site.now())
        if evidence.standing is Standing.PROVEN:
            proven.append(one)
        elif evidence.standing is Standing.UNSIGNED:
            left[one.member] = "It carries no proof: nothing says who made it."
        else:
            raise NotAllowed(
                f"{one.iri} is not signed with a key that its author has by what we know."
            )
    if not proven:
        raise NotAllowed("No version in it carries a proof: nothing says who made them.")
    await recalling.check_known(session, piece.model, proven)
    return proven, left


async def _mirror(
    session: Session, site: Site, piece: Piece, proven: Sequence[Version]
) -> tuple[Model, int]:
    """Write what was judged; the model, and how many versions of it are new."""
    owner = await recalling.owner_of(session, piece)
    known, newest = await history.model_by_iri(session, piece.model), proven[-1]
    count = 0
    if known is None or newest.says.number > known.number:
        article = reading.read(
            _living(piece, proven, owner, site, await recalling.keys_of(session, owner))
        )
        past = replace(site, is_catching_up=True)
        known = await mirroring.remember_model(session, past, article, newest.thing, owner)
        count += 1
    if known is None:
        raise Gone("This model was deleted.")
    for one in await recalling.unknown(session, proven):
        session.add(recalling.row(site, known, one, encode(one.document)))
        count += 1
    await session.flush()
    return known, count


def _living(
    piece: Piece,
    proven: Sequence[Version],
    owner: Actor,
    site: Site,
    keys: Mapping[Iri, HeldBy],
) -> Document:
    """The model as it lives: as its author has proven it, or made from its newest version.

    A mirror has often heard of a model inside an activity, whose proof does not cover it alone.
    """
    newest, living = proven[-1], piece.living
    if living is not None and living.get("currentVersion") == newest.iri:
        evidence = proving.weigh(living, keys, now=site.now())
        if evidence.standing is Standing.PROVEN and evidence.author == owner.iri:
            return living
    made = {name: value for name, value in newest.document.items() if name not in _OF_VERSIONS}
    return made | {
        "id": piece.model,
        "url": piece.model,
        "currentVersion": newest.iri,
        "published": proven[0].document.get("published"),
        "updated": newest.document.get("published"),
    }


_OF_VERSIONS: Final = ("proof", "versionOf")


_AT_ONCE: Final = 500
"""Values in one statement: SQLite took 999 in older versions."""
