"""Words: what our closed lists are called in front of people.

The lists are those of the wire (roles, adaptability, reasons, natures …); a word that a list of
ours does not hold, because a peer said something new, is shown as it is.

Refusals of the lower floors are English sentences too, some with a number or a name inside;
`refusals_known.PATTERNS` lists those, so that they can be translated (`say`).
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from activitypub.canonical_json import Json
from actors.documents import media
from actors.documents.media import Shown
from actors.rules import concepts, illustrations, legal_forms
from actors.rules.codes.lists import Code, code_list
from actors.rules.facts import CODED
from actors.rules.heading import Kind, Value
from actors.rules.licences import LICENCES
from federation.pages.refusals_known import PATTERNS
from federation.pages.translating import (
    N_,
    amount,
    gettext,
    language_name,
    spoken,
    territory_name,
)

ROLES: Final = {
    "Summary": N_("Summary"),
    "Problem": N_("The problem"),
    "Beneficiaries": N_("Whom it serves"),
    "Value": N_("What it brings"),
    "Activities": N_("Activities"),
    "Governance": N_("Governance"),
    "LegalForm": N_("Legal form"),
    "Resources": N_("Resources and partners"),
    "Costs": N_("Costs and financing"),
    "Prerequisites": N_("What must be there first"),
    "Steps": N_("Steps"),
    "Results": N_("Results and evidence"),
    "Difficulties": N_("Difficulties and failures"),
    "Core": N_("What is core, and why"),
    "Adaptable": N_("What may be adapted"),
    "Support": N_("Support offered"),
    "Rights": N_("Rights"),
    "Territory": N_("Territory and context"),
    "Contact": N_("Contact"),
    "Glossary": N_("Glossary"),
}

ASKED: Final = {
    "summary": N_("One sentence that says what it is"),
    "secondLanguage": N_("A second language"),
    "resourceLicense": N_("Under which licence software or data may be used"),
    "markPolicy": N_("Who may use the name"),
    "legalFormIn": N_("The legal form, by country"),
    "cost": N_("An amount with its currency and year"),
    "territory": N_("Where it is at home"),
    "economicActivity": N_("The field of activity"),
    "maturity": N_("How far it has come"),
}
"""What the checklist asks for beside sections, by `actors.rules.readiness.Fact`."""

ADAPTABILITY: Final = {
    "Core": N_("Core"),
    "Adaptable": N_("Adaptable"),
    "Optional": N_("Optional"),
}

ADAPTABILITY_EXPLAINED: Final = {
    "Core": N_(
        "Core: without it, this is another model. Whoever changes it is “inspired by” the source."
    ),
    "Adaptable": N_("Adaptable: change it to fit your country, your law, your partners."),
    "Optional": N_("Optional: it helps, and the model works without it."),
}

KINDS: Final = {
    "variant": N_("Adaptation to another place or public"),
    "translation": N_("Translation"),
    "working-copy": N_("Working copy, to prepare improvements"),
}

KINDS_EXPLAINED: Final = {
    "variant": N_(
        "You run the model yourselves, elsewhere: another law, other partners, other prices. It is"
        " shown as an alternative to its source, and is yours."
    ),
    "translation": N_(
        "You change nothing but the language, so that others can read it. Where the source changes,"
        " you are told which sections to translate again."
    ),
    "working-copy": N_(
        "You prepare improvements to send back to the source. It is public like everything here,"
        " but nobody is told of it besides the source, and it is not listed as an alternative."
    ),
}
"""What each kind of adaptation is for."""

STATES: Final = {
    "to-translate": N_("to translate"),
    "to-review": N_("to review: the text it translates has changed"),
    "to-explain": N_("rewritten: say why"),
    "translated": N_("translated"),
    "adapted": N_("adapted, with its reason"),
    "new": N_("new, of your own"),
    "as-source": N_("as in the source"),
    "left-out": N_("left out here"),
}
"""How far a section of an adaptation has come, by `actors.rules.adapting.State`."""

OWN_VALUES: Final = {
    "name": N_("A title in your language"),
    "summary": N_("One sentence in your language"),
    "legalFormIn": N_("Your legal form"),
    "territory": N_("Your territory"),
    "cost": N_("Your costs"),
}
"""What an adaptation says of itself, by `actors.rules.adapting.Own`."""
STANDINGS: Final = {
    "ours": N_("on this site"),
    "seen": N_("read where it lives"),
    "told": N_("as its site told us"),
    "unreachable": N_("its site did not answer"),
    "refused": N_("its site refused to show it"),
    "gone": N_("no longer there"),
    "odd": N_("something else is at its address"),
    "closed": N_("this site has nothing to do with that one"),
    "unknown": N_("only its address is known"),
}
"""How a model of a lineage was last found, by `actors.views.kin.Standing`."""

STANDINGS_SHORT: Final = {
    "ours": N_("here"),
    "seen": N_("✓ seen"),
    "told": N_("✓ told"),
    "unreachable": N_("? no answer"),
    "refused": N_("? refused"),
    "gone": N_("✕ gone"),
    "odd": N_("? something else"),
    "closed": N_("✕ blocked"),
    "unknown": N_("? not read"),
}

TIES: Final = {
    "confirmed": N_("both say so"),
    "claimed": N_("claimed, not confirmed: its source does not list it"),
    "unchecked": N_("it says so; its source has not been asked"),
    "listed": N_("its source says so; it has not been read itself"),
    "denied": N_("its source says so, but it says otherwise itself"),
}
"""How sure a tie is, by `actors.views.kin.Tie`."""

RELATIONS: Final = {
    "replication-of": N_("Replication of the source"),
    "inspired-by": N_("Inspired by the source"),
}

RELATIONS_EXPLAINED: Final = {
    "replication-of": N_("Its core sections are those of the source."),
    "inspired-by": N_("At least one core section differs from the source."),
}

STAGES: Final = {
    "Considering": N_("Considering it"),
    "Preparing": N_("Preparing it"),
    "Pilot": N_("Trying it out"),
    "Running": N_("Running"),
    "Paused": N_("Paused"),
    "Stopped": N_("Stopped"),
}
"""How far a record of practice has come, by `actors.rules.records.Stage`."""

LEVELS: Final = {
    "E0": N_("Intended"),
    "E1": N_("Done, as they say"),
    "E2": N_("Measured"),
    "E3": N_("Confirmed"),
    "E4": N_("Evaluated"),
}
"""The ladder of evidence, by `actors.rules.evidence.Level`."""

LEVELS_EXPLAINED: Final = {
    "E0": N_("They intend to do it; nothing has been done yet."),
    "E1": N_("They say themselves that they do it, or did."),
    "E2": N_("They give dated figures, and say how these were found."),
    "E3": N_("The organisation of the source, or a network, confirms it."),
    "E4": N_("It is confirmed, and an evaluation by somebody independent can be read."),
}

SUBJECTS: Final = {
    "Difficulty": N_("Difficulty"),
    "Lesson": N_("Lesson learned"),
    "Conclusion": N_("Conclusion"),
}
"""What an observation is about, by `actors.rules.records.Subject`."""

CAPACITIES: Final = {
    "source": N_("the source of the model"),
    "network": N_("a network"),
    "other": N_("neither the source nor a network: this does not count for the level"),
}
"""In which right somebody says something of a record, by `actors.rules.evidence.Standing`."""

VERDICTS: Final = {"Confirmed": N_("confirms this"), "Disputed": N_("disputes this")}

REASONS: Final = {
    "LegalContext": N_("The law is different here"),
    "Language": N_("Language"),
    "Culture": N_("Habits and culture"),
    "Cost": N_("Costs"),
    "Audience": N_("Another public"),
    "Partners": N_("Other partners"),
    "Lesson": N_("A lesson learned in practice"),
}

NATURES: Final = {
    "Added": N_("Added"),
    "Removed": N_("Removed"),
    "Substituted": N_("Rewritten"),
    "Reordered": N_("Moved"),
    "TranslatedOnly": N_("Translated only"),
}

QUOTE_STATES: Final = {
    "pending": N_("What this quotes is shown once its author agrees."),
    "rejected": N_("The author of what this quotes did not agree to be quoted."),
    "revoked": N_("The author of what this quoted does not want to be quoted any more."),
    "deleted": N_("What this quoted was deleted."),
    "unauthorized": N_("What this quotes is not for everybody."),
}

REPORTS: Final = {
    "other": N_("Something else"),
    "spam": N_("Spam"),
    "legal": N_("Against the law"),
    "violation": N_("Against the rules of this site"),
}
"""What a report is about."""

TROUBLES: Final = {
    "none": N_("Nothing went wrong yet"),
    "hangs": N_("Hangs: takes the request and does not answer"),
    "no-name": N_("Its name has no address"),
    "no-connection": N_("Takes no connection, or breaks it off"),
    "no-tls": N_("Its certificate is not valid, or there is none"),
    "fails": N_("Answers that it is in trouble itself"),
    "too-many": N_("Asks us to come back later: too many requests"),
    "not-now": N_("Asks us to come back later"),
    "signature": N_("Refuses our signature, or cannot read our key"),
    "refuses": N_("Refuses what we send"),
    "unsafe": N_("We do not call this address"),
    "by-hand": N_("Given up by a steward"),
    "our-mistake": N_("A mistake in this program; the log says more"),
    "other": N_("Something else went wrong"),
}
"""What a host does to our mail, by `federation.troubles.Trouble`."""

CHANGES: Final = {
    "added": N_("Added"),
    "removed": N_("Removed"),
    "changed": N_("Changed"),
    "moved": N_("Moved"),
    "renamed": N_("Renamed"),
    "translated": N_("Translation"),
}

FAMILIES: Final = {
    "hardware": N_("Hardware and reuse"),
    "internet-access": N_("Internet access"),
    "hosting": N_("Hosting"),
    "alternative-software": N_("Libre software and popular education"),
    "alternative-platform": N_("Alternative platforms"),
    "tools-for-associations": N_("Tools for associations"),
    "commons": N_("Commons"),
    "network": N_("Networks"),
    "events": N_("Events"),
    "public-programme": N_("Public programmes"),
    "circular-economy": N_("Circular economy"),
    "insertion": N_("Supported employment"),
    "energy": N_("Energy"),
}

POSTING: Final = {
    "everybody": N_("Everybody may put something into it."),
    "members": N_("Members may put something into it."),
    "moderators": N_("Only those who tend it put something into it."),
}

OFFICES: Final = {
    "steward": N_("steward"),
    "editor": N_("editor"),
    "translator": N_("translator"),
    "reader": N_("reader"),
}

OFFICES_EXPLAINED: Final = {
    "steward": N_("answers for the organisation: invites, changes roles, moves or closes it"),
    "editor": N_("publishes, adapts, follows and answers in its name"),
    "translator": N_("prepares translations, which an editor publishes"),
    "reader": N_("sees what the organisation sees, and changes nothing"),
}

MATURITIES: Final = {
    "Idea": N_("Idea"),
    "Experiment": N_("Experiment"),
    "Proven": N_("Proven"),
    "Replicated": N_("Replicated"),
    "Network": N_("Run by a network"),
    "Retired": N_("Retired"),
}

MODES: Final = {
    "Dissemination": N_("Dissemination: take it and make it yours"),
    "SoftSwarming": N_("Soft swarming: a charter and mutual help"),
    "FranchisedSwarming": N_("Franchised swarming: a name under conditions"),
    "Centralised": N_("Centralised: one organisation opens new places"),
}

ESS_STATUSES: Final = {
    "EssByLegalForm": N_("Social economy by its legal form"),
    "EssRecognised": N_("Recognised as social economy"),
    "CloseToEss": N_("Close to the social economy"),
    "PublicBody": N_("Public body"),
    "Other": N_("Other"),
}

FORM_KINDS: Final = {
    "association": N_("Association"),
    "cooperative": N_("Cooperative"),
    "foundation": N_("Foundation"),
    "mutual": N_("Mutual society"),
    "company": N_("Social enterprise"),
}

SEARCH_KINDS: Final = {
    "model": N_("Models"),
    "organisation": N_("Organisations"),
    "commons": N_("Commons"),
}

SEARCH_FACETS: Final = {
    "family": N_("Family"),
    "theme": N_("Theme"),
    "territory": N_("Territory"),
    "language": N_("Readable in"),
    "maturity": N_("Maturity"),
    "evidence": N_("Evidence in practice"),
    "licence": N_("Licence"),
    "status": N_("Status of its organisation"),
    "by": N_("From"),
    "near": N_("Fits in"),
    "form": N_("Fits the legal form"),
}
"""What a search can be narrowed by."""

COST_KINDS: Final = {
    "Start": N_("To start"),
    "Yearly": N_("Each year"),
    "PerPerson": N_("For each person"),
    "PerPlace": N_("For each place"),
}

SCOPES: Final = {
    "read": N_("read what your organisation can read"),
    "write": N_("publish, reply and change things in its name"),
    "follow": N_("follow and unfollow in its name"),
    "push": N_("send you notifications"),
    "profile": N_("read the profile of your organisation"),
    "admin": N_("administer this instance"),
}

ALERTS: Final = {
    "mention": N_("Somebody speaks to you, adapts a model of yours, or proposes something"),
    "follow": N_("Somebody follows you"),
    "follow_request": N_("Somebody asks to follow you"),
    "favourite": N_("Somebody likes what you published"),
    "reblog": N_("Somebody passes on what you published"),
    "quote": N_("Somebody quotes you"),
    "status": N_("Somebody of whom you want to hear publishes something"),
    "update": N_("A model that you adapted has a new version"),
    "poll": N_("A vote has ended"),
}
"""Of what an app can be told while it is closed, by type of notification."""

POLICIES: Final = {
    "all": N_("It is told whoever it comes from."),
    "followed": N_("It is told only of those whom you follow."),
    "follower": N_("It is told only of those who follow you."),
    "none": N_("It asked to be told of nobody at present."),
}
"""Of whose deeds, by `actors.verbs.alerting.POLICIES`."""

LEFT_OUT: Final = {
    "picture": N_("Picture:"),
    "front": N_("Lines above the text:"),
    "around": N_("Around the text:"),
    "media": N_("Something embedded:"),
    "link": N_("A link that leads nowhere from here:"),
    "header": N_("Head of the pages:"),
    "footer": N_("Foot of the pages:"),
    "comments": N_("Comments:"),
    "form": N_("Its form was not understood; its text is there:"),
}
"""Kinds of what has no place in a sheet, of a text that was brought (`files.rereading`)."""

SCOPE_DETAILS: Final = {
    "accounts": N_("profiles"),
    "blocks": N_("whom you block"),
    "bookmarks": N_("bookmarks"),
    "conversations": N_("direct messages"),
    "favourites": N_("what you like"),
    "filters": N_("filters"),
    "follows": N_("whom you follow"),
    "lists": N_("lists"),
    "media": N_("pictures"),
    "mutes": N_("whom you mute"),
    "notifications": N_("notices"),
    "reports": N_("reports"),
    "search": N_("search"),
    "statuses": N_("models and remarks"),
}
"""What a narrower permission is about."""

WRITING_LANGUAGES: Final = (
    "fr", "en", "it", "es", "de", "nl", "pt", "ca", "eu", "br", "oc", "co", "pl", "ro", "el", "sv",
    "da", "fi", "cs", "sk", "sl", "hr", "hu", "bg", "et", "lv", "lt", "ga", "mt", "lb", "uk", "ar",
)  # fmt: skip
"""Languages offered in lists: those of the European Union and of its regions and neighbours."""


ENDINGS: Final = ("", ".", "!", "?", "…", ":")
"""What a sentence may end with as it is."""


CIRCLES: Final = {
    "unlisted": N_("not listed"),
    "followers": N_("for followers"),
    "direct": N_("only for those it names"),
}
"""Who may see a remark, where that is not everybody."""


def facet(name: str, value: str, language: str) -> str:
    """A value that a search is narrowed by, in words."""
    match name:
        case "family" | "theme":
            concept = concepts.named(name, value)
            known = name == "family" and value in FAMILIES
            return label(FAMILIES, value) if known or not concept else concept.name(language)
        case "territory" | "near":
            return territory_name(value)
        case "language":
            return language_name(value)
        case "evidence":
            return f"{value} · {label(LEVELS, value)}" if value in LEVELS else value
        case "maturity":
            return label(MATURITIES, value)
        case "status":
            return label(ESS_STATUSES, value)
        case "form":
            kind = value if value in FORM_KINDS else legal_forms.kind(value)
            return label(FORM_KINDS, kind) if kind else value
        case _:
            return value


def label(table: Mapping[str, str], word: object) -> str:
    """What a word of a list is called; prefixes of the wire (`ess:`, an address) are dropped."""
    bare = re.split(r"[:#/]", str(word))[-1].removeprefix("family-")
    known = table.get(bare)
    return gettext(known) if known else bare.replace("-", " ")


LICENCE_ASKS: Final = (
    N_("Do what you like with it."),
    N_("Say who wrote it and where it is from; an adaptation here does so by itself."),
    N_("Do not use it mainly to earn money."),
    N_("Pass it on unchanged only: no adaptation and no translation without leave."),
    N_("Put what you make from it under this licence or one that is compatible with it."),
)
"""What licences ask, as `actors.rules.licences.asks` says it."""


def licence(spdx: str) -> str:
    """The name of a licence."""
    known = LICENCES.get(spdx)
    return spdx.removeprefix("LicenseRef-") if known is None else known.name


def coded(facts: Mapping[str, Json], name: str) -> list[str]:
    """What the codes of a fact are called; an address that no list of ours holds stays."""
    value = facts.get(name)
    items = value if isinstance(value, list) else [value]
    return [_coded(name, item) for item in items if isinstance(item, str)]


def _coded(name: str, address: str) -> str:
    if name == "territory":
        return territory_name(address)
    code = code_list(CODED[name]).find(address)
    return address if code is None else code_in_words(name, code)


def code_in_words(name: str, code: Code) -> str:
    """A code with what it is called, and for a legal form its country: `SCIC (France, fr-scic)`."""
    called = code.label(spoken())
    if name == "territory":
        return territory_name(code.code)
    if name != "legalFormIn" or code.broader is None:
        return f"{called} ({code.code})"
    return f"{called} ({territory_name(code.broader)}, {code.code})"


VALUES: Final = {
    "license": N_("Licence of this text"),
    "family": N_("Family"),
    "markPolicy": N_("Use of the name"),
    "maturity": N_("Maturity"),
    "replicationMode": N_("How it spreads"),
    "themes": N_("Themes"),
    "sdg": N_("Sustainable development goals"),
    "territory": N_("Territory"),
    "cost": N_("Costs"),
    "legalFormIn": N_("Legal form"),
    "economicActivity": N_("Field of activity"),
    "resourceLicense": N_("Licence of software or data"),
    "supportOffered": N_("Support offered"),
    "steward": N_("Who looks after it"),
    "image": N_("Main picture"),
    "attachment": N_("Pictures and documents"),
}
"""What stands beside the sections, by its name in a sheet."""


def value_name(value: Value) -> str:
    """What a value beside the sections is called."""
    if value.kind is Kind.NAME:
        return gettext("Title (%(language)s)") % {"language": language_name(value.language)}
    if value.kind is Kind.SUMMARY:
        return gettext("Summary (%(language)s)") % {"language": language_name(value.language)}
    return label(VALUES, value.name or value.kind.value)


def fact_lines(name: str, value: Json) -> list[str]:
    """A value as people read it, a line for each of its items."""
    if name in CODED:
        return coded({name: value}, name)
    tables = {"family": FAMILIES, "maturity": MATURITIES, "replicationMode": MODES}
    if name in tables:
        return [label(tables[name], value)]
    if name == "cost":
        return costs({name: value})
    if name == "license":
        return [f"{licence(str(value))} ({value})"]
    if name in (illustrations.IMAGE, illustrations.ATTACHMENT):
        return [_file_line(one) for one in media.shown(value)]
    items = value if isinstance(value, list) else [value]
    return [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in items]


def currencies() -> list[Code]:
    """The currencies that a form suggests."""
    return list(code_list("currencies").codes.values())


def _file_line(one: Shown) -> str:
    """A picture or document: what it shows, by whom, and where it lies."""
    return " · ".join(part for part in (one.name, one.credit, one.host) if part)


def costs(facts: Mapping[str, Json]) -> list[str]:
    """The costs, each in a line: `To start: 1 000 – 5 000 EUR (2024)`."""
    value = facts.get("cost")
    items = value if isinstance(value, list) else [value]
    return [_cost(one) for one in items if isinstance(one, dict)]


def _cost(cost: Mapping[str, Json]) -> str:
    amounts = [cost.get(name) for name in ("minValue", "maxValue")]
    told = [amount(one) for one in amounts if isinstance(one, int | float)]
    currency, kind, when = (cost.get(name) for name in ("currency", "costKind", "observedOn"))
    figures = " – ".join(dict.fromkeys(told))
    money = f"{figures} {currency}" if isinstance(currency, str) else figures
    dated = f"{money} ({when})" if isinstance(when, str) else money
    return f"{label(COST_KINDS, kind)}: {dated}" if isinstance(kind, str) else dated


def scope(name: str) -> str:
    """What an app may do, in words: `read:statuses` is told as `read`, with its detail."""
    kind, _, detail = name.partition(":")
    if kind not in SCOPES:
        return name
    about = gettext(SCOPE_DETAILS[detail]) if detail in SCOPE_DETAILS else detail
    return f"{gettext(SCOPES[kind])} ({about})" if detail else gettext(SCOPES[kind])


def say(sentence: str) -> str:
    """A sentence of a lower floor in the language being spoken, with its numbers and names.

    It gets a capital and a full stop where it has none: those floors write for logs as well.
    """
    told = _translated(sentence)
    ended = told if told[-1:] in ENDINGS else f"{told}."
    return ended[:1].upper() + ended[1:]


def _translated(sentence: str) -> str:
    translated = gettext(sentence)
    if translated != sentence or not sentence:
        return translated
    for pattern, template in _patterns():
        if found := pattern.fullmatch(sentence):
            return gettext(template) % found.groupdict()
    return sentence


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Each sentence with holes (`%(name)s`) as an expression that finds what fills them."""
    made: list[tuple[re.Pattern[str], str]] = []
    for template in PATTERNS:
        parts = re.split(r"%\((\w+)\)s", template.replace("%%", "%"))
        source = "".join(
            f"(?P<{part}>.+?)" if index % 2 else re.escape(part) for index, part in enumerate(parts)
        )
        made.append((re.compile(source, re.DOTALL), template))
    return tuple(made)
