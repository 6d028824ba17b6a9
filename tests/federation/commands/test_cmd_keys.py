"""New keys from the command line."""

import json
import sqlite3

from together.terminal import Call, Home


def public_keys(home: Home) -> dict[str, str]:
    with sqlite3.connect(home.directory / "essaim.db") as database:
        rows = database.execute("SELECT iri, public FROM key WHERE private IS NOT NULL").fetchall()
    database.close()
    return dict(rows)


def test_an_organisation_gets_new_keys_and_the_others_keep_theirs(home: Home, call: Call) -> None:
    before = public_keys(home)
    code, out, _ = call("keys", "rotate", home.directory, "coop", "--json")
    assert code == 0
    [told] = json.loads(out)["rotated"]
    assert told["iri"] == f"{home.origin}/actors/coop"
    after = public_keys(home)
    changed = {iri for iri in after if after[iri] != before.get(iri)}
    assert {iri.partition("#")[2] for iri in changed} == {"main-key", "ed25519-key-2"}
    assert all(iri.startswith(told["iri"]) for iri in changed)
    assert len(after) == len(before)
    assert call("check", home.directory)[0] == 0


def test_everybody_gets_new_keys_the_instances_own_actor_too(home: Home, call: Call) -> None:
    before = public_keys(home)
    code, out, _ = call("keys", "rotate", home.directory, "--all")
    assert code == 0
    assert "@instance.actor@" in out
    after = public_keys(home)
    assert not set(before.items()) & set(after.items())
    assert call("check", home.directory)[0] == 0


def test_who_gets_new_keys_is_said_once(home: Home, call: Call) -> None:
    before = public_keys(home)
    for words in ((), ("coop", "--all"), ("nobody",)):
        code, _, err = call("keys", "rotate", home.directory, *words)
        assert code == 1
        assert err.startswith("essaim: ")
    assert public_keys(home) == before
