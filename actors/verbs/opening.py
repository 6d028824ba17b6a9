"""Opening: a commons, and what it says of itself.

A commons is a group around a theme: whoever joins it finds what others put into it. It is opened by
the network of an instance and tended by organisations of that instance.

Wire: Update{Group}.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from actors import places
from actors.database import Session
from actors.documents import commons as documents
from actors.mail.keyring import KeyPems
from actors.places import place
from actors.rules.commons import MayPost, check
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.commons import Commons, Moderator
from actors.verbs import enrolling, posting
from actors.views import commons as view


@dataclass(frozen=True)
class Charter:
    """What a commons says of itself.

    Attributes:
        language: its own, in which it has a name.
        names: by language.
        summaries: by language, Markdown.
        rules: Markdown.
        family: our word for its theme, or None.
        posting: who may put something into it.
        approves: whether those who tend it let every member in by hand.
    """

    language: str
    names: Mapping[str, str]
    summaries: Mapping[str, str] = field(default_factory=dict)
    rules: str = ""
    family: str | None = None
    posting: MayPost = MayPost.EVERYBODY
    approves: bool = False


async def open_commons(
    session: Session, site: Site, opener: Actor, handle: str, charter: Charter, *, keys: KeyPems
) -> Actor:
    """Give a commons its place on this instance; whoever opens it is the first to tend it.

    Raises:
        Unwise: the handle or the charter cannot be used.
        Conflicting: the handle is taken.
    """
    check(charter.language, charter.names, charter.summaries, charter.rules, charter.family)
    handle = await enrolling.free_handle(session, handle)
    name = charter.names[charter.language]
    actor = await enrolling.new_actor(
        session,
        site,
        iri=place(site.origin, places.ACTOR, handle=handle),
        actor_type="Group",
        handle=handle,
        name=name,
        summary="",
        keys=keys,
    )
    row = Commons(
        id=actor.id,
        language=charter.language,
        names=dict(charter.names),
        summaries=dict(charter.summaries),
        posting=charter.posting.value,
        opened_at=site.now(),
    )
    session.add(row)
    await session.flush()
    session.add(Moderator(id=site.new_id(), commons_id=row.id, actor_id=opener.id))
    _describe(actor, row, charter)
    await enrolling.seal_actor(session, site, actor)
    return actor


async def describe(session: Session, site: Site, commons: Actor, charter: Charter) -> None:
    """Change what a commons of ours says of itself, and tell its members.

    Raises:
        Unwise: the charter cannot be used.
        NotFound: it is no commons of ours.
    """
    check(charter.language, charter.names, charter.summaries, charter.rules, charter.family)
    actor = await posting.held(session, commons)
    row = await view.row_of(session, actor)
    _describe(actor, row, charter)
    actor.updated_at = site.now()
    document = await enrolling.seal_actor(session, site, actor)
    await posting.tell_of(session, site, actor, "Update", document, followers_of=[actor])


def _describe(actor: Actor, row: Commons, charter: Charter) -> None:
    row.language, row.posting = charter.language, charter.posting.value
    row.names, row.summaries = dict(charter.names), dict(charter.summaries)
    row.rules, row.family = charter.rules, charter.family
    actor.name = charter.names[charter.language]
    actor.approves_followers = charter.approves
    own = documents.in_order(row.summaries, row.language)
    actor.summary = documents.described(str(next(iter(own.values()), "")), row.rules)
