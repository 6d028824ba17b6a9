"""Headings: which role a section has, by the words that people put above it.

For texts that come from elsewhere: sheets in files of Markdown, documents of a word processor,
pages of a site. Five languages, those of our pages. A guess is a proposal: whoever brings a text
sees it beside each section and changes it.
"""

import re
from collections.abc import Mapping
from typing import Final

from actors.rules.searching import folded
from actors.rules.sections import Role

# Beginnings of words, folded (no accents, lower case); the first role found wins, so what is more
# particular comes first. English and French; Italian, Spanish and German.
_TELLING: Final[Mapping[Role, tuple[str, ...]]] = {
    Role.SUMMARY: (
        "summary", "in short", "overview", "resume", "en bref", "presentation",
        "sintesi", "in breve", "presentazione", "resumen", "en resumen", "presentacion",
        "zusammenfassung", "kurz gesagt", "uberblick",
    ),
    Role.PROBLEM: (
        "problem", "the need", "need addressed", "le besoin", "constat",
        "il bisogno", "la necesidad", "necesidades", "ausgangslage", "bedarf",
    ),
    Role.BENEFICIARIES: (
        "beneficiar", "whom", "audience", "public", "pour qui", "usager",
        "destinatari", "per chi", "para quien", "destinatarios", "fur wen", "zielgruppe",
    ),
    Role.LEGAL_FORM: ("legal", "juridique", "statut", "giuridic", "juridic", "rechtsform"),
    Role.PREREQUISITES: (
        "prerequisite", "requirement", "before you", "prerequis", "conditions",
        "prerequisit", "requisit", "condizioni", "condiciones", "voraussetzung",
    ),
    Role.STEPS: (
        "steps", "how to", "getting started", "etapes", "comment faire", "mise en oeuvre",
        "fasi", "i passi", "come fare", "come si fa", "pasos", "etapas", "como hacer",
        "como se hace", "schritte", "so geht", "ablauf", "umsetzung",
    ),
    Role.COSTS: (
        "cost", "financ", "budget", "cout", "economique",
        "finanz", "econom", "presupuesto", "kosten",
    ),
    Role.GOVERNANCE: (
        "governance", "gouvernance", "decision", "gobernanza", "gobierno", "decisiones",
        "entscheid", "mitbestimmung",
    ),
    Role.RESOURCES: (
        "resource", "partner", "ressource", "partenaire", "moyens",
        "risorse", "mezzi", "recurso", "socios", r"mittel\b",
    ),
    Role.RESULTS: (
        "result", "evidence", "impact", "outcome", "preuve", "bilan",
        "risultat", "impatto", "impacto", "evidencia", "ergebnis", "wirkung", "nachweis",
    ),
    Role.DIFFICULTIES: (
        "difficult", "failure", "lesson", "obstacle", "echec", "lecon",
        "difficolta", "ostacol", "lezioni", "dificultad", "obstaculo", "leccion",
        "schwierigkeit", "hindernis", "fehler",
    ),
    Role.ADAPTABLE: ("adapt", "adatt", "anpass"),
    Role.CORE: (
        "core", "principle", "charter", "coeur", "principe", "charte",
        "principi", "nucleo", "carta", r"kern\b", "grundsatz",
    ),
    Role.SUPPORT: (
        "support", "accompagnement", "soutien", "aide",
        "accompagnamento", "sostegno", "aiuto", "apoyo", "acompanamiento", "ayuda",
        "unterstutzung", "begleitung", "hilfe",
    ),
    Role.RIGHTS: (
        "right", "licen", "droits", "marque", "diritti", "marchio", "derechos", "marca",
        "rechte", "lizenz",
    ),
    Role.TERRITORY: (
        "territor", "context", "origin", "history", "territoire", "histoire",
        "contesto", "storia", "contexto", "historia", "gebiet", "geschichte", "herkunft",
    ),
    Role.CONTACT: ("contact", "contatt", "kontakt"),
    Role.GLOSSARY: ("glossary", "glossaire", "lexique", "vocabular", "glossar", "glosario"),
    Role.VALUE: (
        "value", "brings", "benefit", "valeur", "apport", "utilite",
        "valore", "vantagg", "valor", "aporta", "beneficio", "nutzen", "mehrwert",
    ),
    Role.ACTIVITIES: ("activit", "service", "attivita", "servizi", "actividad", "tatigkeit"),
}  # fmt: skip


def guessed_role(heading: str) -> Role | None:
    """The role that a heading tells, in one of five languages; None when it tells none."""
    words = folded(heading).replace("œ", "oe").replace("ß", "ss")
    for role, telling in _TELLING.items():
        if any(re.search(rf"\b{each}", words) for each in telling):
            return role
    return None
