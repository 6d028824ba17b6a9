"""The home page: who we are, what is new, whom we follow."""

from aiohttp import web

from activitypub import markup
from actors.rules.network_pages import Kind, best
from actors.views import catalogue, members, network_pages, profiles
from federation.app_keys import DATABASE, SITE
from federation.pages import rendering, sessions

SHOWN: int = 8
"""Models on the home page: what fits beside the search box without scrolling far."""

LONGEST_BEGINNING: int = 300
"""Characters of who we are: three lines beside what is new."""


async def home(request: web.Request) -> web.Response:
    """GET /: who runs this instance and what is new here."""
    here = await sessions.visitor(request)
    async with request.app[DATABASE].read() as session:
        latest = await catalogue.latest(session, SHOWN)
        organisations = await profiles.organisations(session)
        is_open = await members.are_there(session)
        who = (await network_pages.now(session, Kind.ABOUT)).said
        followed = [] if here.network is None else await profiles.our_follows(session, here.network)
    text, language = best(who.texts, rendering.language(request), request.app[SITE].locale)
    return rendering.page(
        request,
        here,
        "home.html",
        about=_beginning(text),
        about_language=language,
        latest=latest,
        organisations=organisations,
        is_open=is_open,
        networks=[actor for follow, actor in followed if follow.state == "accepted"],
    )


def _beginning(text: str) -> str:
    """The first paragraph of a text as plain text, cut between two words where it is long."""
    blocks = (block for block in text.split("\n\n") if not block.lstrip().startswith("#"))
    plain = " ".join(markup.plain(markup.render(next(blocks, ""))).split())
    if len(plain) <= LONGEST_BEGINNING:
        return plain
    return plain[:LONGEST_BEGINNING].rpartition(" ")[0] + " …"
