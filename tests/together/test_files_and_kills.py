"""Killed while a file is taken in, there is a row with its file, or no row; and what goes when."""

import os
from dataclasses import replace

from together.app import reader
from together.pictures import a_picture, kept, sends
from together.street import Street, a_sheet

from activitypub.canonical_json import Json
from actors.documents import media
from actors.tables.actor import Actor
from actors.verbs import forgetting, picturing
from actors.views import media as views
from federation.app_keys import UPLOADS


async def test_a_file_is_whole_before_a_row_speaks_of_it(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    anna = await reader(alpha, "coop")
    uploads = alpha.app[UPLOADS]
    passed: list[str] = []

    def dies(point: str) -> None:
        passed.append(point)
        raise OSError(point)  # nothing after it happens

    site, uploads._site = uploads._site, replace(uploads._site, passes=dies)
    assert (await sends(anna, a_picture()))[0] == 500
    assert passed == ["media.written"]
    async with alpha.read() as session:
        assert (await views.kept(session, anna.us)).files == 0
    left = [one for one in uploads.files.directory.rglob("*") if one.is_file()]
    assert len(left) == 1  # whole, under its name, and nobody speaks of it
    uploads._site = site
    await uploads.sweep()
    assert left[0].is_file()  # young: its row may be about to come
    status, sent = await sends(anna, a_picture())
    assert (status, uploads.files.path(left[0].name).is_file()) == (200, True)
    os.utime(left[0], (0, 0))
    assert await uploads.sweep() == 0  # a row speaks of it now
    await anna.asks(f"/api/v1/media/{sent['id']}", "DELETE")
    os.utime(left[0], (0, 0))
    assert await uploads.sweep() == 1
    assert not left[0].exists()


async def test_files_go_with_the_last_thing_that_shows_them(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    anna = await reader(alpha, "coop")
    one, two = [await kept(alpha, anna.us, words) for words in ("Un", "Deux")]
    facts: dict[str, Json] = {"image": media.to_document(alpha.origin, one)}
    model = await alpha.publish(anna.us, replace(a_sheet(), facts=facts))
    ids = [str(each.id) for each in (one, two)]
    assert (await anna.asks(f"/api/v1/media/{ids[0]}", "DELETE"))[0] == 422
    posted = await anna.asks("/api/v1/statuses", "POST", {"status": "!", "media_ids[]": ids[1]})
    note = posted[1]["id"]
    assert posted[0] == 200
    said = {"status": "Enfin !", "media_ids[]": ids[1]}
    assert (await anna.asks(f"/api/v1/statuses/{note}", "PUT", said))[0] == 200
    street.clock.turn(days=2)
    async with alpha.begin() as session:
        assert await picturing.forget_unused(session, alpha.site) == 0
    await alpha.revise(model, a_sheet(text="Sans image."))
    async with alpha.begin() as session:
        assert await picturing.forget_unused(session, alpha.site) == 0  # version 1 shows it
        assert await views.of_subject(session, picturing.MODEL, model.id) == []
        assert (await views.kept(session, anna.us)).files == 2
    await anna.asks(f"/api/v1/statuses/{note}", "DELETE")
    await alpha.delete(model)
    async with alpha.begin() as session:
        assert (await views.kept(session, anna.us)).files == 0
        ours = await session.get_one(Actor, anna.us.id)
        await forgetting.close_organisation(session, alpha.site, ours)
