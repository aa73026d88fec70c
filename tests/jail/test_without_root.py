"""All of this folder once more as an ordinary user, for whom the jail stands in a user namespace."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.jail

HERE = Path(__file__).parent
UID = "60999"


def test_everything_holds_for_a_user_without_privileges() -> None:
    if os.geteuid() != 0:
        return  # then every other test of this folder has just shown it
    with tempfile.TemporaryDirectory(prefix="autograder-user-") as folder:
        command = [sys.executable, "-m", "pytest", str(HERE), "-q", "-m", "jail and not tensorflow"]
        command += ["-p", "no:cacheprovider", "--ignore", __file__]
        run = subprocess.run(
            [sys.executable, str(HERE / "programs" / "as_ordinary_user.py"), UID, folder, *command],
            cwd=HERE.parents[1],
            env={**os.environ, "AUTOGRADER_NO_SKIPS": "1"},
            capture_output=True,
            text=True,
            timeout=300,
        )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    assert " passed" in run.stdout
