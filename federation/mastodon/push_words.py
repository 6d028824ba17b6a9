"""Push words: what stands at the top of a message that wakes a closed app, by type and language.

The app shows it as it is, before anybody has opened it, so it is in the organisation's language.
"""

from collections.abc import Mapping
from typing import Final

FALLBACK: Final = "en"

TITLES: Final[Mapping[str, Mapping[str, str]]] = {
    "fr": {
        "mention": "{name} s’adresse à vous",
        "status": "{name} a publié",
        "reblog": "{name} a partagé votre publication",
        "follow": "{name} vous suit",
        "follow_request": "{name} demande à vous suivre",
        "favourite": "{name} aime votre publication",
        "poll": "Un sondage est terminé",
        "update": "{name} a publié une nouvelle version",
        "quote": "{name} vous a cité",
    },
    "en": {
        "mention": "{name} mentioned you",
        "status": "{name} has just published",
        "reblog": "{name} boosted what you published",
        "follow": "{name} follows you",
        "follow_request": "{name} asks to follow you",
        "favourite": "{name} likes what you published",
        "poll": "A poll has ended",
        "update": "{name} has published a new version",
        "quote": "{name} quoted you",
    },
    "es": {
        "mention": "{name} se dirige a usted",
        "status": "{name} ha publicado",
        "reblog": "{name} ha difundido lo que publicó",
        "follow": "{name} le sigue",
        "follow_request": "{name} pide seguirle",
        "favourite": "A {name} le gusta lo que publicó",
        "poll": "Una encuesta ha terminado",
        "update": "{name} ha publicado una nueva versión",
        "quote": "{name} le ha citado",
    },
    "it": {
        "mention": "{name} si rivolge a voi",
        "status": "{name} ha pubblicato",
        "reblog": "{name} ha condiviso ciò che avete pubblicato",
        "follow": "{name} vi segue",
        "follow_request": "{name} chiede di seguirvi",
        "favourite": "A {name} piace ciò che avete pubblicato",
        "poll": "Un sondaggio è terminato",
        "update": "{name} ha pubblicato una nuova versione",
        "quote": "{name} vi ha citato",
    },
    "de": {
        "mention": "{name} wendet sich an euch",
        "status": "{name} hat etwas veröffentlicht",
        "reblog": "{name} hat euren Beitrag geteilt",
        "follow": "{name} folgt euch",
        "follow_request": "{name} möchte euch folgen",
        "favourite": "{name} gefällt euer Beitrag",
        "poll": "Eine Umfrage ist beendet",
        "update": "{name} hat eine neue Fassung veröffentlicht",
        "quote": "{name} hat euch zitiert",
    },
}


def title(kind: str, locale: str, name: str) -> str:
    """The first line of a message.

    Args:
        kind: type of the notification.
        locale: of who reads it; English where we have no words in it.
        name: of who caused it.
    """
    words = TITLES.get(locale.partition("-")[0], TITLES[FALLBACK])
    return words[kind].format(name=name)
