"""No text makes us think for long: what reads strangers' text takes a time that grows with it."""

import os
import subprocess
import sys

from together.terminal import PATIENCE, ROOT, environment


def test_nothing_that_is_read_with_an_expression_hangs() -> None:
    read = subprocess.run(
        [sys.executable, "-m", "hostile.slow_texts"],
        env=environment() | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert read.returncode == 0, read.stderr
    assert read.stdout.splitlines()[-1] == "the text of HTML"
