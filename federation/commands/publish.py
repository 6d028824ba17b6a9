"""`essaim model publish`, `essaim model fork`: models from the command line."""

from pathlib import Path
from typing import Final, Literal

from activitypub import handles
from activitypub.canonical_json import Json
from actors.rules.languages import canonical_tag
from actors.rules.sections import Sheet
from actors.tables.model import Model
from actors.verbs import forking, publishing
from actors.views import history
from federation.commands import sheets
from federation.commands.instance import opened, organisation_named
from federation.commands.output import PLAIN, Failed, Output

LARGEST_FILE: Final = 2 * 1024 * 1024
"""Bytes of a file that is read as a sheet: four times the largest sheet."""


async def publish_model(
    directory: Path,
    file: Path,
    /,
    *,
    organisation: str,
    commons: str = "",
    output: Output = PLAIN,
) -> None:
    """Publish a model from a file: Markdown with front matter (.md), or YAML (.yaml).

    Args:
        directory: The instance.
        file: The sheet.
        organisation: The handle of the organisation that publishes it.
        commons: The commons into which to put it, here or on any instance, as user@host.
        output: How to answer.
    """
    sheet = _read(file)
    async with opened(directory) as instance:
        group = await instance.lookup.by_address(handles.parse(commons)) if commons else None
        async with instance.database.begin() as session:
            actor = await organisation_named(session, organisation)
            model = await publishing.publish(session, instance.site, actor, sheet, commons=group)
            value = _as_json(model, (await history.head(session, model)).iri)
    output.say(f"{model.name} is published: {model.url} ({model.iri})", value)


async def fork_model(
    directory: Path,
    iri: str,
    /,
    *,
    organisation: str,
    kind: Literal["variant", "translation", "working-copy"],
    language: str,
    output: Output = PLAIN,
) -> None:
    """Fork a model of any instance.

    Args:
        directory: The instance.
        iri: The address of the model.
        organisation: The handle of the organisation that takes it up.
        kind: A variant goes its own way, a translation says the same, a working copy sends back.
        language: The language it will speak, such as it.
        output: How to answer.
    """
    async with opened(directory) as instance:
        async with instance.database.read() as session:
            await organisation_named(session, organisation)
        source = await instance.lookup.resolve(iri)
        if not isinstance(source, Model):
            raise Failed(f"There is no model at {iri}.")
        async with instance.database.begin() as session:
            actor = await organisation_named(session, organisation)
            model = await forking.fork(
                session, instance.site, actor, source, kind=kind, language=canonical_tag(language)
            )
            value = _as_json(model, (await history.head(session, model)).iri)
    output.say(
        f"{model.name} is a {kind} of {source.iri}: {model.url} ({model.iri})",
        value | {"source": source.iri, "kind": kind},
    )


def _read(file: Path) -> Sheet:
    if file.stat().st_size > LARGEST_FILE:
        raise Failed(f"{file} has more than {LARGEST_FILE:,} bytes; that is no sheet.")
    return sheets.read(file)


def _as_json(model: Model, version: str) -> dict[str, Json]:
    return {
        "id": str(model.id),
        "iri": model.iri,
        "url": model.url,
        "name": model.name,
        "version": {"number": model.number, "iri": version},
    }
