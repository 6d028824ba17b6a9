"""Addresses of our pages about things, ours and theirs, and of their originals."""

from actors.tables.actor import Actor
from actors.tables.model import Model


def page_of(model: Model) -> str:
    """Our page of a model: by its name when it is ours, by its number when it is a copy."""
    return f"/m/{model.slug}" if model.slug is not None else f"/m/{model.id}"


def page_of_version(model: Model, number: int) -> str:
    """Our page of one version of a model."""
    return f"{page_of(model)}/versions/{number}"


def page_of_actor(actor: Actor) -> str:
    """Our page of an organisation, or of anybody elsewhere."""
    return f"/@{actor.handle}" if actor.is_ours else f"/@{actor.address}"


def original(thing: Actor | Model) -> str:
    """Where a thing is at home, for people: what it says itself, unless that is no web address."""
    said = thing.url or ""
    return said if said.startswith(("https://", "http://")) else thing.iri
