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
        "quoted_update": "{name} a modifié ce que vous citez",
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
        "quoted_update": "{name} changed what you quote",
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
