"""Permissions: who may do what in an organisation.

Four offices, each including the one below it: a *steward* answers for the organisation, an
*editor* speaks for it, a *translator* prepares translations that an editor publishes, a *reader*
sees what it receives. A person without an office there is a
stranger. The stewards of the network that owns an instance also administer the instance.
"""

from enum import StrEnum

from actors.errors import NotAllowed


class Office(StrEnum):
    """What a member is in an organisation."""

    STEWARD = "steward"
    EDITOR = "editor"
    TRANSLATOR = "translator"
    READER = "reader"


_SPEAKS = frozenset({Office.STEWARD, Office.EDITOR})
_TRANSLATES = _SPEAKS | {Office.TRANSLATOR}


def may_publish(office: Office | None) -> bool:
    """Whether she may publish, fork, merge, offer and answer in the organisation's name."""
    return office in _SPEAKS


def may_translate(office: Office | None) -> bool:
    """Whether she may prepare translations and keep the glossary; publishing is another matter."""
    return office in _TRANSLATES


def may_follow(office: Office | None) -> bool:
    """Whether she may follow, and answer those who ask to follow, in the organisation's name."""
    return office in _SPEAKS


def may_manage_members(office: Office | None) -> bool:
    """Whether she may invite members, change offices, and change the organisation's profile."""
    return office is Office.STEWARD


def may_administer(office: Office | None, *, is_network: bool) -> bool:
    """Whether she may administer the instance; ``is_network``: her office is in its network."""
    return is_network and office is Office.STEWARD


def must_publish(office: Office | None) -> None:
    """Refuse those who may not publish.

    Raises:
        NotAllowed: she is neither steward nor editor.
    """
    _must("Only stewards and editors publish in this name.", allowed=may_publish(office))


def must_translate(office: Office | None) -> None:
    """Refuse those who may not prepare translations.

    Raises:
        NotAllowed: she is neither steward, editor nor translator.
    """
    _must(
        "Only stewards, editors and translators work at translations.",
        allowed=may_translate(office),
    )


def must_follow(office: Office | None) -> None:
    """Refuse those who may not follow.

    Raises:
        NotAllowed: she is neither steward nor editor.
    """
    _must("Only stewards and editors follow in this name.", allowed=may_follow(office))


def must_manage_members(office: Office | None) -> None:
    """Refuse those who may not manage members.

    Raises:
        NotAllowed: she is not a steward.
    """
    _must("Only stewards manage members.", allowed=may_manage_members(office))


def must_administer(office: Office | None, *, is_network: bool) -> None:
    """Refuse those who may not administer the instance.

    Raises:
        NotAllowed: she is not a steward of its network.
    """
    _must(
        "Only stewards of the network administer this instance.",
        allowed=may_administer(office, is_network=is_network),
    )


def _must(reason: str, *, allowed: bool) -> None:
    if not allowed:
        raise NotAllowed(reason)
