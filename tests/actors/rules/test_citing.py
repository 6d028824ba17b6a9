"""References to one version: written out, for BibTeX, for CSL."""

from dataclasses import replace
from datetime import UTC, datetime

from actors.rules import citing
from actors.rules.citing import Citation

CITED = Citation(
    title="Réparer & partager {100 %}",
    who="Coopérative Alpha",
    number=3,
    at=datetime(2026, 3, 2, 10, tzinfo=UTC),
    address="https://alpha.test/models/reparer/versions/3",
    licence="CC-BY-SA-4.0",
    language="fr",
    digest="zQmDigest",
)
FORK = replace(CITED, origin="https://beta.test/models/m/versions/1")


def test_a_reference_is_written_out_in_its_readers_language_or_in_english() -> None:
    assert citing.in_words(CITED, "fr") == (
        "Coopérative Alpha (2026). Réparer & partager {100 %}, version 3. Licence : CC-BY-SA-4.0."
        " https://alpha.test/models/reparer/versions/3"
    )
    assert citing.in_words(FORK, "it") == (
        "Coopérative Alpha (2026). Réparer & partager {100 %}, versione 3. Licenza: CC-BY-SA-4.0."
        " https://alpha.test/models/reparer/versions/3"
        " (Adattato da https://beta.test/models/m/versions/1)"
    )
    assert citing.in_words(FORK, "nl") == (
        "Coopérative Alpha (2026). Réparer & partager {100 %}, version 3. Licence: CC-BY-SA-4.0."
        " https://alpha.test/models/reparer/versions/3"
        " (Adapted from https://beta.test/models/m/versions/1)"
    )


def test_a_bibtex_entry_holds_no_command_of_tex() -> None:
    entry = citing.bibtex(FORK)
    assert entry.startswith("@misc{cooperative-alpha-reparer-partager-100-v3,\n")
    assert r"title = {{Réparer \& partager \{100 \%\}}}" in entry
    assert "url = {https://alpha.test/models/reparer/versions/3}" in entry
    assert "adapted from https://beta.test/models/m/versions/1" in entry
    odd = citing.bibtex(replace(CITED, who="~\\^_#$"))
    assert r"{{\textasciitilde{}\textbackslash{}\textasciicircum{}\_\#\$}}" in odd


def test_a_csl_item_says_the_same() -> None:
    item = citing.csl(FORK)
    assert item["issued"] == {"date-parts": [[2026, 3, 2]]}
    assert item["version"] == "3"
    assert item["references"] == FORK.origin
    assert "references" not in citing.csl(CITED)
