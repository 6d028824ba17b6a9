"""Sheets as files: what can be read, what is refused and where, and the sheets that are shipped."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

import federation.commands
from actors.errors import Unwise
from actors.rules.headings import guessed_role
from actors.rules.licences import judge_fork
from actors.rules.merging import Verdict, compare
from actors.rules.modifications import Nature, Reason
from actors.rules.naming import check_email, check_handle
from actors.rules.provenance import carried
from actors.rules.sections import Adaptability, Role, Section, Sheet, clean
from federation.commands.sheets import read

SHIPPED = Path(federation.commands.__file__).parent / "demo_sheets"
FILES = sorted(file for file in SHIPPED.glob("*.yaml") if file.stem != "index")
INDEX = yaml.safe_load((SHIPPED / "index.yaml").read_text(encoding="utf-8"))

YAML = """\
name: {fr: Opérateur, en: Operator}
language: fr
summary: Une phrase.
license: CC-BY-SA-4.0
facts: {family: hosting, replicationMode: SoftSwarming, territory: [FR, "http://other.test/t"]}
sections:
  - key: value
    role: Value
    adaptability: Core
    name: Ce que cela apporte
    text: {fr: "- Un.", no: "- En."}
"""

MARKDOWN = """\
---
name: Opérateur
language: fr
license: CC-BY-SA-4.0
---

## Le problème

Trop cher.

## Ce que cela apporte {#value role=Value adaptability=Core} ##

### Une partie

```
## pas un titre
```

Fin.

## Le cœur
Voilà.
"""


def faults(source: str, suffix: str = ".yaml") -> dict[str, str]:
    with pytest.raises(Unwise) as refusal:
        read(source, suffix)
    return dict(refusal.value.fields)


def as_yaml(sheet: Sheet) -> str:
    """The sheet in the form of a file."""
    return yaml.safe_dump(
        {
            "name": dict(sheet.names),
            "language": sheet.language,
            "summary": dict(sheet.summaries),
            "license": sheet.license,
            "facts": dict(sheet.facts),
            "sections": [
                {
                    "key": section.key,
                    "role": section.role.value,
                    "adaptability": section.adaptability.value,
                    "name": dict(section.names),
                    "text": dict(section.texts),
                }
                for section in sheet.sections
            ],
        },
        allow_unicode=True,
    )


def as_markdown(sheet: Sheet) -> str:
    """The sheet in its own language as Markdown with front matter."""
    front = {
        "name": sheet.names[sheet.language],
        "language": sheet.language,
        "summary": sheet.summaries[sheet.language],
        "license": sheet.license,
        "facts": dict(sheet.facts),
    }
    parts = [f"---\n{yaml.safe_dump(front, allow_unicode=True)}---\n"]
    for one in sheet.sections:
        about = f"{{#{one.key} role={one.role} adaptability={one.adaptability}}}"
        parts.append(f"## {one.names[sheet.language]} {about}\n\n{one.texts[sheet.language]}\n")
    return "\n".join(parts)


def in_one_language(sheet: Sheet) -> Sheet:
    """What a Markdown file can say of a sheet."""
    tag = sheet.language
    sections = tuple(
        replace(one, names={tag: one.names[tag]}, texts={tag: one.texts[tag]})
        for one in sheet.sections
    )
    return replace(
        sheet,
        names={tag: sheet.names[tag]},
        summaries={tag: sheet.summaries[tag]},
        sections=sections,
    )


class TestYaml:
    """Every language in one file."""

    def test_a_sheet_is_read_with_texts_by_language_or_in_its_own(self) -> None:
        sheet = read(YAML, ".yaml")
        assert sheet.names == {"fr": "Opérateur", "en": "Operator"}
        assert sheet.summaries == {"fr": "Une phrase."}
        assert sheet.sections == (
            Section(
                "value",
                Role.VALUE,
                Adaptability.CORE,
                {"fr": "Ce que cela apporte"},
                {"fr": "- Un.", "no": "- En."},
            ),
        )

    def test_facts_get_the_form_they_have_on_the_wire(self) -> None:
        assert read(YAML, ".yml").facts == {
            "family": "ess:family-hosting",
            "replicationMode": "ess:SoftSwarming",
            "territory": ["http://data.europa.eu/nuts/code/FR", "http://other.test/t"],
        }

    def test_facts_that_are_no_text_stay_as_they_are(self) -> None:
        costs = (
            "facts: {cost: [{minValue: 1.5, maxValue: 20, currency: EUR, observedOn: 2024-01-01}]}"
        )
        sheet = read(re.sub("facts: .*", costs, YAML), ".yaml")
        assert sheet.facts == {
            "cost": [
                {"minValue": 1.5, "maxValue": 20, "currency": "EUR", "observedOn": "2024-01-01"}
            ]
        }

    def test_a_file_is_read_with_or_without_a_byte_order_mark(self, tmp_path: Path) -> None:
        file = tmp_path / "sheet.YAML"
        file.write_text("\ufeff" + YAML, encoding="utf-8")
        assert read(file) == read(YAML, ".yaml")

    def test_every_fault_is_told_at_once_with_its_line(self) -> None:
        text = """\
name: {fr: 1}
language: fr
licence: MIT
facts: {colour: red, family: 1}
sections:
  - key: Valeur
    role: Recipe
    adaptability: Core
    name: Un
    text: Deux
  - just a text
"""
        assert faults(text) == {
            "licence": "line 3: Unknown; what can stand here: name, language, summary, license,"
            " facts, sections.",
            "name": "line 1: A text, or texts by language, are missing here.",
            "license": "line 1: A text is missing here.",
            "sections[0].role": f"line 7: This is one of: {', '.join(Role)}.",
            "sections[1]": "line 11: A section has members such as key: and text:.",
            "sections[1].key": "line 11: A text is missing here.",
            "sections[1].role": f"line 11: This is one of: {', '.join(Role)}.",
            "sections[1].adaptability": "line 11: This is one of: Core, Adaptable, Optional.",
            "sections[1].name": "line 11: A text, or texts by language, are missing here.",
            "sections[1].text": "line 11: A text, or texts by language, are missing here.",
            "facts.colour": faults(text)["facts.colour"],
        }
        assert faults(text)["facts.colour"].startswith("line 4: Unknown; what can stand here:")

    def test_what_a_sheet_may_not_say_is_told_by_the_names_of_the_file(self) -> None:
        text = (
            YAML.replace("key: value", "key: Value")
            .replace("no:", '"?":')
            .replace("Une phrase.", "x" * 301)
        )
        assert {path: words.split(":")[0] for path, words in faults(text).items()} == {
            "summary.fr": "line 3",
            "sections[0].key": "line 7",
            "sections[0].text.?": "line 11",
        }

    @pytest.mark.parametrize(
        ("text", "path", "words"),
        [
            ("", "file", "begins with members"),
            ("- a", "file", "begins with members"),
            ("name: [", "file", "line 1: this is not YAML"),
            ("a: b\n\tc: d", "file", "line 2: this is not YAML"),
            ("a: &x 1\nb: *x", "b", "line 1: anchors and aliases"),
            ("a: 1\na: 2", "a", "line 2: this stands here twice"),
            ("a: {b: 1, b: 2}", "a.b", "line 1: this stands here twice"),
            ("name: !!binary aGk=", "name", "line 1: only texts"),
            ("name:\n- x: !!set {a}", "name[0].x", "line 2: only texts"),
            ("name: !!python/object:os.system x", "file", "line 1: this is not YAML"),
            ("name: !!int x", "file", "not YAML that can be read"),
            ("name: \x00", "file", "not YAML that can be read"),
            ("[" * 2_000, "file", "not YAML"),
            ("a: 1\n--- \nb: 2", "file", "not YAML"),
            ("language: fr", "sections", "line 1: A sheet has a list"),
            (YAML.replace("facts: {", "facts: [{").replace("]}", "]}]"), "facts", "line 5"),
        ],
    )
    def test_what_is_not_plain_yaml_is_refused(self, text: str, path: str, words: str) -> None:
        assert words in faults(text)[path]


class TestMarkdown:
    """One language, as one writes it."""

    def test_each_heading_opens_a_section(self) -> None:
        sheet = read(MARKDOWN, ".md")
        assert [
            (one.key, one.role.value, one.adaptability.value, one.names["fr"])
            for one in sheet.sections
        ] == [
            ("le-probleme", "Problem", "Adaptable", "Le problème"),
            ("value", "Value", "Core", "Ce que cela apporte"),
            ("le-coeur", "Core", "Core", "Le cœur"),
        ]
        assert sheet.sections[1].texts == {
            "fr": "### Une partie\n\n```\n## pas un titre\n```\n\nFin."
        }

    def test_equal_headings_get_different_keys(self) -> None:
        text = MARKDOWN + "\n## Le cœur\n\nEncore.\n"
        assert [one.key for one in read(text, ".md").sections][-2:] == ["le-coeur", "le-coeur-2"]

    def test_a_code_block_ends_only_with_its_own_fence(self) -> None:
        text = MARKDOWN.replace("```\n## pas", "````\n```\n## pas", 1).replace(
            "```\n\nFin", "````\n\nFin"
        )
        assert len(read(text, ".md").sections) == 3

    @pytest.mark.parametrize(
        ("text", "path", "words"),
        [
            ("", "file", "line 1: the file begins with a line ---"),
            ("---\nname: x\n", "file", "line 1: the front matter ends"),
            (MARKDOWN.replace("license", "licence"), "licence", "line 4: Unknown"),
            (MARKDOWN.replace("name: O", "name: [O"), "file", "this is not YAML"),
            (MARKDOWN.replace("## Le p", "Le p", 1), "file", "line 7: text stands before"),
            (MARKDOWN.replace("role=Value", "role=Recipe"), "sections[1].role", "line 11"),
            (MARKDOWN.replace("role=Value", "colour=red"), "file", "line 11: in braces stand"),
            (MARKDOWN.replace("#value", "value"), "file", "line 11: in braces stand"),
            (MARKDOWN.replace("Voilà.", ""), "sections[2].text", "line 21"),
            (MARKDOWN.partition("## Le p")[0], "sections", "at least one section"),
        ],
    )
    def test_faults_are_told_with_their_line(self, text: str, path: str, words: str) -> None:
        assert words in faults(text, ".md")[path]

    @pytest.mark.parametrize(
        ("heading", "role"),
        [
            ("In short", Role.SUMMARY),
            ("En bref", Role.SUMMARY),
            ("Le problème", Role.PROBLEM),
            ("Pour qui ?", Role.BENEFICIARIES),
            ("Forme juridique", Role.LEGAL_FORM),
            ("Costs and financing", Role.COSTS),
            ("Coûts et financement", Role.COSTS),
            ("Gouvernance", Role.GOVERNANCE),
            ("Moyens et partenaires", Role.RESOURCES),
            ("Préalables, conditions", Role.PREREQUISITES),
            ("Étapes", Role.STEPS),
            ("Results and evidence", Role.RESULTS),
            ("Difficultés et leçons", Role.DIFFICULTIES),
            ("Le cœur", Role.CORE),
            ("Ce qui peut être adapté", Role.ADAPTABLE),
            ("Accompagnement proposé", Role.SUPPORT),
            ("Rights", Role.RIGHTS),
            ("Origine et territoire", Role.TERRITORY),
            ("Contact", Role.CONTACT),
            ("Glossaire", Role.GLOSSARY),
            ("What it brings", Role.VALUE),
            ("Ce que nous faisons", None),
        ],
    )
    def test_a_role_is_guessed_from_the_words_of_a_heading(
        self, heading: str, role: Role | None
    ) -> None:
        assert guessed_role(heading) is role


class TestFile:
    """Which files are sheets at all."""

    def test_another_kind_of_file_is_refused(self) -> None:
        for source, suffix in (("x", None), ("x", ".txt"), (Path("sheet.docx"), None)):
            with pytest.raises(Unwise, match="can be read"):
                read(source, suffix)

    def test_a_text_that_is_not_utf_8_is_refused(self, tmp_path: Path) -> None:
        file = tmp_path / "sheet.md"
        file.write_bytes(b"---\nname: caf\xe9\n---\n")
        with pytest.raises(Unwise) as refusal:
            read(file)
        assert "UTF-8" in refusal.value.fields["file"]


class TestShipped:
    """The sheets and the story of the demonstration."""

    def test_there_are_26_of_them(self) -> None:
        assert len(FILES) == 26

    @pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
    def test_each_can_be_published_forked_and_written_again(self, file: Path) -> None:
        sheet = read(file)
        assert judge_fork(sheet.license).license == "CC-BY-SA-4.0"
        assert {"fr", "en"} <= sheet.names.keys() & sheet.summaries.keys()
        assert {one.role for one in sheet.sections} >= {Role.SUMMARY, Role.CORE, Role.RIGHTS}
        assert clean(sheet) == sheet
        assert read(as_yaml(sheet), ".yaml") == sheet
        assert read(as_markdown(sheet), ".md") == in_one_language(sheet)

    @pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
    def test_each_statement_says_how_certain_it_is(self, file: Path) -> None:
        told = re.compile(
            r"\]\(<?https?://\S+\)$|\)\*$|\(interview with .*\)$"
            r"|CC BY-SA 4\.0\.$|(not established here|non établis ici)\.$"
        )
        for section in read(file).sections:
            for text in section.texts.values():
                assert all(told.search(line) for line in text.split("\n")), section.key

    def test_each_model_is_published_once_by_an_invented_organisation(self) -> None:
        published: list[str] = []
        emails: set[str] = set()
        for network in INDEX["networks"].values():
            check_handle(network["handle"])
            for organisation in network["organisations"]:
                assert check_handle(organisation["handle"]).startswith("demo_")
                assert organisation["name"].startswith(("Démo ", "Demo "))
                emails.add(check_email(organisation["member"]["email"]))
                published += organisation["models"]
        assert sorted(published) == [file.stem for file in FILES]
        assert len(emails) == 9
        assert all(email.endswith(".example") for email in emails)

    def test_in_the_story_one_core_section_can_be_taken_and_one_adapted_one_conflicts(self) -> None:
        story = INDEX["story"]
        source = self.published(read(SHIPPED / f"{story['source']['model']}.yaml"))
        fork = self.forked(source)
        changed = self.published(self.with_texts(source, story["change"]["sections"]), source)
        rows = {row.key: row for row in compare(source, fork, changed)}
        assert [key for key, row in rows.items() if row.verdict is Verdict.CONFLICT] == [
            "legal-form"
        ]
        assert [key for key, row in rows.items() if row.verdict is Verdict.THEIRS] == ["core"]
        assert rows["core"].core
        assert not rows["legal-form"].core
        assert rows.keys() >= story["merge"]["choices"].keys() >= {"legal-form"}

    def test_in_the_story_the_whole_fork_speaks_italian(self) -> None:
        fork = self.forked(read(SHIPPED / "telecoop.yaml"))
        assert all({"it", "fr"} <= one.texts.keys() & one.names.keys() for one in fork.sections)
        for adapted in INDEX["story"]["fork"]["adapted"].values():
            assert Nature(adapted["nature"])
            assert Reason(adapted["reason"])
            assert adapted["note"]

    @staticmethod
    def published(sheet: Sheet, before: Sheet | None = None) -> Sheet:
        """The sheet as a publication fills in where its texts come from."""
        return carried(before, clean(sheet), upstream_language=None, adapted=())

    @staticmethod
    def with_texts(sheet: Sheet, sections: dict[str, dict[str, dict[str, str]]]) -> Sheet:
        """The sheet with names and texts of some sections added or replaced."""
        assert sections.keys() <= {one.key for one in sheet.sections}
        return sheet.with_sections(
            replace(
                one,
                names={**one.names, **sections.get(one.key, {}).get("name", {})},
                texts={**one.texts, **sections.get(one.key, {}).get("text", {})},
            )
            for one in sheet.sections
        )

    def forked(self, source: Sheet) -> Sheet:
        """The Italian fork of the story."""
        story = INDEX["story"]["fork"]
        taken = replace(source, language="it", names={**source.names, **story["name"]})
        taken = taken.with_sections(
            replace(one, upstream=f"https://fr.test/m#{one.key}", upstream_digests=one.digests)
            for one in taken.sections
        )
        told = self.with_texts(taken, {**story["sections"], **story["adapted"]})
        return carried(taken, clean(told), upstream_language="fr", adapted=story["adapted"].keys())
