"""What holds for every test: where AUTOGRADER_NO_SKIPS is set, a skipped test fails the run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ARTEFACTS = Path(__file__).parents[1] / "artefacts"


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return where Chromium is; skip where there is none (which fails the run under AUTOGRADER_NO_SKIPS)."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("Chromium is not installed: apt install chromium")
    return found


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    """Return Playwright's browser. It lives for a module: its event loop would be in the way of others' tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Return the folder of screenshots, which no commit holds."""
    ARTEFACTS.mkdir(exist_ok=True)
    return ARTEFACTS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped and os.environ.get("AUTOGRADER_NO_SKIPS"):
        terminalreporter.write_line(f"{len(skipped)} skipped where nothing may be", red=True)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("AUTOGRADER_NO_SKIPS") and exitstatus == 0 and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
