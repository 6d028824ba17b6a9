"""The ladder of evidence, and what a record may say."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from activitypub import reading
from activitypub.canonical_json import Document, Json
from activitypub.errors import ProtocolError
from actors.documents import replication as documents
from actors.errors import Unwise
from actors.rules import records
from actors.rules.codes.lists import NUTS
from actors.rules.evidence import Level, Standing, level, own_level, standing
from actors.rules.records import (
    Addition,
    Kind,
    Link,
    Observation,
    Outcome,
    Record,
    Stage,
    Step,
    Subject,
)

TODAY = date(2026, 3, 2)
BY = "https://it.test/actors/officina"
PILOT = Step(Stage.PILOT, date(2026, 1, 10), "Per prova & <b>altro</b>")
MEASURED = Outcome("Oggetti", 12.5, "pezzi", date(2026, 2, 1), "Registro")
REPORT = Link("https://uni.test/r.pdf", "Report", Kind.EVALUATION)
OWN_REPORT = Link("https://it.test/r.pdf", "Report", Kind.EVALUATION)
RECORD = Record("it", "Officina", "Ripariamo <insieme>.", f"{NUTS}ITC11", (PILOT,))


@pytest.mark.parametrize(
    ("record", "said", "expected"),
    [
        (replace(RECORD, steps=(Step(Stage.CONSIDERING, TODAY),)), (), Level.E0),
        (
            replace(RECORD, steps=(Step(Stage.STOPPED, TODAY, "No money"),)),
            [(Standing.SOURCE, ())],
            Level.E0,
        ),
        (RECORD, (), Level.E1),
        (replace(RECORD, outcomes=(replace(MEASURED, method=""),)), (), Level.E1),
        (replace(RECORD, outcomes=(replace(MEASURED, observed_on=None),)), (), Level.E1),
        (replace(RECORD, outcomes=(MEASURED,)), (), Level.E2),
        (replace(RECORD, outcomes=(MEASURED,), links=(REPORT,)), (), Level.E2),
        (replace(RECORD, links=(REPORT,)), [(Standing.OTHER, (REPORT,))], Level.E1),
        (RECORD, [(Standing.SOURCE, ())], Level.E3),
        (RECORD, [(Standing.NETWORK, (replace(REPORT, kind=Kind.DOCUMENT),))], Level.E3),
        (replace(RECORD, links=(OWN_REPORT,)), [(Standing.NETWORK, ())], Level.E3),
        (replace(RECORD, links=(REPORT,)), [(Standing.NETWORK, ())], Level.E4),
        (RECORD, [(Standing.OTHER, ()), (Standing.SOURCE, (REPORT,))], Level.E4),
    ],
)
def test_nobody_gives_itself_a_level(record: Record, said: Any, expected: Level) -> None:
    assert level(record, by=BY, confirmations=said) is expected
    assert own_level(record) <= Level.E2


def test_nobody_vouches_for_itself() -> None:
    assert standing(BY, by=BY, sources=[BY], is_network=True) is Standing.OTHER
    assert standing("a", by=BY, sources=["a"], is_network=False) is Standing.SOURCE
    assert standing("a", by=BY, sources=[], is_network=True) is Standing.NETWORK


def test_a_record_only_grows_and_stops_as_plainly_as_it_runs() -> None:
    earlier = Step(Stage.PREPARING, date(2025, 6, 1))
    stopped = Step(Stage.STOPPED, date(2026, 2, 1), "Fondi finiti")
    grown = records.grown(RECORD, Addition(steps=(stopped, earlier)))
    assert grown.steps == (earlier, PILOT, stopped)
    assert (grown.stage, grown.started, grown.ended) == (Stage.STOPPED, PILOT.since, stopped.since)
    assert Record.from_json(grown.to_json()) == grown
    assert grown.digest != RECORD.digest


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"summary": "x" * 301}, "summary"),
        ({"territory": "Torino"}, "territory"),
        ({"territory": f"{NUTS}XX999"}, "territory"),
        ({"steps": ()}, "steps"),
        ({"steps": (PILOT,) * (records.MOST_STEPS + 1)}, "steps"),
        ({"steps": (replace(PILOT, since=date(2026, 3, 3)),)}, "steps[0].since"),
        ({"steps": (replace(PILOT, since=date(20, 3, 3)),)}, "steps[0].since"),
        ({"steps": (replace(PILOT, reason="x" * 2001),)}, "steps[0].reason"),
        ({"outcomes": (MEASURED,) * (records.MOST_OUTCOMES + 1)}, "outcomes"),
        ({"outcomes": (replace(MEASURED, what=""),)}, "outcomes[0].what"),
        ({"outcomes": (replace(MEASURED, value=1e16),)}, "outcomes[0].value"),
        ({"links": (REPORT,) * (records.MOST_LINKS + 1)}, "links"),
        ({"links": (replace(REPORT, href="http://uni.test/"),)}, "links[0].href"),
        ({"links": (replace(REPORT, name=""),)}, "links[0].name"),
        ({"observations": (Observation(Subject.LESSON, "", TODAY),)}, "observations[0].text"),
        (
            {"observations": (Observation(Subject.LESSON, "x", TODAY),) * 101},
            "observations",
        ),
    ],
)
def test_what_cannot_be_said_is_told_field_by_field(change: dict[str, Any], field: str) -> None:
    records.check(RECORD, today=TODAY)
    with pytest.raises(Unwise) as refused:
        records.check(replace(RECORD, **change), today=TODAY)
    assert list(refused.value.fields) == [field]


ON_THE_WIRE: Document = {
    "@context": "https://www.w3.org/ns/activitystreams",
    "id": "https://it.test/records/1",
    "type": "Article",
    "conformsTo": "https://w3id.org/essaim/ns#Replication",
    "attributedTo": BY,
    "name": "Officina",
    "nameMap": {"it": "Officina"},
    "summary": "Ripariamo <insieme>.",
    "replicates": {
        "id": "https://fr.test/models/a/versions/2",
        "versionOf": "https://fr.test/models/a",
    },
    "territory": [f"{NUTS}ITC11"],
    "stages": [
        {
            "type": "Stage",
            "stage": "ess:Pilot",
            "startedAt": "2026-01-10T00:00:00Z",
            "summary": "Per prova & <b>altro</b>",
        }
    ],
}


def test_a_record_is_read_as_it_was_written() -> None:
    says = documents.read(reading.read(ON_THE_WIRE | {"digest": RECORD.digest}))
    assert says.record == RECORD
    assert (says.model, says.version) == (
        "https://fr.test/models/a",
        "https://fr.test/models/a/versions/2",
    )


@pytest.mark.parametrize(
    "change",
    [
        {"digest": "zQmWrong"},
        {"stages": []},
        {"stages": [{"stage": "ess:Flying", "startedAt": "2026-01-10"}]},
        {"stages": [{"stage": "ess:Pilot", "startedAt": "soon"}]},
        {"stages": [{"stage": "ess:Pilot"}]},
        {"name": "", "nameMap": {}},
        {"replicates": "https://fr.test/models/a/versions/2"},
        {"replicates": {"id": "https://fr.test/v/2", "versionOf": "https://evil.test/models/a"}},
        {"outcomes": [{"name": "x", "measuredValue": "many"}]},
        {"outcomes": [{"name": "x", "measuredValue": True}]},
        {"outcomes": [{"name": "x", "measuredValue": 1e300}]},
        {"evidence": [{"type": "Link", "href": "javascript:alert(1)", "name": "x"}]},
        {"observations": [{"role": "ess:Gossip", "summary": "x", "observedOn": "2026-01-01"}]},
    ],
)
def test_what_is_no_record_is_refused(change: Document) -> None:
    with pytest.raises(ProtocolError):
        documents.read(reading.read(ON_THE_WIRE | change))


def test_lists_of_a_stranger_are_cut() -> None:
    steps: list[Json] = [{"stage": "ess:Running", "startedAt": "2026-01-01"}] * 5_000
    says = documents.read(reading.read(ON_THE_WIRE | {"stages": steps}))
    assert len(says.record.steps) == records.MOST_STEPS
