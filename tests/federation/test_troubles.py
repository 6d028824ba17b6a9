"""Troubles: every reason that is kept for an operator is one that can be told in plain words."""

import ast
import re
from pathlib import Path

import pytest

from actors.mail.by_hand import GIVEN_UP
from federation import transport
from federation.pages.words import TROUBLES
from federation.troubles import Trouble, trouble

HERE = Path(transport.__file__).parent
CALLED_BY_DELIVERIES = ("client.py", "guard.py")
ONLY_FETCHES = re.compile(r"the answer is ")
"""Of a delivery's answer only the beginning is read, whatever it is."""


def sentences() -> set[str]:
    """What the client may say when there is no answer to a delivery."""
    found = set()
    for name in CALLED_BY_DELIVERIES:
        for node in ast.walk(ast.parse((HERE / name).read_text())):
            match node:
                case ast.Call(
                    func=ast.Name(id="Unsafe" | "Unreachable" | "NoSuchHost"),
                    args=[ast.Constant(value=str(sentence)), *_],
                ):
                    found.add(sentence)
                case _:
                    pass
    return {one for one in found if not ONLY_FETCHES.match(one)}


def test_whatever_the_client_says_is_known() -> None:
    said = sentences()
    assert "the other server is too slow" in said
    unknown = {one for one in said if trouble(one) is Trouble.OTHER}
    assert unknown <= {"that is no address"}, "this one is of fetches"


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("", Trouble.NONE),
        ("503: Service Unavailable", Trouble.FAILS),
        ("500", Trouble.FAILS),
        ("429: slow down", Trouble.TOO_MANY),
        ("401: Request not signed", Trouble.SIGNATURE),
        ("408", Trouble.NOT_NOW),
        ("302", Trouble.NOT_NOW),
        ("404: no such inbox", Trouble.REFUSES),
        ("given up after 30 days: 503: no", Trouble.FAILS),
        (GIVEN_UP, Trouble.BY_HAND),
        (f"{GIVEN_UP}: the other server is too slow", Trouble.HANGS),
        (f"{GIVEN_UP}: {GIVEN_UP}: 503", Trouble.FAILS),
        ("40404", Trouble.OTHER),
        ("word 503", Trouble.OTHER),
    ],
)
def test_a_reason_is_told_in_a_word(reason: str, kind: Trouble) -> None:
    assert trouble(reason) is kind


def test_every_trouble_has_its_words() -> None:
    assert TROUBLES.keys() == {kind.value for kind in Trouble}
