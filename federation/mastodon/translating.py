"""Translating: a model in another language, where its authors or its translators have put it so.

Source: docs.joinmastodon.org/methods/statuses#translate (4.5). Nothing is translated by machine,
and nothing is sent to anybody to be translated; what has no translation answers as a Mastodon
without such a service.
"""

from aiohttp import web

from actors.errors import NotFound
from actors.rules.languages import canonical_tag
from actors.tables.model import Model
from actors.views import history
from federation.app_keys import DATABASE, SITE
from federation.mastodon import answers, arguments, authenticating
from federation.mastodon.entities import posts
from federation.mastodon.statuses import addressed


async def translate(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/statuses/{id}/translate: into `lang`, or the language of the organisation.

    Raises:
        NotFound: it is not there in that language.
    """
    given = await arguments.read(request)
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:statuses")).organisation
        item = await addressed(request, session, us)
        if not isinstance(item.subject, Model):
            raise NotFound("Record not found")
        model, asked = item.subject, canonical_tag(given.text("lang") or request.app[SITE].locale)
        sheet, author = history.sheet(await history.head(session, model)), item.author
    wanted = (asked, asked.partition("-")[0])
    language = next((one for one in wanted if sheet.names.get(one)), None)
    if language is None or language == model.language:
        raise NotFound("Record not found")
    sentence = sheet.summaries.get(language, model.summary)
    provider = author.name or author.handle
    told = posts.translation(model, sheet.names[language], sentence, language, provider)
    return answers.entity(told)
