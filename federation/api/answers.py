"""Answers: rows and sheets as programs see them; `schemas` describes exactly these.

Every function is asked inside one transaction and returns plain JSON values. A model is answered
with the same members whoever wrote it: ours and remembered ones alike.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from aiohttp import web

from activitypub.iris import Iri
from actors.database import Session
from actors.documents import media
from actors.documents.media import Shown
from actors.rules import illustrations
from actors.rules.codes.lists import Code
from actors.rules.heading import Value
from actors.rules.merging import SectionMerge
from actors.rules.modifications import Modification
from actors.rules.proposals import Credit
from actors.rules.readiness import readiness
from actors.rules.sections import Section, Sheet, stale
from actors.tables.actor import Actor
from actors.tables.draft import Draft
from actors.tables.follow import Follow
from actors.tables.lineage import Lineage
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.views import commons as commons_view
from actors.views import drafts, history, lineage, profiles
from actors.views import media as media_views
from actors.views.access import Acting
from actors.views.catalogue import Entry
from actors.views.lineage import Fork, Upstream
from actors.views.notices import NoticeItem
from actors.views.paging import Page
from federation.api import facts

Answer = dict[str, Any]


FORKS_SHOWN: Final = 20
"""Forks in the answer about a model; all of them are a list of their own."""


def respond(value: Answer, *, status: int = 200, location: str | None = None) -> web.Response:
    """The JSON answer of an operation."""
    headers = {} if location is None else {"Location": location}
    return web.Response(
        status=status, body=orjson.dumps(value), content_type="application/json", headers=headers
    )


async def model(session: Session, row: Model) -> Answer:
    """Schema `Model`: everything about it as it is now."""
    head = await history.head(session, row)
    sheet = history.sheet(head)
    tie = await lineage.of(session, row)
    newest = version(head)
    state = await lineage.core_state(session, row)
    items = media.shown([dict(one) for one in illustrations.of(sheet).items])
    copies = {
        url: media.address(Iri(""), kept)
        for url, kept in (await media_views.copies(session, [one.url for one in items])).items()
    }
    return {
        **_heading(row, await history.author(session, row)),
        **facts.answered(sheet),
        "version": newest,
        "parents": newest["parents"],
        "commons": row.commons_iri,
        **illustrated(sheet, copies),
        "sections": [section(one, sheet) for one in sheet.sections],
        "upstream": None if tie is None else await _upstream(session, tie),
        "forks": [fork(one) for one in await lineage.forks(session, row, limit=FORKS_SHOWN)],
        "forkCount": await lineage.count_forks(session, row),
        "relation": None if state is None else state.relation,
        "brokenCore": [] if state is None else list(state.broken),
        "acceptedBySource": state is not None and state.is_accepted,
        "checklist": checklist(sheet),
    }


async def commons(session: Session, row: Actor) -> Answer:
    """Schema `Commons`."""
    said = await commons_view.row_of(session, row)
    counted = await profiles.counts(session, row)
    return {
        **actor(row),
        "language": said.language,
        "names": said.names,
        "summaries": said.summaries,
        "rules": said.rules,
        "family": said.family,
        "posting": said.posting,
        "approvesMembers": row.approves_followers,
        "members": counted.followers,
        "moderators": [actor(one) for one in await commons_view.moderators(session, row)],
    }


async def commons_in_full(session: Session, row: Actor, page: Page) -> Answer:
    """Schema `CommonsInFull`."""
    found = await commons_view.entries(session, row, page)
    return {
        **await commons(session, row),
        "entries": [
            {
                "iri": one.subject.iri,
                "url": one.subject.url,
                "kind": "model" if isinstance(one.subject, Model) else "remark",
                "name": one.subject.name if isinstance(one.subject, Model) else None,
                "author": actor(one.author),
                "at": time(one.posting.made_at),
                "pinned": one.posting.pinned_at is not None,
            }
            for one in found
        ],
    }


def short_model(entry: Entry) -> Answer:
    """Schema `ShortModel`."""
    row = entry.model
    return {
        **_heading(row, entry.author),
        "versionNumber": row.number,
        "family": row.family,
        "territory": row.territory,
    }


def version(revision: Revision) -> Answer:
    """Schema `Version`."""
    credited = [Credit.from_json(one) for one in revision.credits]
    parents = (revision.parent_iri, revision.merged_iri)
    return {
        "number": revision.number,
        "iri": revision.iri,
        "digest": revision.digest,
        "published": time(revision.made_at),
        "note": revision.note,
        "parents": [iri for iri in parents if iri is not None],
        "modifications": [modification(one) for one in history.modifications(revision)],
        "credits": [{"iri": one.iri, "by": one.by} for one in credited],
    }


def version_in_full(revision: Revision) -> Answer:
    """Schema `VersionInFull`."""
    sheet = history.sheet(revision)
    return {
        **version(revision),
        **facts.answered(sheet),
        **said(sheet),
    }


def draft(row: Draft) -> Answer:
    """Schema `Draft`."""
    sheet = drafts.sheet(row)
    return {
        "id": str(row.id),
        "model": None if row.model_id is None else str(row.model_id),
        "base": row.base or None,
        "changed": time(row.changed_at),
        "publishAt": None if row.publish_at is None else time(row.publish_at),
        "zone": row.zone or None,
        "failure": row.failure,
        "note": row.note,
        **facts.answered(sheet),
        **said(sheet),
    }


def said(sheet: Sheet) -> Answer:
    """What every sheet says, published or not."""
    return {
        "name": sheet.names.get(sheet.language, ""),
        "names": dict(sheet.names),
        "language": sheet.language,
        "languages": list(sheet.languages),
        "summary": sheet.summaries.get(sheet.language, ""),
        "summaries": dict(sheet.summaries),
        "license": sheet.license,
        **illustrated(sheet),
        "sections": [section(one, sheet) for one in sheet.sections],
        "checklist": checklist(sheet),
    }


def illustrated(sheet: Sheet, copies: Mapping[str, str] | None = None) -> Answer:
    """What a sheet shows: `image` and `attachments`, each by schema `Shown`."""
    found, copies = illustrations.of(sheet), copies or {}
    image = media.read(found.image)
    others = media.shown(list(found.attachments))
    return {
        "image": None if image is None else shown(image, copies.get(image.url)),
        "attachments": [shown(one, copies.get(one.url)) for one in others],
    }


def shown(one: Shown, copy: str | None = None) -> Answer:
    """Schema `Shown`."""
    return {
        "kind": one.kind,
        "url": one.url,
        "mediaType": one.media_type or None,
        "description": one.name,
        "credit": one.credit,
        "width": one.width or None,
        "height": one.height or None,
        "digest": one.digest or None,
        "copy": copy,
    }


def checklist(sheet: Sheet) -> Answer:
    """Schema `Checklist`."""
    found = readiness(sheet)
    return {
        "startable": found.startable,
        "missing": [str(role) for role in found.missing],
        "advised": [str(role) for role in found.advised],
        "facts": [str(fact) for fact in found.facts],
        "present": found.present,
        "asked": found.asked,
    }


def code(one: Code, language: str) -> Answer:
    """Schema `Code`."""
    return {
        "code": one.code,
        "iri": one.iri,
        "in": one.broader,
        "label": one.label(language),
        "labels": {tag: text for tag, text in one.labels.items() if tag},
    }


def section(one: Section, sheet: Sheet) -> Answer:
    """Schema `Section`."""
    return {
        "key": one.key,
        "role": str(one.role),
        "adaptability": str(one.adaptability),
        "name": dict(one.names),
        "text": dict(one.texts),
        "digest": dict(one.digests),
        "translatedFrom": dict(one.translated_from),
        "stale": list(stale(one, sheet.language)),
        "upstream": one.upstream,
    }


def modification(one: Modification) -> Answer:
    """Schema `Modification`."""
    return {
        "section": one.section,
        "nature": str(one.nature),
        "reason": str(one.reason),
        "note": one.note,
        "planned": one.planned,
        "coreConsistent": one.core_consistent,
    }


def value(one: Value) -> Answer:
    """What a value beside the sections is, without what it says."""
    return {"key": one.key, "kind": str(one.kind), "language": one.language or None}


def fork(one: Fork) -> Answer:
    """Schema `Fork`."""
    return {
        "id": str(one.model.id),
        "iri": one.model.iri,
        "url": one.model.url,
        "name": one.model.name,
        "author": actor(one.author),
        "kind": one.lineage.kind,
        "relation": one.relation,
        "modifications": [modification(each) for each in one.modifications],
    }


def comparison(found: Upstream) -> Answer:
    """Schema `Comparison`: the three columns of a merge."""
    base, ours = history.sheet(found.base), history.sheet(found.ours)
    theirs = history.sheet(found.current)
    return {
        "base": found.base.iri or None,
        "current": found.current.iri,
        "values": [
            {
                **value(one.value),
                "verdict": str(one.verdict),
                "base": one.base,
                "ours": one.ours,
                "theirs": one.theirs,
                "suggestion": one.suggestion,
            }
            for one in found.heading
        ],
        "sections": [compared(one, base, ours, theirs) for one in found.sections],
    }


def compared(one: SectionMerge, base: Sheet, ours: Sheet, theirs: Sheet) -> Answer:
    """Schema `ComparedSection`."""
    return {
        "key": one.key,
        "core": one.core,
        "verdict": str(one.verdict),
        "base": one.base and section(one.base, base),
        "ours": one.ours and section(one.ours, ours),
        "theirs": one.theirs and section(one.theirs, theirs),
        "suggestion": one.suggestion and section(one.suggestion, ours),
    }


def follow(row: Follow, followee: Actor) -> Answer:
    """Schema `Follow`."""
    return {
        "id": str(row.id),
        "handle": followee.address,
        "actor": actor(followee),
        "state": row.state,
    }


def notice(item: NoticeItem) -> Answer:
    """Schema `Notice`."""
    about = item.model
    return {
        "id": str(item.notice.id),
        "kind": item.notice.kind,
        "from": actor(item.sender),
        "model": about and {"id": str(about.id), "iri": about.iri, "name": about.name},
        "about": item.notice.about,
        "at": time(item.notice.made_at),
        "read": item.notice.read_at is not None,
    }


def myself(who: Acting) -> Answer:
    """Schema `Myself`."""
    return {
        "member": {"id": str(who.member.id), "name": who.member.name},
        "organisation": actor(who.organisation),
        "office": str(who.office),
        "isNetwork": who.is_network,
        "scopes": sorted(who.scopes),
    }


def actor(row: Actor) -> Answer:
    """Schema `Actor`."""
    return {
        "id": str(row.id),
        "iri": row.iri,
        "handle": row.address,
        "name": row.name,
        "url": row.url,
    }


def time(moment: datetime) -> str:
    """A moment as RFC 3339 writes it, in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _heading(row: Model, author: Actor) -> Answer:
    return {
        "id": str(row.id),
        "iri": row.iri,
        "url": row.url,
        "name": row.name,
        "names": row.names,
        "language": row.language,
        "languages": row.languages,
        "summary": row.summary,
        "summaries": row.summaries,
        "license": row.license,
        "published": time(row.published_at),
        "updated": time(row.updated_at),
        "author": actor(author),
    }


async def _upstream(session: Session, tie: Lineage) -> Answer:
    source = await history.model_by_iri(session, tie.upstream_iri)
    return {
        "iri": tie.upstream_iri,
        "base": tie.base_iri,
        "current": tie.seen_iri,
        "kind": tie.kind,
        "moved": tie.seen_iri != tie.base_iri,
        "author": source and actor(await history.author(session, source)),
    }
