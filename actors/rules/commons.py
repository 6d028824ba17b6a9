"""Commons: who may put something into one, and what one must say of itself."""

import re
from collections.abc import Mapping
from enum import StrEnum

from actors.errors import Unwise
from actors.rules.languages import is_tag

LONGEST_NAME = 120
"""Characters: a title, as Lemmy shows it in lists."""

LONGEST_SUMMARY = 1_000
"""Characters of the sentence by which people recognise it, in one language."""

LONGEST_RULES = 10_000
"""Characters: Lemmy's limit of a sidebar, in which the rules stand."""


_FAMILY = re.compile(r"[a-z0-9-]{1,60}")


class MayPost(StrEnum):
    """Who may put something into a commons."""

    EVERYBODY = "everybody"
    MEMBERS = "members"
    MODERATORS = "moderators"


def may_post(posting: MayPost, *, is_member: bool, is_moderator: bool) -> bool:
    """Whether somebody who is not kept out may put something into it."""
    if posting is MayPost.EVERYBODY or is_moderator:
        return True
    return posting is MayPost.MEMBERS and is_member


REFUSED = {
    MayPost.MEMBERS: "Only members of this commons put things into it: follow it first.",
    MayPost.MODERATORS: "Only those who tend this commons put things into it.",
}
"""What somebody is told who may not."""

KEPT_OUT = "Those who tend this commons keep this account out of it."
"""What somebody is told who was excluded."""


def check(
    language: str,
    names: Mapping[str, str],
    summaries: Mapping[str, str],
    rules: str,
    family: str | None,
) -> None:
    """Refuse a description that cannot stand.

    Raises:
        Unwise: with every fault at once.
    """
    faults: dict[str, str] = {}
    if not is_tag(language):
        faults["language"] = "This is not a language tag."
    if not names.get(language, "").strip():
        faults["name"] = "A commons has a name in its own language."
    if any(not is_tag(tag) for tag in (*names, *summaries)):
        faults["name"] = "This is not a language tag."
    if any(len(text) > LONGEST_NAME for text in names.values()):
        faults["name"] = f"A name has at most {LONGEST_NAME} characters."
    if any(len(text) > LONGEST_SUMMARY for text in summaries.values()):
        faults["summary"] = f"A summary has at most {LONGEST_SUMMARY:,} characters."
    if len(rules) > LONGEST_RULES:
        faults["rules"] = f"The rules have at most {LONGEST_RULES:,} characters."
    if family is not None and not _FAMILY.fullmatch(family):
        faults["family"] = "A family is a word of a-z, 0-9 and hyphens."
    if faults:
        raise Unwise(next(iter(faults.values())), fields=faults)
