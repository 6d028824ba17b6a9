"""The bench itself works: every load runs on a real Essaim, and the report has every row."""

from pathlib import Path

import pytest
from bench import paper, replication, report
from bench.__main__ import run
from bench.figures import Extent, Figure
from bench.loads import WORKS
from bench.machine import Watch, cpu_seconds, memory_mib
from bench.shares import shares

SMALL = Extent(hosts=5, posts=6, seconds=0.05, runs=1, patience=30, foreign=99)


@pytest.mark.timeout(600)  # eight processes are started one after the other
def test_every_load_runs_and_every_row_is_there() -> None:
    results = run(SMALL, None, set(WORKS), {"bare", "essaim"})

    ours = results[report.US]
    assert set(ours) == set(WORKS)
    assert all(one.done == one.wanted for runs in ours.values() for one in runs)
    assert ours["ed25519"][0].notes["by_rfc9421"] == SMALL.hosts
    assert ours["fanout"][0].notes["by_rfc9421"] == 0
    assert ours["inbox"][0].peak_mib > 0

    text = report.markdown(results, SMALL)
    for words in report.WORDS.values():
        assert f"| {words} |" in text
    judged = [one for one in report.TARGETS if one.judged(results) is not None]
    assert {one.work for one in judged} == {
        *("actor", "webfinger", "inbox", "fanout", "ed25519", "hang", "idle")
    }


def test_a_target_is_met_or_missed_by_its_ratio() -> None:
    def rate(number: float) -> list[Figure]:
        return [Figure(number, 1.0, 1.0, 1, 1, 0.0)]

    [times, _] = [one for one in report.TARGETS if one.work == "actor"]

    met = {report.US: {"actor": rate(2000)}, report.THEM: {"actor": rate(100)}}
    missed = {report.US: {"actor": rate(1999)}, report.THEM: {"actor": rate(100)}}
    assert str(times.judged(met)).endswith("| met |")
    assert str(times.judged(missed)).endswith("| **missed** |")
    assert times.judged({report.US: {"actor": rate(1)}}) is None


def test_processor_time_and_memory_are_those_of_the_process(tmp_path: Path) -> None:
    own = [int(Path("/proc/self").resolve().name)]

    with Watch(own) as watch:
        while cpu_seconds(own) - watch._before[0] < 0.05:
            sum(range(10_000))

    assert watch.cpu_seconds >= 0.05
    assert 5 < watch.peak_mib < 2000
    assert memory_mib([2**22 + 1]) == 0


def test_a_sample_counts_for_the_innermost_part_that_is_known() -> None:
    files = ["federation/peers/inbox.py", "activitypub/signatures/keys.py", "lib/other.py"]
    profile = {
        "shared": {"frames": [{"name": file, "file": file} for file in (*files, "_worker")]},
        "profiles": [
            {"samples": [[0], [0, 1], [0, 1, 2], [2], [0, 3], []], "weights": [1, 1, 1, 1, 9, 9]}
        ],
    }

    assert shares(profile) == {
        "RSA and Ed25519": 0.5,
        "edges, workers, transport": 0.25,
        "anything else": 0.25,
    }


def test_the_model_takes_the_slower_of_sending_and_of_the_database() -> None:
    table = paper.markdown(paper.Cost(rsa=1.0, ed25519=0.5))

    [all_hosts] = [
        line for line in table.splitlines() if "10,000,000 | shared inboxes, RSA" in line
    ]
    assert "| 25.0 s | 6.2 s | 2.5 s |" in all_hosts


def test_replication_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    replication.measure("sqlite", sections=[2], forks=[1], records=2)
    told = capsys.readouterr().out
    assert "| read, compare, merge, digest | 2 sections of 4 KB |" in told
    assert "| 1 forks, 2 records, sqlite |" in told
