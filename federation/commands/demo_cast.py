"""Who takes part in the demo, and the texts of its story: `demo_sheets/index.yaml`, read once.

The file is ours and shipped with the program, so it is taken at its word; a test reads all of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

SHEETS: Final = Path(__file__).parent / "demo_sheets"

Texts = Mapping[str, str]  # language → words


@dataclass(frozen=True)
class Member:
    """A person of the demo."""

    name: str
    email: str


@dataclass(frozen=True)
class Organisation:
    """An organisation, its member, and the models it publishes: names of files in `SHEETS`."""

    handle: str
    name: str
    summary: str
    member: Member
    models: tuple[str, ...]


@dataclass(frozen=True)
class Network:
    """One instance. The member of its first organisation is steward of the network too."""

    key: str
    handle: str
    name: str
    summary: str
    locale: str
    organisations: tuple[Organisation, ...]

    @property
    def steward(self) -> Member:
        """Who answers for the network."""
        return self.organisations[0].member


@dataclass(frozen=True)
class Source:
    """The model that the story is about, and who publishes it."""

    network: str
    organisation: str
    model: str

    @property
    def file(self) -> Path:
        """Its sheet."""
        return _file(self.model)


@dataclass(frozen=True)
class Writing:
    """What somebody writes in some sections of a model.

    Attributes:
        note: why, in her words.
        name: the title, by language; nothing where it stays.
        summary: as name.
        facts: structured facts that are otherwise with her.
        names: titles of sections, by key.
        texts: texts of sections, by key.
        modifications: as the API takes them: which sections are adapted, and why.
    """

    note: str
    name: Texts
    summary: Texts
    facts: Mapping[str, Any]
    names: Mapping[str, Texts]
    texts: Mapping[str, Texts]
    modifications: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class Fork:
    """Who forks the model, and what she makes of it."""

    network: str
    organisation: str
    kind: str
    language: str
    writing: Writing


@dataclass(frozen=True)
class Story:
    """The four steps: publish, fork, change, merge; `update` follows the merge."""

    source: Source
    fork: Fork
    change: Writing
    choices: Mapping[str, str]
    update: Writing


def sheets_of(organisation: Organisation) -> tuple[Path, ...]:
    """What it publishes before the story begins: all its models but the one of the story."""
    held_back = story().source.model
    return tuple(_file(name) for name in organisation.models if name != held_back)


@cache
def networks() -> Mapping[str, Network]:
    """The networks by their keys, in order."""
    return {key: _network(key, told) for key, told in _index()["networks"].items()}


@cache
def story() -> Story:
    """The story."""
    told = _index()["story"]
    fork, merge = told["fork"], told["merge"]
    return Story(
        source=Source(**told["source"]),
        fork=Fork(
            network=fork["network"],
            organisation=fork["organisation"],
            kind=fork["kind"],
            language=fork["language"],
            writing=_writing(fork),
        ),
        change=_writing(told["change"]),
        choices=merge["choices"],
        update=_writing(merge),
    )


@cache
def _index() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((SHEETS / "index.yaml").read_text(encoding="utf-8"))
    return read


def _file(name: str) -> Path:
    return SHEETS / f"{name}.yaml"


def _network(key: str, told: Mapping[str, Any]) -> Network:
    return Network(
        key=key,
        handle=told["handle"],
        name=told["name"],
        summary=told["summary"],
        locale=told["locale"],
        organisations=tuple(
            Organisation(
                handle=one["handle"],
                name=one["name"],
                summary=one["summary"],
                member=Member(**one["member"]),
                models=tuple(one["models"]),
            )
            for one in told["organisations"]
        ),
    )


def _writing(told: Mapping[str, Any]) -> Writing:
    adapted = told.get("adapted", {})
    sections = {**told.get("sections", {}), **adapted}
    return Writing(
        note=told["note"],
        name=told.get("name", {}),
        summary=told.get("summary", {}),
        facts=told.get("facts", {}),
        names={key: one["name"] for key, one in sections.items() if "name" in one},
        texts={key: one["text"] for key, one in sections.items()},
        modifications=tuple(
            {"section": key, "nature": one["nature"], "reason": one["reason"], "note": one["note"]}
            for key, one in adapted.items()
        ),
    )
