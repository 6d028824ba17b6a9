"""Routes: every page, and where it is.

`SHARED` are the addresses that programs read too; `application` joins them with the documents that
`peers` serves there.
"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from actors import places
from federation import searching
from federation.negotiation import Handler
from federation.pages import (
    archives,
    blocks,
    closing,
    commons,
    comparing,
    consent,
    directory,
    drafting,
    feeds,
    followers,
    forks,
    hashtags,
    home,
    interacting,
    kin,
    liking,
    mail,
    merging,
    models,
    moving,
    notices,
    organisations,
    pinning,
    quoting,
    remarks,
    reporting,
    reports,
    rewording,
    signing_in,
    space,
    static,
    versions,
    workspace,
    writing,
)

SHARED: Final[Mapping[str, Handler]] = {
    places.ACTOR: commons.actor,
    places.MODEL: models.model,
    places.VERSION: versions.version,
    places.REMARK: remarks.remark,
}
"""Address template → page, where a document has the same address."""

STATIC: Final = "/static/{name}"
MODEL: Final = places.MODEL_PAGE


def routes() -> list[web.RouteDef]:
    """Every page that has its address for itself."""
    return [
        web.get("/", home.home),
        web.get("/about", home.about),
        web.get("/directory", directory.directory),
        web.get("/organisations", directory.organisations),
        web.get(searching.FEED, feeds.atom),
        web.get(searching.LIST_OF_FEEDS, feeds.opml),
        web.get(places.INTERACT, interacting.interact),
        web.get("/from-elsewhere", interacting.from_elsewhere_page),
        web.post("/from-elsewhere", interacting.from_elsewhere),
        web.get(places.ACTOR_PAGE, commons.actor),
        web.get("/commons", commons.listing),
        web.get(MODEL, models.model),
        web.get(places.VERSION_PAGE, versions.version),
        web.get(f"{MODEL}/versions", versions.versions),
        web.get(f"{places.VERSION_PAGE}/cite", versions.cite),
        web.get(f"{MODEL}/compare", comparing.compare),
        web.get(f"{MODEL}/archive", archives.download),
        web.get(f"{MODEL}/lineage", kin.lineage),
        web.get(f"{MODEL}/siblings", kin.family),
        web.get(f"{MODEL}/kept", kin.kept),
        web.get(f"{MODEL}/kept/{{id}}", kin.kept_version),
        web.get(places.TAG_PAGE, hashtags.hashtag),
        *_for_members(),
        web.get(STATIC, static.file),
    ]


def _for_members() -> list[web.RouteDef]:
    return [
        web.get("/sign-in", signing_in.sign_in_page),
        web.post("/sign-in", signing_in.sign_in),
        web.post("/sign-out", signing_in.sign_out),
        web.get("/acting", space.choose),
        web.post("/acting", space.act),
        web.get("/space", space.space),
        web.post("/space", organisations.follow),
        web.get("/notices", notices.listing),
        web.post("/notices", notices.read),
        web.post("/followers", followers.act),
        web.get("/closing", closing.closing_page),
        web.post("/closing", closing.close),
        web.get("/moving", moving.moving_page),
        web.post("/moving", moving.act),
        web.get("/mail", mail.office),
        web.post("/mail", mail.act),
        web.get("/report", reporting.report_page),
        web.post("/report", reporting.report),
        web.get("/reports", reports.listing),
        web.post("/reports", reports.close),
        web.get("/blocks", blocks.listing),
        web.post("/blocks", blocks.act),
        web.get(archives.UPLOAD, archives.upload_page),
        web.post(archives.UPLOAD, archives.upload),
        web.get("/write", writing.write_page),
        web.post("/write", writing.write),
        web.get("/drafts/{id}", drafting.draft_page),
        web.post("/drafts/{id}", drafting.draft),
        web.post("/commons", commons.open_one),
        web.post(f"{places.ACTOR_PAGE}/say", commons.say),
        web.post(f"{places.ACTOR_PAGE}/tend", commons.tend),
        web.get(f"{places.ACTOR_PAGE}/charter", commons.charter_page),
        web.post(f"{places.ACTOR_PAGE}/charter", commons.charter),
        web.post(f"{MODEL}/commons", commons.place),
        web.get(f"{MODEL}/edit", writing.edit_page),
        web.post(f"{MODEL}/edit", writing.edit),
        web.get(f"{MODEL}/delete", writing.delete_page),
        web.post(f"{MODEL}/delete", writing.delete),
        web.post(f"{MODEL}/pin", pinning.pin),
        web.get(f"{places.VERSION_PAGE}/restore", versions.restore_page),
        web.post(f"{places.VERSION_PAGE}/restore", versions.restore),
        web.get(f"{MODEL}/fork", forks.fork_page),
        web.post(f"{MODEL}/fork", forks.fork),
        web.get(f"{MODEL}/workspace", workspace.workspace),
        web.get(f"{MODEL}/merge", merging.merge_page),
        web.post(f"{MODEL}/merge", merging.merge),
        web.post(f"{MODEL}/lineage", kin.walk),
        web.post(places.REMARK, remarks.reply),
        web.get(f"{places.REMARK}/quotes", quoting.quotes),
        web.post(f"{places.REMARK}/quotes", quoting.quote),
        web.post(f"{places.REMARK}/quotes/{{quoting}}", quoting.withdraw),
        web.post(f"{places.REMARK}/do", liking.react),
        web.get(f"{places.REMARK}/edit", rewording.edit_page),
        web.post(f"{places.REMARK}/edit", rewording.edit),
        web.get(f"{places.REMARK}/delete", rewording.delete_page),
        web.post(f"{places.REMARK}/delete", rewording.delete),
        web.get("/oauth/authorize", consent.consent_page),
        web.post("/oauth/authorize", consent.consent),
        web.get("/oauth/authorize/", consent.consent_page),
        web.post("/oauth/authorize/", consent.consent),
    ]
