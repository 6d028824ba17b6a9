"""Forking: take a proven model home, adapt it, hear when the source moves, merge.

A fork names the living source (`origin`) and the exact version it took (`wasDerivedFrom`): the
merge base. The source lists every fork that names it and answers with an Accept; a fork is valid
without an answer. When the source moves, the owner of each fork is told which sections changed,
which of them are core, and which conflict with her own text. A merge is a version with two
parents, and moves the base forward.

Wire: Create{fork}, Accept{Create}, Update{source} (FEDERATION.md, "Fork").
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from sqlalchemy import select

import activitypub.vocabulary as ap
from activitypub.authority import Heard
from activitypub.canonical_json import Json
from activitypub.iris import Iri
from actors.database import Session
from actors.documents.model import section_iri
from actors.errors import Conflicting, Gone, NotFound, Unwise
from actors.rules import heading, licences, merging, modifications
from actors.rules.merging import SectionMerge, Verdict
from actors.rules.modifications import Modification
from actors.rules.sections import Section, Sheet, check, clean
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.lineage import Lineage
from actors.tables.mail import Outgoing
from actors.tables.member import Member
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.verbs import catching_up, choosing, counting, hearing, noticing, posting, publishing
from actors.verbs.mirroring import Gathered
from actors.verbs.publishing import Making
from actors.views import blocks, history, kin, lineage, translations
from actors.views.lineage import Upstream
from actors.vocabulary import FORK_KINDS

Choice = Literal["ours", "theirs"] | Mapping[str, str]
"""What somebody decides for one section: keep, take, or a third text by language."""


async def fork(
    session: Session,
    site: Site,
    organisation: Actor,
    source: Model,
    *,
    kind: str,
    language: str,
    author: Member | None = None,
    name: str = "",
    wanted_license: str | None = None,
    facts: Mapping[str, Json] | None = None,
) -> Model:
    """An organisation of ours makes its own model from somebody's.

    A working copy is made to send improvements back: its source's owner hears of it, and nobody
    else is told that there is an alternative.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        organisation: one of ours.
        source: any model we know, ours or theirs.
        kind: `variant`, `translation` or `working-copy`.
        language: the language in which it will be worked on; the source's texts stay until they
            are replaced.
        author: the member who acts.
        name: what it is called in that language; its address is made from that. Without one it
            is called as its source.
        wanted_license: SPDX id; without one the licence of the source.
        facts: what differs from the facts of the source: legal form, territory.

    Raises:
        Unwise: the kind is unknown, the licence forbids adaptations or cannot follow, or the name
            cannot be used.
        Gone: the source was deleted.
    """
    if kind not in FORK_KINDS:
        words = f"A fork is one of {', '.join(FORK_KINDS)}."
        raise Unwise(words, fields={"kind": words})
    if source.deleted_at is not None:
        raise Gone("the source was deleted")
    base = await history.head(session, source)
    sheet = history.sheet(base)
    terms = licences.judge_fork(sheet.license, wanted_license)
    called = " ".join(name.split())
    own = replace(
        sheet,
        language=language,
        license=terms.license,
        names={**sheet.names, language: called} if called else sheet.names,
        facts={**sheet.facts, **(facts or {})},
        sections=tuple(_taken(source, one) for one in sheet.sections),
    )
    _check_fork(own, sheet)
    tie = Lineage(
        id=site.new_id(),
        model_id=0,
        upstream_iri=source.iri,
        base_iri=base.iri,
        base_digest=base.digest,
        seen_iri=base.iri,
        kind=kind,
    )
    making = Making(author=author, merged_iri=base.iri)
    return await publishing.start(session, site, organisation, own, making, lineage=tie)


async def merge(
    session: Session,
    site: Site,
    model: Model,
    choices: Mapping[str, Choice],
    *,
    author: Member | None = None,
    note: str = "",
    reasons: Sequence[Modification] = (),
    taken_from: str | None = None,
) -> Revision:
    """Take what the source, or another relative, changed into a fork of ours, by sections.

    What was decided on the way and kept (`choosing`) is forgotten with it.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        model: the fork.
        choices: section key, or key of a value (`rules.heading`) → `theirs`, `ours`, or texts by
            language; every conflict needs one.
        author: the member who acts.
        note: why, in her words.
        reasons: why sections of ours differ; kept beside what was recorded before.
        taken_from: the address of the relative; the source if left out. Of another relative than
            the source, the base stays where it is, and sections keep the tie that they have.

    Returns:
        The new version, with both parents.

    Raises:
        NotFound: the model is no fork, or the other has nothing new.
        Conflicting: a conflict without a choice; `keys` names them. Nothing has changed.
        Unwise: a choice that cannot be made here, or the result could not be published.
    """
    model = await publishing.held(session, model)
    beside = await kin.choose(session, model, taken_from)
    if beside is None:
        raise NotFound("this model is no fork of a model known here")
    if not beside.moved:
        raise NotFound("there is nothing new since it was last taken")
    fit = merged(beside, choices)
    recorded = explained(beside, fit, choices, reasons)
    if beside.is_direct:
        tie = beside.lineage
        tie.base_iri, tie.base_digest = beside.current.iri, beside.current.digest
        await session.flush()
    await choosing.undo(session, model, beside.other_iri)
    making = Making(
        author=author,
        note=note,
        parent=beside.ours,
        merged_iri=beside.current.iri,
        modifications=recorded,
    )
    return await publishing.advance(session, site, model, fit, making)


def merged(beside: Upstream, choices: Mapping[str, Choice]) -> Sheet:
    """What our sheet says after these choices; nothing is written.

    Raises:
        Conflicting, Unwise: as `merge`.
    """
    ours, theirs = history.sheet(beside.ours), history.sheet(beside.current)
    top = beside.heading
    of_values = {key: one for key, one in choices.items() if key.startswith(heading.SIGN)}
    of_sections = {key: one for key, one in choices.items() if key not in of_values}
    decided = _decided(beside.sections, of_sections)
    heading.check(top, of_values)
    if missing := merging.undecided((*top, *beside.sections), choices):
        raise Conflicting(merging.NEEDS_A_CHOICE, keys=missing)
    upstream = Iri(beside.lineage.upstream_iri) if beside.is_direct else None
    resolved = merging.resolve(beside.sections, decided, ours, theirs, upstream=upstream)
    fit = clean(heading.resolve(top, of_values, resolved))
    known = {section.digest for section in ours.sections}
    if any(section.digest not in known for section in fit.sections):
        licences.judge_fork(theirs.license, fit.license)
    _check_fork(fit, ours)
    return fit


def explained(
    beside: Upstream,
    result: Sheet,
    choices: Mapping[str, Choice],
    reasons: Sequence[Modification],
) -> tuple[Modification, ...]:
    """What the fork does differently after a merge, and why.

    What was recorded about a section that now says what the source says is dropped.
    """
    known = kin.modifications_after(beside, choices)
    if not beside.is_direct:  # the source may say something else still
        base = None if beside.own_base is None else history.sheet(beside.own_base)
        return modifications.merged(known, modifications.judged(reasons, base))
    told = modifications.merged(known, modifications.judged(reasons, history.sheet(beside.current)))
    alike = {
        row.key
        for row in beside.sections
        if row.theirs is not None
        and (ours := result.section(row.key)) is not None
        and ours.digest == row.theirs.digest
    }
    return tuple(one for one in told if one.section not in alike)


async def on_fork(
    session: Session, site: Site, heard: Heard[ap.Create], gathered: Gathered
) -> None:
    """Somebody forked a model of ours: list it, tell its owner, answer.

    The fork was remembered just before. Nothing happens when it is no fork of ours, when it took
    what never was a version of its source, or when it is listed already. Until it is listed, its
    owner does not hear of our versions: if there was one meanwhile, she is told now.
    """
    fork_model = await history.model_by_iri(session, hearing.iri_of(heard.activity.object))
    tie = await lineage.of(session, fork_model) if fork_model else None
    source = await history.model_by_iri(session, tie.upstream_iri) if tie else None
    if fork_model is None or tie is None or source is None:
        return
    if not source.is_ours or source.deleted_at is not None or tie.listed_at is not None:
        return
    base = await lineage.base_of(session, tie)
    if base is None:
        return
    owner = await history.author(session, source)
    forker = await hearing.speaker(session, heard)
    if await blocks.bars(session, owner.id, forker):
        return
    tie.listed_at = site.now()
    await session.flush()
    await counting.moved(session, site, fork_model)
    await noticing.tell(
        session, site, owner.id, "fork", forker, model=fork_model, about={"source": str(source.id)}
    )
    await posting.say(
        session,
        site,
        owner,
        "Accept",
        str(heard.activity.id),
        about=fork_model.iri,
        recipients=[forker.iri],
        result=fork_model.iri,
    )
    if base.id != source.head_id:
        await publishing.tell_newest(session, site, source, [forker.iri])


async def on_listed(
    session: Session, site: Site, heard: Heard[ap.Accept], gathered: Gathered
) -> bool:
    """The source's owner lists a fork of ours: the Accept answers our Create.

    Returns:
        True when it did; False when the Accept is about something else.
    """
    created = await session.scalar(
        select(Outgoing).where(
            Outgoing.activity_iri == hearing.iri_of(heard.activity.object),
            Outgoing.type == "Create",
        )
    )
    own = await history.model_by_iri(session, created.about) if created else None
    tie = await lineage.of(session, own) if own else None
    source = await history.model_by_iri(session, tie.upstream_iri) if tie else None
    if tie is None or source is None:
        return False
    owner = await history.author(session, source)
    if owner.iri == heard.speaker:
        tie.listed_at = tie.listed_at or site.now()
        await session.flush()
    return True


async def on_upstream_update(
    session: Session, site: Site, heard: Heard[ap.Update], gathered: Gathered
) -> None:
    """A model moved on: tell the owner of each of our forks of it what that means for her text."""
    source = await history.model_by_iri(session, hearing.iri_of(heard.activity.object))
    if source is not None:
        await on_moved(session, site, source)


async def on_read_anew(session: Session, site: Site, iri: str) -> None:
    """Somebody's model was read at its origin, without having been told that it moved.

    Its versions in between are read, and the owners of our forks are told, as after an Update.
    """
    source = await history.model_by_iri(session, iri)
    if source is not None and not source.is_ours and source.deleted_at is None:
        await catching_up.ask(session, site, source)
        await on_moved(session, site, source)


async def on_moved(session: Session, site: Site, source: Model) -> None:
    """A model may be at another version than our forks of it know: tell their owners, once."""
    if source.deleted_at is not None:
        return
    current = await history.head(session, source)
    rows = await session.execute(
        select(Lineage, Model)
        .join(Model, Model.id == Lineage.model_id)
        .where(
            Lineage.upstream_iri == source.iri,
            Lineage.seen_iri != current.iri,
            Model.is_ours.is_(True),
            Model.deleted_at.is_(None),
        )
    )
    sender = await history.author(session, source)
    for tie, own in rows.all():
        tie.seen_iri = current.iri
        await session.flush()
        beside = await lineage.upstream(session, own)
        if beside is not None:
            about = {"version": current.number} | _moved(beside.sections)
            if again := [row.key for row in translations.to_translate_again(beside)]:
                about["again"] = again
            await noticing.tell(
                session, site, own.actor_id, "upstream", sender, model=own, about=about
            )


def _taken(source: Model, section: Section) -> Section:
    """A section as the fork starts with it: the same text, tied to where it came from."""
    return replace(
        section,
        upstream=section_iri(source.iri, section.key),
        upstream_digests=dict(section.digests),
    )


def _check_fork(own: Sheet, known: Sheet) -> None:
    """A fork may have no name yet in the language it is worked on in.

    Until then it shows the source's.
    """
    name = own.names.get(own.language) or next(iter(known.names.values()), "")
    check(replace(own, names={own.language: name, **own.names}))


def _decided(
    sections: Sequence[SectionMerge], choices: Mapping[str, Choice]
) -> dict[str, Literal["ours", "theirs"] | Section]:
    by_key = {one.key: one for one in sections}
    decided: dict[str, Literal["ours", "theirs"] | Section] = {}
    for key, choice in choices.items():
        if choice == "ours" or choice == "theirs":
            decided[key] = choice
        elif key in by_key and isinstance(choice, Mapping):
            decided[key] = _third(by_key[key], choice)
        else:
            words = "There is no such section."
            raise Unwise(words, fields={f"choices.{key}": words})
    return decided


def _third(row: SectionMerge, texts: Mapping[str, str]) -> Section:
    """A third text: ours, or theirs where we have none.

    With these languages rewritten for themselves.
    """
    ground = row.ours or row.theirs or row.base
    if ground is None:
        raise NotFound("there is no such section")
    kept = {tag: one for tag, one in ground.translated_from.items() if tag not in texts}
    return replace(ground, texts={**ground.texts, **texts}, translated_from=kept)


MOST_NAMED = 20
"""Sections that a notice names: it is read at a glance; the page that it leads to has them all."""


def _moved(sections: Sequence[SectionMerge]) -> dict[str, Any]:
    """What the notice says: which sections the source changed, which are core, which conflict.

    `names` are the titles of the first of them, by language.
    """
    changed = [one for one in sections if one.verdict in (Verdict.THEIRS, Verdict.CONFLICT)]
    shown = ((one.key, one.ours or one.theirs or one.base) for one in changed[:MOST_NAMED])
    return {
        "names": {key: dict(side.names) for key, side in shown if side is not None},
        "changed": [one.key for one in changed],
        "core": [one.key for one in changed if one.core],
        "conflicts": [one.key for one in changed if one.verdict is Verdict.CONFLICT],
    }
