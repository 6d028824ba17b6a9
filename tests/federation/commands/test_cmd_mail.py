"""`essaim mail`: what is behind, and what can be done about it, at a terminal."""

import asyncio
import json
from typing import Any

import pytest
from together.owed import awaited, posted
from together.terminal import Call, Home

from actors.database import Database
from actors.site import time_ordered_ids
from actors.tables.host import Host
from actors.views import profiles
from federation.application import utc_now

HOST = "away.example"


async def behind(home: Home) -> None:
    """Two letters wait for a host that hangs."""
    database = Database(f"sqlite:///{home.directory}/essaim.db")
    now, new_id = utc_now(), time_ordered_ids(utc_now)
    try:
        async with database.begin() as session:
            coop = await profiles.by_handle(session, "coop")
            assert coop is not None
            reason = "the other server is too slow"
            session.add(Host(id=new_id(), name=HOST, failures=3, failing_since=now, reason=reason))
            for number in range(2):
                said = posted(home.origin, coop, new_id(), now, number)
                session.add(said)
                await session.flush()
                session.add(awaited(said, HOST))
    finally:
        await database.close()


@pytest.fixture
def late(home: Home) -> Home:
    """An instance with mail for a host that hangs."""
    asyncio.run(behind(home))
    return home


def shown(call: Call, home: Home, *words: str) -> dict[str, Any]:
    code, out, err = call("mail", home.directory, "--json", *words)
    assert code == 0, err
    told: dict[str, Any] = json.loads(out)
    return told


def test_it_says_in_plain_words_who_is_behind_and_why(late: Home, call: Call) -> None:
    code, out, _ = call("mail", late.directory)
    assert code == 0
    assert out.startswith("Waiting to leave: 2. Given up: 0. Arrived, not yet read: 0;")
    assert f"{HOST}  2 waiting, 0 given up; cannot be reached since" in out
    assert "Hangs: takes the request and does not answer (the other server is too slow)" in out
    [host] = shown(call, late)["hosts"]
    assert (host["host"], host["trouble"], host["waiting"]) == (HOST, "hangs", 2)
    assert shown(call, late, "--show", "given-up")["hosts"] == []
    assert shown(call, late, "--host", "AWAY")["hosts"] == [host]
    assert shown(call, late, "--after", HOST)["hosts"] == []
    assert call("mail", late.directory, "--show", "some")[0] == 1


def test_what_is_given_up_is_taken_up_again_or_thrown_away(late: Home, call: Call) -> None:
    assert call("mail", "give-up", late.directory, HOST)[1].startswith("2 deliveries")
    [host] = shown(call, late, "--show", "given-up")["hosts"]
    assert (host["waiting"], host["parked"], host["nextTry"]) == (0, 2, None)
    assert call("mail", "retry", late.directory, HOST)[1] == "2 deliveries are tried again now."
    assert call("mail", "drop", late.directory, HOST, "--confirm", HOST)[1].startswith("0 ")
    assert call("mail", "give-up", late.directory, HOST)[0] == 0
    code, _, err = call("mail", "drop", late.directory, HOST)
    assert (code, "--confirm away.example" in err) == (1, True)
    assert call("mail", "drop", late.directory, HOST, "--confirm", HOST)[1].startswith("2 ")
    assert shown(call, late, "--show", "all")["hosts"] == []


def test_where_all_is_well_it_says_so(home: Home, call: Call) -> None:
    assert call("mail", home.directory)[1].endswith("No host is behind.")
    assert call("mail", "read-again", home.directory)[1] == "0 activities are read again now."
    assert call("mail", "read-again", home.directory, "7")[0] == 1
