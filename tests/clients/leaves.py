"""Leaves: a JSON answer held against Mastodon.py's declared types, down to the last field.

The library casts what it is given ("5" becomes 5, a missing field None), so its own objects hide
faults. Here the JSON itself is held against the declarations in `mastodon.return_types`: every
field that Mastodon had in `VERSION` must be there, null only where it is declared Optional, with
the very type of JSON. When a field came, whether it may be missing and whether it is an address is
said in the text below its declaration, which is read as well.
"""

import ast
import inspect
import re
import types
import typing
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

from mastodon import return_types
from mastodon.types_base import AttribAccessDict, MaybeSnowflakeIdType

VERSION = (4, 5)
"""The Mastodon whose fields must all be there."""

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
ADDRESS = re.compile("(https?|wss?)://|urn:")

JSON_TYPES: dict[type, tuple[type, ...]] = {
    bool: (bool,),
    int: (int,),
    float: (int, float),
    str: (str,),
    MaybeSnowflakeIdType: (str,),
}

ODD: dict[tuple[str, str], Any] = {
    ("Activity", "logins"): str,
    ("Activity", "registrations"): str,
    ("Activity", "statuses"): str,
    ("Activity", "week"): str,
    ("FeaturedTag", "statuses_count"): str,
    ("TagHistory", "accounts"): str,
    ("TagHistory", "day"): str,
    ("TagHistory", "uses"): str,
}
"""Fields that Mastodon itself writes otherwise than the library declares → what it writes: here,
figures and the seconds of days as texts (docs.joinmastodon.org/entities, 4.5)."""

SOMETIMES: dict[tuple[str, str], str] = {
    ("Account", "mute_expires_at"): "only in the list of those who are muted",
    ("FilterV2", "keywords"): "not in a FilterResult, which says what was found",
    ("NodeinfoMetadata", "nodeDescription"): "metadata are free (NodeInfo 2.1)",
    ("NodeinfoUsageUsers", "activeHalfyear"): "where nobody counts (NodeInfo 2.1: optional)",
    ("Report", "rules_ids"): "never: Mastodon's word is `rule_ids`",
    ("NotificationPolicy", "for_bots"): "since 4.6, which the library does not say",
    ("FilterV2", "statuses"): "not in a FilterResult, which says what was found",
}
"""Fields that Mastodon leaves out in some places though the library says nothing of it → where."""


class Said(typing.NamedTuple):
    """What the text below a field's declaration says of it."""

    added: tuple[int, int]
    is_optional: bool
    is_address: bool


@cache
def _texts() -> dict[tuple[str, str], Said]:
    """(entity, field) → what is said of it."""
    said: dict[tuple[str, str], Said] = {}
    tree = ast.parse(inspect.getsource(return_types))
    for entity in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        for node, below in zip(entity.body, [*entity.body[1:], None], strict=True):
            if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)):
                continue
            text = ""
            if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
                text = str(below.value.value)
            when = re.search(r"\* (\d+)\.(\d+)\.\d+: added", text)
            added = (int(when[1]), int(when[2])) if when else (0, 0)
            is_address = "(as text): URL" in text
            said[entity.name, node.target.id] = Said(added, "(optional" in text, is_address)
    return said


@cache
def _fields(entity: type) -> dict[str, Any]:
    """Field → its type."""
    return typing.get_type_hints(entity, vars(return_types))


def faults(value: Any, hint: Any, at: str = "") -> Iterator[str]:
    """Say what is wrong with a JSON value that ought to be of a declared type.

    Args:
        value: as it was parsed from JSON.
        hint: a type as the library declares it, resolved.
        at: where we are.
    """
    kind, inside = typing.get_origin(hint) or hint, typing.get_args(hint)
    if isinstance(kind, typing.TypeVar) or kind is Any or kind is AttribAccessDict:
        return
    if kind in (typing.Union, types.UnionType):
        yield from _one_of(value, inside, at)
    elif isinstance(kind, type) and issubclass(kind, AttribAccessDict):
        yield from _entity(value, kind, at)
    elif isinstance(kind, type) and issubclass(kind, list):
        if not isinstance(value, list):
            yield f"{at}: {value!r} is no list"
            return
        for one in value:
            yield from faults(one, inside[0] if inside else Any, f"{at}[]")
    elif kind is dict:
        for name, one in value.items():
            yield from faults(one, inside[1] if inside else Any, f"{at}.{name}")
    else:
        yield from _leaf(value, kind, at)


def _one_of(value: Any, choices: tuple[Any, ...], at: str) -> Iterator[str]:
    if value is None and type(None) in choices:
        return
    meant = [one for one in choices if one is not type(None)]
    alike = max(_likeness(value, one) for one in meant)
    tried = [list(faults(value, one, at)) for one in meant if _likeness(value, one) == alike]
    yield from min(tried, key=len)


def _likeness(value: Any, hint: Any) -> int:
    """How many of an entity's fields a JSON object has; of a list, whether it ought to be one."""
    if isinstance(value, list):
        return int(isinstance(typing.get_origin(hint), type))
    if not (isinstance(value, dict) and isinstance(hint, type)):
        return 0
    return len(value.keys() & _fields(hint).keys()) if issubclass(hint, AttribAccessDict) else 0


def _entity(value: Any, entity: type, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at}: {value!r} is no {entity.__name__}"
        return
    wire_names = getattr(entity, "_rename_map", {})
    for field, declared in _fields(entity).items():
        name = wire_names.get(field, field)
        said = _texts().get((entity.__name__, field), Said((0, 0), True, False))
        hint = ODD.get((entity.__name__, field), declared)
        where = f"{entity.__name__}.{name}"
        if name not in value:
            may_miss = said.is_optional or said.added > VERSION
            if not may_miss and (entity.__name__, field) not in SOMETIMES:
                yield f"{where}: missing (since {said.added})"
            continue
        yield from faults(value[name], hint, where)
        is_text = isinstance(value[name], str) and value[name]
        if said.is_address and is_text and not ADDRESS.match(value[name]):
            yield f"{where}: {value[name]!r} is no address"


def _leaf(value: Any, kind: Any, at: str) -> Iterator[str]:
    if kind is datetime:
        is_right = isinstance(value, str) and bool(MOMENT.fullmatch(value) or DAY.fullmatch(value))
    else:
        wanted = JSON_TYPES.get(kind)
        is_right = wanted is None or (
            isinstance(value, wanted) and (bool in wanted or not isinstance(value, bool))
        )
    if not is_right:
        yield f"{at}: {value!r} is no {getattr(kind, '__name__', kind)}"
