"""A gradebook and the queue in the same database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.exchange.queue import Job, Queue
from autograder.gradebook import Gradebook
from autograder.state.database import open_database, sqlite_url

NOON = datetime(2026, 10, 15, 17, 0, tzinfo=UTC)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with Gradebook.open(tmp_path / "var") as opened:
        yield opened


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    engine = open_database(sqlite_url(tmp_path / "var" / "autograder.db"))
    yield Queue(engine)
    engine.dispose()


@pytest.fixture
def hand_in(book: Gradebook, queue: Queue) -> Callable[..., Job]:
    """Receive an attempt and queue it: ``hand_in("ana")``."""

    def receive(student: str, content: bytes = b"{}", **options: bool) -> Job:
        return queue.put_once(book.receive(student, "lab2", content, NOON).id, NOON, **options)

    return receive
