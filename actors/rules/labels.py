"""Labels: what is known of a thing beside its words, as tokens that a search can be narrowed by.

A label is `name=value`; both databases find it as they find a word. Values keep their spelling for
those who read them (`maturity=Proven`); they are compared folded (`token`).

| label | is on | says |
|---|---|---|
| `kind=` | everything | model, organisation, commons, person |
| `language=` | models, organisations | can be read in; works in |
| `family=`, `theme=` | both | as it says itself |
| `at=`, `in=` | both | the territories it names; those and every larger one they lie in |
| `maturity=`, `licence=` | models | as it says itself |
| `status=` | both | the ESS status of the organisation, or of the model's organisation |
| `form=`, `formkind=` | both | legal forms: by code, and by kind (`rules.legal_forms`) |
| `by=` | models | its organisation's id here |

`at=-` and `form=-` stand on models that name no territory or no form: these fit anywhere.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from activitypub.canonical_json import Json
from actors.rules import legal_forms
from actors.rules.searching import folded
from actors.rules.sections import Sheet

MODEL: Final = "model"
ORGANISATION: Final = "organisation"
COMMONS: Final = "commons"
PERSON: Final = "person"

KINDS: Final = {"Organization": ORGANISATION, "Group": COMMONS}
"""What an actor's type makes it; all other types are somebody (`person`)."""

ANY: Final = "-"
"""The value of a label for those who say nothing."""

MOST: Final = 32
"""Values of one label that count: who lists more wants to be found by everybody."""

LONGEST: Final = 200
"""Characters of a label; a longer value is an address that nobody narrows a search by."""

_NUTS: Final = "http://data.europa.eu/nuts/code/"
_CODE: Final = re.compile(r"[A-Z]{2}[A-Z0-9]{0,3}")
_FOREIGN: Final = re.compile(r"[^a-z0-9=:/#?&%+@.~_-]+")
_OURS: Final = ("https://w3id.org/essaim/ns#", "ess:")


def token(label: str) -> str:
    """A label as databases compare it: folded, without blanks and without other signs."""
    return _FOREIGN.sub("_", folded(label))[:LONGEST]


def of_model(
    sheet: Sheet,
    languages: Iterable[str],
    *,
    status: str,
    author_id: int,
    best_level: int | None = None,
) -> tuple[str, ...]:
    """The labels of a model.

    Args:
        sheet: its newest one.
        languages: those in which there is something to read.
        status: the ESS status of its organisation, or nothing.
        author_id: the id of its organisation.
        best_level: the highest level that a record of its practice has reached; None without one.
    """
    facts = sheet.facts
    forms = _texts(facts.get("legalFormIn"))
    return _distinct(
        f"kind={MODEL}",
        *(f"language={language.partition('-')[0]}" for language in languages),
        *_subjects(facts),
        *(_territories(_texts(facts.get("territory"))) or [f"at={ANY}"]),
        *(f"maturity={bare(one)}" for one in _texts(facts.get("maturity"))),
        f"licence={sheet.license}",
        *([f"status={status}"] if status else []),
        *(_forms(forms) or [f"form={ANY}"]),
        f"by={author_id}",
        *evidence(best_level),
    )


def evidence(best: int | None) -> list[str]:
    """The labels of the levels of evidence that records have reached: `E2` finds `E3` too."""
    return [] if best is None else [f"evidence=E{level}" for level in range(best + 1)]


def of_actor(actor_type: str, document: Mapping[str, Json]) -> tuple[str, ...]:
    """The labels of somebody, from what the document says that everybody reads."""
    forms = [*_texts(document.get("legalForm")), *_texts(document.get("essLegalForm"))]
    languages = _texts(document.get("knowsLanguage"))
    status = status_of(document)
    return _distinct(
        f"kind={KINDS.get(actor_type, PERSON)}",
        *(f"language={language.partition('-')[0]}" for language in languages),
        *_subjects(document),
        *_territories(_texts(document.get("areaServed"))),
        *([f"status={status}"] if status else []),
        *_forms(forms),
    )


def status_of(document: Mapping[str, Json]) -> str:
    """The ESS status that an organisation states, as a short word; nothing where it states none."""
    return next((bare(one) for one in _texts(document.get("essStatus"))), "")


def territory(value: str) -> str:
    """A territory as labels name it: `FR101` for a NUTS region, else its address."""
    code = value.removeprefix(_NUTS)
    return code.upper() if _CODE.fullmatch(code.upper()) else value


def larger(code: str) -> list[str]:
    """A territory and every larger one that it lies in, `FR` before `FR1`."""
    if not _CODE.fullmatch(code):
        return [code]
    return [code[:length] for length in range(2, len(code) + 1)]


def bare(value: str) -> str:
    """A word of a list of ours without its prefix; somebody else's address as it is."""
    for prefix in _OURS:
        value = value.removeprefix(prefix)
    return value


def _subjects(facts: Mapping[str, Json]) -> Iterator[str]:
    for one in _texts(facts.get("family")):
        yield f"family={bare(one).removeprefix('family-')}"
    for one in _texts(facts.get("themes")):
        yield f"theme={bare(one).removeprefix('theme-')}"


def _territories(named: Sequence[str]) -> list[str]:
    codes = [territory(one) for one in named]
    lies_in = [f"in={one}" for code in codes for one in larger(code)]
    return [*(f"at={code}" for code in codes), *lies_in]


def _forms(forms: Sequence[str]) -> list[str]:
    kinds = [kind for form in forms if (kind := legal_forms.kind(form))]
    return [
        *(f"form={legal_forms.code(form)}" for form in forms),
        *(f"formkind={kind}" for kind in kinds),
    ]


def _texts(value: Json) -> list[str]:
    """JSON-LD lets one value stand for a list of one, and an address for `{"id": address}`."""
    items = value if isinstance(value, list) else [value]
    named = [one.get("id") if isinstance(one, dict) else one for one in items]
    return [one for one in named if isinstance(one, str) and one.strip()][:MOST]


def _distinct(*labels: str) -> tuple[str, ...]:
    short = (_blanks(label) for label in labels if len(label) <= LONGEST)
    return tuple(dict.fromkeys(short))


def _blanks(label: str) -> str:
    """A label is one word in a list of them."""
    return "_".join(label.split())
