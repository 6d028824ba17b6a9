"""Killed while a file is taken in: there is a row with its file, or no row."""

import os
from dataclasses import replace

import pytest
from together.app import reader
from together.pictures import a_picture, sends
from together.street import Street

from actors.views import media as views
from federation.app_keys import UPLOADS


@pytest.mark.parametrize("engine", ["sqlite"])
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
    status, media = await sends(anna, a_picture())
    assert (status, uploads.files.path(left[0].name).is_file()) == (200, True)
    os.utime(left[0], (0, 0))
    assert await uploads.sweep() == 0  # a row speaks of it now
    await anna.asks(f"/api/v1/media/{media['id']}", "DELETE")
    os.utime(left[0], (0, 0))
    assert await uploads.sweep() == 1
    assert not left[0].exists()
