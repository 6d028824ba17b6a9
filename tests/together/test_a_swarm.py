"""Many instances that fork, change and merge at random, and agree in the end.

`make swarm` lets twenty live for a thousand steps, for each seed; here it is a few of both.
"""

import os
from pathlib import Path

import pytest
from together.databases import NewDatabase
from together.replayable import replayable
from together.street import lived_in
from together.swarm import Swarm

SEEDS = [int(seed) for seed in os.environ.get("SWARM_SEEDS", "").split()]
ISLES = int(os.environ.get("SWARM_ISLES", "4"))
STEPS = int(os.environ.get("SWARM_STEPS", "40"))


@pytest.fixture
def engine() -> str:
    """What is asked of the engine is asked of both elsewhere."""
    return os.environ.get("SWARM_ENGINE", "sqlite")


@pytest.mark.timeout(3600 if SEEDS else 180)
@pytest.mark.parametrize("seed", SEEDS or [1])
async def test_they_agree_on_every_digest_and_every_count(
    seed: int, tmp_path: Path, new_database: NewDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    swarm = Swarm(tmp_path, new_database, isles=ISLES, seed=seed)
    with replayable(seed):
        async with lived_in(swarm):
            await swarm.settle_in()
            await swarm.live(STEPS)
            await swarm.gather()
            with capsys.disabled():
                print(f"\nseed {seed}: {swarm.told()}")  # noqa: T201 - what happened, so that it can happen again
            wrong = await swarm.waiting() or await swarm.disagreements()
    assert not wrong, "\n".join(wrong)
    # A model may be deleted before anybody could read what was said of it, and a follow may be
    # taken back before it is answered.
    assert set(swarm.refusals()) <= {"status", "not-found"}
