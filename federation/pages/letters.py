"""Letters: what is written to people by e-mail, in their language, as plain text."""

from collections.abc import Mapping
from typing import Final

from actors.verbs.composing import Told
from actors.verbs.corresponding import Kind
from federation.pages import words as vocabulary
from federation.pages.translating import LANGUAGES, N_, OTHERWISE, day, gettext, speaking

SUBJECTS: Final[Mapping[Kind, str]] = {
    Kind.INVITATION: N_("%(by)s invites you to %(organisation)s"),
    Kind.CLAIM: N_("%(organisation)s on the site of %(network)s"),
    Kind.RECOVERY: N_("A new password for %(network)s"),
    Kind.ADDRESS: N_("Confirm your address for %(network)s"),
    Kind.PASSWORD_CHANGED: N_("Your password for %(network)s has changed"),
    Kind.ADDRESS_CHANGED: N_("Your address for %(network)s has changed"),
}

BODIES: Final[Mapping[Kind, str]] = {
    Kind.INVITATION: N_(
        "Hello,\n\n%(by)s invites you to work for %(organisation)s on %(origin)s, as"
        " %(office)s.\n\nOpen this link to accept or decline. It works until"
        " %(until)s:\n\n%(link)s\n\nIf you do nothing, nothing happens.\n"
    ),
    Kind.CLAIM: N_(
        "Hello,\n\n%(network)s has a site on which its members publish models that others can take"
        " up: %(origin)s. A page for %(organisation)s is prepared there, and nobody sees it"
        " yet.\n\nOpen this link to check what it says, and publish it or decline. It works until"
        " %(until)s:\n\n%(link)s\n\nIf you do nothing, nothing is published. If you decline, what"
        " was prepared is deleted.\n"
    ),
    Kind.RECOVERY: N_(
        "Hello,\n\nsomebody, probably you, asked for a new password on %(origin)s. Open this link"
        " within half an hour to choose one:\n\n%(link)s\n\nYou will be signed out"
        " everywhere else. If it was not you, do nothing: your password stays as it is.\n"
    ),
    Kind.ADDRESS: N_(
        "Hello,\n\nsomebody, probably you, wants to sign in on %(origin)s with this address. Open"
        " this link within a day to confirm it:\n\n%(link)s\n\nIf it was not you, do nothing.\n"
    ),
    Kind.PASSWORD_CHANGED: N_(
        "Hello,\n\nyour password on %(origin)s has just been changed. If it was not you, choose a"
        " new one at once: %(origin)s/recover\n"
    ),
    Kind.ADDRESS_CHANGED: N_(
        "Hello,\n\nfrom now on another address signs in on %(origin)s in place of this one. If it"
        " was not you, write to those who run the site.\n"
    ),
}


def words(kind: str, locale: str, origin: str, told: Told) -> tuple[str, str]:
    """Subject and text of a letter.

    Args:
        kind: what it is about.
        locale: the reader's language; English where we do not speak it.
        origin: of this site.
        told: what it tells.
    """
    with speaking(locale if locale in LANGUAGES else OTHERWISE):
        values = {
            "network": told.network,
            "organisation": told.organisation,
            "by": told.by,
            "office": gettext(vocabulary.OFFICES.get(told.office, "")),
            "origin": origin,
            "link": f"{origin}{told.path}",
            "until": "" if told.until is None else day(told.until),
        }
        return gettext(SUBJECTS[Kind(kind)]) % values, gettext(BODIES[Kind(kind)]) % values
