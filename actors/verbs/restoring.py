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
from actors.documents.pieces import Brought, Piece, Version
from actors.documents.proving import Evidence, HeldBy, Standing
from actors.errors import Gone, NotAllowed, NotFound, Refusal
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
    brought: Brought,
    *,
    by: Actor | None = None,
    word: Word = NO_WORD,
) -> Restored:
    """Remember what an archive holds.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        brought: the archive, as `documents.pieces` has read it.
        by: the organisation that brings it; None for an operator.
        word: what the operator says of it.

    Raises:
        Unwise: it is of ours, and at addresses that we do not give.
        NotAllowed: nothing says that its author made it; the reason says what would.
        NotFound: it is of an organisation that is not, or no longer, here.
        Conflicting: something else is known here under the same address.
        Gone: the model, or its author, was deleted.
    """
    main, contents = brought.main, brought.contents
    if iris.host(main.author) == iris.host(site.origin):
        if by is not None and by.iri != main.author:
            raise NotAllowed("This is another organisation's; only its own members bring it back.")
        done = await reclaiming.reclaim(session, site, main, contents, is_word_given=word.is_ours)
    else:
        done = await _restore_theirs(session, site, brought, word)
    done = await _restore_others(session, site, done, brought.others)
    if done.model.is_ours:
        await reclaiming.list_forks(session, site, done.model, contents)
    if done.versions:
        row = {"id": site.new_id(), "model_id": done.model.id, "archive": brought.fingerprint}
        row |= {"trust": done.trust.value, "versions": done.versions, "made_at": site.now()}
        await insert_once(session, Restoration, row | {"actor_id": None if by is None else by.id})
    return done


async def _restore_theirs(session: Session, site: Site, brought: Brought, word: Word) -> Restored:
    trust = await _believe(session, site, brought, word)
    proven, left = await _judged(session, site, brought.main)
    living = brought.evidence[archive.LIVING]
    model, count = await _mirror(session, site, brought.main, proven, living)
    return Restored(model, trust, count, left=left)


async def _restore_others(
    session: Session, site: Site, done: Restored, others: Sequence[Piece]
) -> Restored:
    """Sources and forks: what cannot be believed is left, and does not hold up the rest."""
    left, count = dict(done.left), 0
    for piece in others:
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


async def _believe(session: Session, site: Site, brought: Brought, word: Word) -> Trust:
    """Know the author; from the archive itself only where an operator has compared the keys.

    She has to have compared the key that proves the author's own document too: it says which other
    keys are the author's.
    """
    piece, contents = brought.main, brought.contents
    known = await profiles.by_iri(session, piece.author)
    methods = pieces.methods(piece.versions)
    ours = await recalling.keys_named(session, methods)
    if known is not None and methods <= ours.keys():
        return Trust.KEYS
    member, document = next(
        (
            (name, one)
            for name, one in pieces.named(contents.members(), archive.ACTORS).items()
            if one.get("id") == piece.author
        ),
        ("", None),
    )
    told = [one.evidence for one in piece.versions if one.evidence.method]
    told += [brought.evidence[member]] if document is not None else []
    used = {one.key for one in told if one.key}
    if document is None or not used or not used <= word.keys:
        names = ", ".join(sorted(used)) or "none"
        raise NotAllowed(
            f"{piece.author} could not be asked for its keys, and we do not know those in the"
            f" archive ({names}): anybody could have made it. An operator who has compared them"
            " can say so with `essaim archive import --key`."
        )
    if brought.evidence[member].standing is not Standing.PROVEN:
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
    await recalling.hold(session, owner)
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
        standing = proving.by_these(one.document, one.evidence, keys, now=site.now())
        if standing is Standing.PROVEN:
            proven.append(one)
        elif standing is Standing.UNSIGNED:
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
    session: Session,
    site: Site,
    piece: Piece,
    proven: Sequence[Version],
    living: Evidence | None = None,
) -> tuple[Model, int]:
    """Write what was judged; the model, and how many versions of it are new."""
    owner = await recalling.owner_of(session, piece)
    known, newest = await history.model_by_iri(session, piece.model), proven[-1]
    count = 0
    if known is None or newest.says.number > known.number:
        keys = await recalling.keys_of(session, owner)
        article = reading.read(_living(site, piece, proven, living, keys))
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
    site: Site,
    piece: Piece,
    proven: Sequence[Version],
    evidence: Evidence | None,
    keys: Mapping[Iri, HeldBy],
) -> Document:
    """The model as it lives: as its author has proven it, or made from its newest version.

    A mirror has often heard of a model inside an activity, whose proof does not cover it alone.
    """
    newest, living = proven[-1], piece.living
    is_at_it = living is not None and living.get("currentVersion") == newest.iri
    if evidence is not None and living is not None and is_at_it:
        standing = proving.by_these(living, evidence, keys, now=site.now())
        if standing is Standing.PROVEN:
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
