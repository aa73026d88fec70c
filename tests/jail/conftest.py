"""One small zygote for all the tests of this folder, with a secret in the environment of whoever starts it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # tests are imported by path: this makes jail_talk importable to them
from jail_talk import snippets_job, snippets_zygote

from autograder.jail import Jail, Zygote

SECRET = "the-answer-is-42"


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    os.environ["AUTOGRADER_TEST_SECRET"] = SECRET
    with snippets_zygote() as started:
        yield started
    del os.environ["AUTOGRADER_TEST_SECRET"]


@pytest.fixture
def jail(zygote: Zygote) -> Iterator[Jail]:
    with zygote.spawn(snippets_job(wall_seconds=60, disk_bytes=64 << 20, processes=64)) as spawned:
        yield spawned
