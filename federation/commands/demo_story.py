"""The story of the demo: one model's way to Italy, in four steps.

Every step is what a member of some organisation does through the API of her own instance. What it
brings about elsewhere is read from the API of the other instance, and waited for; so what is told
at the terminal has happened.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from actors.rules.illustrations import ATTACHMENT, IMAGE
from actors.rules.sections import Sheet
from actors.vocabulary import MODEL_FACTS
from federation.commands import demo_cast, sheets
from federation.commands.demo_cast import Network, Organisation, Writing
from federation.commands.demo_directory import Demo
from federation.commands.demo_http import Answer, Visitor
from federation.commands.demo_stage import Stage

_REASONS: Final = {
    "LegalContext": "a legal reason",
    "Cost": "a matter of cost",
    "Partners": "a matter of partners",
}
_RECORD: Final = {
    "language": "it",
    "name": "A Bologna, da gennaio",
    "summary": "Il modello francese, adattato alla legge e ai prezzi italiani.",
    "territory": "ITH55",
    "steps": [
        {"stage": "Pilot", "since": "2025-01-13", "reason": "Cinquanta soci per cominciare"},
        {"stage": "Running", "since": "2025-06-02"},
    ],
    "outcomes": [
        {
            "what": "Soci",
            "value": 212,
            "unit": "soci",
            "on": "2025-09-30",
            "method": "Libro dei soci",
        }
    ],
    "observations": [
        {
            "subject": "Difficulty",
            "text": "Sei mesi per trovare una banca.",
            "on": "2025-05-05",
        }
    ],
}
_CONFIRMATION: Final = {
    "verdict": "Confirmed",
    "content": "Nous y sommes allés en octobre ; c'est bien cela.",
    "language": "fr",
    "until": "2025-10-10",
}
_FACTS: Final = tuple(name for name in MODEL_FACTS if name not in (IMAGE, ATTACHMENT))
"""What a version says beside its text; what it shows has an address of its own, and stays."""
_LOOK_BACK: Final = 80  # items of one list: the most that the API gives


async def play(stage: Stage, visitor: Visitor, demo: Demo) -> dict[str, str]:
    """Play all four steps.

    Returns:
        The pages of the model and of its fork: `source` and `fork`.

    Raises:
        Failed: something was refused, or did not arrive.
    """
    told = demo_cast.story()
    scene = _Scene(
        stage,
        _Side.of(visitor, demo, told.source.network, told.source.organisation),
        _Side.of(visitor, demo, told.fork.network, told.fork.organisation),
        sheets.read(told.source.file),
    )
    model = await _publish(scene)
    fork = await _fork(scene, model)
    await _change(scene, model, fork)
    await _merge(scene, fork)
    await _practise(scene, model, fork)
    return {"source": model["url"], "fork": fork["url"]}


@dataclass(frozen=True)
class _Side:
    """An organisation on its instance, and the network around it; asks as the one or the other."""

    visitor: Visitor
    origin: str
    host: str
    network: Network
    organisation: Organisation
    token: str
    network_token: str

    @classmethod
    def of(cls, visitor: Visitor, demo: Demo, network: str, organisation: str) -> "_Side":
        told = demo_cast.networks()[network]
        return cls(
            visitor,
            origin=demo.origin(network),
            host=demo.host(network),
            network=told,
            organisation=next(one for one in told.organisations if one.handle == organisation),
            token=demo.tokens[f"{network}/{organisation}"],
            network_token=demo.tokens[f"{network}/{told.handle}"],
        )

    async def get(self, path: str) -> Answer:
        return await self.visitor.get(self.origin, path, self.token)

    async def post(self, path: str, body: Answer) -> Answer:
        return await self.visitor.post(self.origin, path, self.token, body)


@dataclass(frozen=True)
class _Scene:
    """The two sides of the story, and the sheet it begins with."""

    stage: Stage
    france: _Side
    italy: _Side
    sheet: Sheet

    def title(self, key: str) -> str:
        """What a section of the source is called, in the language of the terminal."""
        section = self.sheet.section(key)
        return key if section is None else section.names[self.stage.words.language]

    @property
    def gaps(self) -> dict[str, object]:
        """The names in the sentences."""
        return {
            "italy": self.italy.network.name,
            "france": self.france.network.name,
            "publisher": self.france.organisation.name,
            "forker": self.italy.organisation.name,
            "model": self.sheet.names[self.stage.words.language],
        }


async def _publish(scene: _Scene) -> Answer:
    """Step 1: the networks follow, a model is published, it arrives."""
    france, italy, stage = scene.france, scene.italy, scene.stage
    with stage.doing("{italy} asks to follow {france}", **scene.gaps):
        handle = f"{france.network.handle}@{france.host}"
        await _follow(italy, handle)
    with stage.doing("{publisher} publishes “{model}”", **scene.gaps):
        model = await france.post("/models", _body_of(scene.sheet))

        async def arrived() -> bool | None:
            known = await italy.get(f"/directory?limit={_LOOK_BACK}")
            return any(one["iri"] == model["iri"] for one in known["items"]) or None

        await italy.visitor.until(f"{model['iri']} → {italy.host}", arrived)
    stage.step(
        1,
        "{italy} follows {france}; {publisher} publishes “{model}” in French and English; it"
        " arrives in Italy.",
        **scene.gaps,
    )
    return model


async def _follow(side: _Side, handle: str) -> None:
    visitor, origin, token = side.visitor, side.origin, side.network_token
    asked = await visitor.post(origin, "/follows", token, {"handle": handle})

    async def accepted() -> bool | None:
        follows = (await visitor.get(origin, "/follows", token))["items"]
        states = [one["state"] for one in follows if one["id"] == asked["id"]]
        return states == ["accepted"] or None

    await visitor.until(f"Accept: {handle} → {side.host}", accepted)


async def _fork(scene: _Scene, model: Answer) -> Answer:
    """Step 2: fork, translate, adapt; the source lists the fork with its reasons."""
    france, italy, stage = scene.france, scene.italy, scene.stage
    told = demo_cast.story().fork
    with stage.doing("{forker} forks it into Italian", **scene.gaps):
        taken = {"source": model["iri"], "kind": told.kind, "language": told.language}
        fork = await italy.post("/forks", taken)
        fork = await italy.post(
            f"/models/{fork['id']}/versions", _body_with(_body_from(fork), told.writing)
        )
        wanted = {one["section"] for one in told.writing.modifications}

        async def listed() -> bool | None:
            forks = (await france.get(f"/models/{model['id']}"))["forks"]
            reasons = [one["modifications"] for one in forks if one["iri"] == fork["iri"]]
            return any(wanted <= {each["section"] for each in one} for one in reasons) or None

        await italy.visitor.until(f"{fork['iri']} → {france.host}", listed)
    adapted = stage.words.listed(
        stage.words(
            "“{section}” ({reason})",
            section=scene.title(one["section"]),
            reason=stage.words(_REASONS.get(one["reason"], "another reason")),
        )
        for one in told.writing.modifications
    )
    stage.step(
        2,
        "{forker} forks it into Italian and adapts two sections: {adapted}; the French model"
        " lists the fork, with the reasons.",
        adapted=adapted,
        **scene.gaps,
    )
    return fork


async def _change(scene: _Scene, model: Answer, fork: Answer) -> None:
    """Step 3: the source moves on; the owner of the fork is told what that means for her text."""
    france, italy, stage = scene.france, scene.italy, scene.stage
    with stage.doing("The French text changes", **scene.gaps):
        change = demo_cast.story().change
        moved = await france.post(
            f"/models/{model['id']}/versions", _body_with(_body_from(model), change)
        )
        version = moved["version"]["number"]

        async def told() -> Answer | None:
            for one in (await italy.get("/notices"))["items"]:
                about = one["model"] or {}
                if one["kind"] == "upstream" and about.get("iri") == fork["iri"]:
                    return one if one["about"]["version"] == version else None
            return None

        notice = await italy.visitor.until(f"{moved['version']['iri']} → {italy.host}", told)
    stage.step(
        3,
        "The French text changes in two sections; {forker} is told: {changes}.",
        changes=_changes(scene, notice["about"]),
        **scene.gaps,
    )


def _changes(scene: _Scene, about: Mapping[str, Any]) -> str:
    said = []
    for key in about["changed"]:
        sentence = "“{section}”"
        if key in about["conflicts"]:
            sentence = "“{section}” (conflicts with its own text)"
        elif key in about["core"]:
            sentence = "“{section}” (core)"
        said.append(scene.stage.words(sentence, section=scene.title(key)))
    return scene.stage.words.listed(said)


async def _merge(scene: _Scene, fork: Answer) -> None:
    """Step 4: one section taken, one kept; both parents. Then the translation of what was taken."""
    italy, stage, told = scene.italy, scene.stage, demo_cast.story()
    with stage.doing("{forker} merges", **scene.gaps):
        path = f"/models/{fork['id']}"
        merged = await italy.post(
            f"{path}/merge", {"choices": dict(told.choices), "note": told.update.note}
        )
        await italy.post(f"{path}/versions", _body_with(_body_from(merged), told.update))
        versions = (await italy.get(f"{path}/versions"))["items"]
        of_merge = next(one for one in versions if one["iri"] == merged["version"]["iri"])
    taken = (scene.title(key) for key, choice in told.choices.items() if choice == "theirs")
    kept = (scene.title(key) for key, choice in told.choices.items() if choice == "ours")
    stage.step(
        4,
        "{forker} takes “{taken}”, keeps its own “{kept}”, and the lineage shows both parents:"
        " {parents}.",
        taken=stage.words.listed(taken),
        kept=stage.words.listed(kept),
        parents=stage.words.listed(_version(scene, iri) for iri in of_merge["parents"]),
        **scene.gaps,
    )


async def _practise(scene: _Scene, model: Answer, fork: Answer) -> None:
    """What the pages show besides: the forker does it, and the source confirms that."""
    france, italy = scene.france, scene.italy
    made = await italy.post(f"/models/{fork['id']}/records", _RECORD)

    async def arrived() -> Answer | None:
        items = (await france.get(f"/models/{model['id']}/records"))["items"]
        return next((one for one in items if one["iri"] == made["iri"]), None)

    there = await italy.visitor.until(f"{made['iri']} → {france.host}", arrived)
    await france.post(f"/records/{there['id']}/statements", _CONFIRMATION)


def _version(scene: _Scene, iri: str) -> str:
    number = iri.rpartition("/")[2]
    return scene.stage.words("version {number} of {host}", number=number, host=urlsplit(iri).netloc)


def _body_of(sheet: Sheet) -> Answer:
    """A sheet as the API takes it."""
    return {
        "name": dict(sheet.names),
        "language": sheet.language,
        "summary": dict(sheet.summaries),
        "license": sheet.license,
        **sheet.facts,
        "sections": [
            {
                "key": one.key,
                "role": str(one.role),
                "adaptability": str(one.adaptability),
                "name": dict(one.names),
                "text": dict(one.texts),
            }
            for one in sheet.sections
        ],
    }


def _body_from(model: Answer) -> Answer:
    """What the API answered about a model, as it takes the next version."""
    return {
        "name": model["names"],
        "language": model["language"],
        "summary": model["summaries"],
        "license": model["license"],
        **{name: model[name] for name in _FACTS if name in model},
        "sections": [
            {name: one[name] for name in ("key", "role", "adaptability", "name", "text")}
            for one in model["sections"]
        ],
    }


def _body_with(body: Answer, writing: Writing) -> Answer:
    """A version with what somebody writes; what she says nothing about stays as it is."""
    return {
        **body,
        **writing.facts,
        "name": {**body["name"], **writing.name},
        "summary": {**body["summary"], **writing.summary},
        "sections": list(_sections_with(body["sections"], writing)),
        "note": writing.note,
        "modifications": [dict(one) for one in writing.modifications],
    }


def _sections_with(sections: Iterable[Answer], writing: Writing) -> Iterable[Answer]:
    adapted = {one["section"] for one in writing.modifications}
    for one in sections:
        key = one["key"]
        # What was adapted says something else now: the old texts beside it would be untrue.
        kept = {} if key in adapted else one["text"]
        yield {
            **one,
            "name": {**one["name"], **writing.names.get(key, {})},
            "text": {**kept, **writing.texts.get(key, {})},
        }
