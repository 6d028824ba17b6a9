"""`essaim serve`: it answers, stops politely, and a kill -9 while publishing loses nothing."""

import signal
import threading
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from together.terminal import PATIENCE, Call, Home, serving

from activitypub.mediatypes import ACTIVITY_JSON

API = "/api/essaim/v1"
PUBLISHERS = 4
ANSWERED = 6
"""Models that must have been published before the server is killed in the middle of the next."""


def a_model(title: str) -> dict[str, Any]:
    return {
        "name": title,
        "language": "fr",
        "summary": "Un modèle d'essai.",
        "license": "CC-BY-SA-4.0",
        "sections": [
            {
                "key": "value",
                "role": "Value",
                "adaptability": "Core",
                "name": "Le principe",
                "text": f"{title}: on répare ensemble.",
            }
        ],
    }


def all_models(home: Home) -> list[dict[str, Any]]:
    models: list[dict[str, Any]] = home.ask(f"{API}/directory?limit=80")["items"]
    return models


def test_it_answers_works_beside_commands_and_stops_politely(home: Home, call: Call) -> None:
    with serving(home) as server:
        me = home.ask(f"{API}/whoami")
        assert me["organisation"]["iri"] == f"{home.origin}/actors/coop"
        assert home.ask("/actors/coop", accept=ACTIVITY_JSON)["preferredUsername"] == "coop"
        with pytest.raises(urllib.error.HTTPError, match="401"):
            replace(home, token="made-up").ask(f"{API}/whoami")

        call("organisation", "add", home.directory, "amap", "--name", "AMAP")
        assert home.ask("/actors/amap", accept=ACTIVITY_JSON)["name"] == "AMAP"
        code, out, err = call("serve", home.directory)
        assert (code, out) == (1, "")
        assert f"Cannot listen on 127.0.0.1:{home.port}" in err

        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE) == 0


def test_a_kill_while_publishing_loses_nothing_and_repeats_nothing(home: Home) -> None:
    answered: list[dict[str, Any]] = []
    enough = threading.Event()

    def publish_until_it_dies(publisher: int) -> None:
        for number in range(1000):
            try:
                answered.append(home.ask(f"{API}/models", a_model(f"Essai {publisher} {number}")))
            except (OSError, ValueError):
                return
            if len(answered) >= ANSWERED:
                enough.set()

    with serving(home) as server, ThreadPoolExecutor(PUBLISHERS) as publishers:
        for publisher in range(PUBLISHERS):
            publishers.submit(publish_until_it_dies, publisher)
        assert enough.wait(PATIENCE)
        server.send_signal(signal.SIGKILL)
        server.wait(PATIENCE)

    with serving(home, "--web-only"):
        models = all_models(home)
        names = [one["name"] for one in models]
        assert {one["name"] for one in answered} <= set(names)
        assert len(names) == len(set(names))
        for one in answered:
            assert home.ask(f"{API}/models/{one['id']}")["version"] == one["version"]
        outbox = home.ask("/actors/coop/outbox", accept=ACTIVITY_JSON)
        assert outbox["totalItems"] == len(models)
