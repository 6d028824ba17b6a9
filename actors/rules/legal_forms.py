"""Legal forms: which ones of different countries are alike.

A French SCOP can take up what an Italian cooperative does. The codes are those of ISO 20275 (ELF,
list 1.5 of 2023-09-28) for the forms that the social economy takes, and our own for forms that have
no code there (`ess:legalform-fr-scic`: WIRE's small list).
"""

import re
from typing import Final

from actors.rules.codes.lists import Code, code_list

KINDS: Final = ("association", "cooperative", "foundation", "mutual", "company")
"""What forms are, everywhere."""

_OF_KIND: Final = {
    "association": "BEWI XH8C DWYD HF2L W3WH V03J 33MN 1TON A0J6 QZ3L 2JEI ALPT DX6Z",
    "cooperative": "V1Z5 XPX6 F6SZ 28FE NFFH QRZJ PHMS 1QU8 AZFE 8TOF 1HGD 8XDW IYXU",
    "foundation": "9T5S V44D 75WC MDOL 96XK",
    "mutual": "2XIK VA1V",
    "company": "SCE1 17R0",
}
_BY_CODE: Final = {code: kind for kind, codes in _OF_KIND.items() for code in codes.split()}

_BY_WORD: Final = {
    "scic": "cooperative",
    "scop": "cooperative",
    "cae": "cooperative",
    "sce": "cooperative",
    "cooperative": "cooperative",
    "cooperativa": "cooperative",
    "genossenschaft": "cooperative",
    "eg": "cooperative",
    "association": "association",
    "associazione": "association",
    "asociacion": "association",
    "verein": "association",
    "asbl": "association",
    "ev": "association",
    "foundation": "foundation",
    "fondation": "foundation",
    "fondazione": "foundation",
    "fundacion": "foundation",
    "stiftung": "foundation",
    "stichting": "foundation",
    "mutual": "mutual",
    "mutuelle": "mutual",
    "mutualidad": "mutual",
    "cic": "company",
    "company": "company",
}
"""Forms that are written in words, or by our own codes; folded."""

_CODE: Final = re.compile(r"(?:^|[/-])([A-Z0-9]{4})$")
_PART: Final = re.compile(r"[^a-z0-9]+")


def code(form: str) -> str:
    """A form as it is compared: `BEWI`, or what stands after the prefix (`legalform-fr-scic`)."""
    found = _CODE.search(form.strip())
    return found[1] if found else re.split(r"[#/:]", form.strip())[-1]


def kind(form: str) -> str:
    """What kind of form it is; nothing where that is unknown."""
    short = code(form)
    if short in _BY_CODE:
        return _BY_CODE[short]
    parts = _PART.split(short.lower())
    return next((_BY_WORD[part] for part in parts if part in _BY_WORD), "")


def of_social_economy() -> dict[str, list[Code]]:
    """The forms that the social economy takes, by country: those whose kind is known."""
    found: dict[str, list[Code]] = {}
    for one in code_list("legal-forms").codes.values():
        if one.broader is not None and kind(one.iri):
            found.setdefault(one.broader, []).append(one)
    return {country: found[country] for country in sorted(found)}
