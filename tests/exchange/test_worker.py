"""A worker and the mirror, step by step, with a grader that does as a test says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from autograder.cli import worker as module
from autograder.cli.mirror import Mirror
from autograder.cli.place import Place
from autograder.cli.publishing import Formgrader, Press
from autograder.cli.rooms import Rooms, open_rooms
from autograder.cli.worker import Worker
from autograder.cohort.desk import Act
from autograder.cohort.manual import points_of
from autograder.course.bundle import Bundle, Cell, Limits, Question, Role
from autograder.course.model import Course, Lab
from autograder.course.result import GradedAttempt, QuestionResult, Verdict
from autograder.exchange.queue import LEASE, PAUSE, REGRADED, TRIES, Job, JobState, LeaseLost
from autograder.exchange.receive import Allowance, Reception
from autograder.gradebook import NbgraderDoor
from autograder.grading.attempt import digest_of
from autograder.grading.attempt import internal as internal_grade
from autograder.grading.pool import Task

BUNDLE = Bundle(
    lab="lab2",
    title="Laboratorio 2",
    language="es",
    cells=(
        Cell(id="answer", role=Role.ANSWER, type="code", source="x = None"),
        Cell(id="right", role=Role.TEST, type="code", source="assert x == 42", visible="assert x"),
        Cell(id="essay", role=Role.MANUAL, type="markdown", source="ESCRIBE"),
    ),
    questions=(
        Question(id="right", title="La respuesta", points=2.0, answers=("answer",)),
        Question(id="essay", title="¿Por qué?", points=3.0, manual=True, answers=("essay",)),
    ),
    limits=Limits(),
    public={},
    hidden={},
)


def right(task: Task) -> GradedAttempt:
    """Grade everything as right; what a person grades waits."""
    return GradedAttempt(
        lab=task.bundle.lab,
        bundle=task.bundle.digest(),
        submission=digest_of(task.submission),
        questions=(
            QuestionResult(id="right", points=2.0, score=2.0, verdict=Verdict.PASSED, message="Bien"),
            QuestionResult(id="essay", points=3.0, score=None, verdict=Verdict.MANUAL, message="La lee una persona"),
        ),
        transcript="c" * 64,
    )


def ours(task: Task) -> GradedAttempt:
    """Fail at grading."""
    return internal_grade(task.bundle, task.submission)


class Time:
    """A clock that a test sets."""

    now = datetime(2026, 10, 15, 17, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    clock = Time()
    monkeypatch.setattr(module, "utc_now", clock)
    return clock


@pytest.fixture
def rooms(tmp_path: Path, time: Time) -> Iterator[Rooms]:
    course = Course(slug="vision", title="Visión", language="es", root=tmp_path)
    release = tmp_path / "release"
    release.mkdir()
    (release / "lab2.ipynb").write_text("{}")
    with open_rooms(Place(course=course, home=tmp_path / "var")) as opened:
        opened.editions.publish(BUNDLE, release, by="profe", at=time.now)
        yield opened


def hand_in(rooms: Rooms, time: Time, student: str = "ana", content: bytes = b"{}") -> Job:
    return rooms.queue.put_once(rooms.gradebook.receive(student, "lab2", content, time.now).id, time.now)


def newest(rooms: Rooms, job: Job) -> Job:
    found = rooms.queue.find(job.attempt)
    assert found is not None
    return found


def test_what_waits_is_graded_and_recorded(rooms, time):
    job = hand_in(rooms, time)
    assert Worker(rooms=rooms, grade=right, name="w").step()
    assert newest(rooms, job).state is JobState.DONE
    assert [row.score for row in rooms.gradebook.grades()] == [2.0]
    assert not Worker(rooms=rooms, grade=right, name="w").step()


def test_our_failure_is_tried_again_later_and_then_told(rooms, time):
    job = hand_in(rooms, time)
    worker = Worker(rooms=rooms, grade=ours, name="w")
    for attempt in range(1, TRIES):
        assert worker.step()
        assert (newest(rooms, job).state, rooms.gradebook.grades()) == (JobState.QUEUED, [])
        assert not worker.step()
        time.now += PAUSE * attempt
    assert worker.step()
    assert [one.student for one in rooms.queue.given_up()] == ["ana"]
    assert [row.internal for row in rooms.gradebook.grades()] == [True]


def test_a_failure_of_once_leaves_no_trace_in_the_grade(rooms, time):
    job = hand_in(rooms, time)
    Worker(rooms=rooms, grade=ours, name="w").step()
    time.now += PAUSE
    Worker(rooms=rooms, grade=right, name="w").step()
    assert newest(rooms, job).state is JobState.DONE
    assert [row.score for row in rooms.gradebook.grades()] == [2.0]


def test_a_worker_that_breaks_puts_its_job_back_and_goes_on(rooms, time):
    def broken(_: Task) -> GradedAttempt:
        raise OSError("no space left on device")

    job = hand_in(rooms, time)
    assert Worker(rooms=rooms, grade=broken, name="w").step()
    assert "no space left" in newest(rooms, job).trouble


def test_a_notebook_that_kills_its_workers_is_given_up_without_being_run(rooms, time):
    job = hand_in(rooms, time)
    for _ in range(TRIES):
        rooms.queue.lease("dead", time.now)
        time.now += LEASE + timedelta(seconds=1)

    def never(_: Task) -> GradedAttempt:
        raise AssertionError("it was run again")

    assert Worker(rooms=rooms, grade=never, name="w").step()
    assert newest(rooms, job).state is JobState.INTERNAL
    assert [row.internal for row in rooms.gradebook.grades()] == [True]


def test_a_run_recorded_by_a_worker_that_died_then_is_not_made_again(rooms, time):
    job = hand_in(rooms, time)
    rooms.queue.lease("dead", time.now)
    attempt = rooms.gradebook.attempts()[0]
    task = Worker(rooms=rooms, grade=right, name="w")._task(job, attempt)
    rooms.gradebook.record(attempt, right(task), time.now)
    time.now += LEASE + timedelta(seconds=1)
    assert Worker(rooms=rooms, grade=ours, name="w").step()
    assert newest(rooms, job).state is JobState.DONE
    assert [row.score for row in rooms.gradebook.grades()] == [2.0]


def test_who_lost_the_lease_records_nothing(rooms, time):
    job = hand_in(rooms, time)

    def slow(task: Task) -> GradedAttempt:
        time.now += LEASE + timedelta(seconds=1)
        rooms.queue.lease("other", time.now)
        return right(task)

    assert Worker(rooms=rooms, grade=slow, name="w").step()
    assert rooms.gradebook.grades() == []
    with pytest.raises(LeaseLost):
        rooms.queue.beat(job, "w", time.now)


def test_a_regrade_runs_nobodys_notebook_again(rooms, time):
    job = hand_in(rooms, time)
    Worker(rooms=rooms, grade=right, name="w").step()
    rooms.queue.put(job.attempt, time.now, priority=REGRADED)
    seen: list[Task] = []
    Worker(rooms=rooms, grade=lambda task: (seen.append(task), right(task))[1], name="w").step()
    assert [task.transcript for task in seen] == ["c" * 64]


def test_a_lab_that_was_never_published_is_told_to_staff(rooms, time):
    attempt = rooms.gradebook.receive("ana", "lab9", b"{}", time.now)
    rooms.queue.put_once(attempt.id, time.now)
    for _ in range(TRIES + 1):
        Worker(rooms=rooms, grade=right, name="w").step()
        time.now += PAUSE * TRIES
    assert [one.lab for one in rooms.queue.given_up()] == ["lab9"]


def test_nbgrader_is_told_and_what_a_person_graded_there_comes_back(rooms, time, tmp_path):
    hand_in(rooms, time, content=b"one")
    hand_in(rooms, time, content=b"two")
    worker = Worker(rooms=rooms, grade=right, name="w")
    assert worker.step()
    assert worker.step()
    door = NbgraderDoor.open(tmp_path)
    mirror = Mirror(rooms, door)
    assert [mirror.step() for _ in range(3)] == [True, True, False]
    assert (tmp_path / "submitted" / "ana" / "lab2" / "lab2.ipynb").read_bytes() == b"two"

    with door._gradebook() as book:
        grade = book.find_grade("essay", "lab2", "lab2", "ana")
        grade.manual_score = 2.5
        book.db.commit()
    act = Act(actor="profe", at=time.now, cohort="2026-2")
    assert Formgrader(rooms=rooms).take("lab2", act) == 1
    assert Formgrader(rooms=rooms).take("lab2", act) == 0
    with rooms.desk.reading() as session:
        attempt = rooms.gradebook.attempts("lab2", "ana")[-1]
        assert [(one.question, one.score) for one in points_of(session, attempt.id)] == [("essay", 2.5)]
    rooms.queue.put(attempt.id, time.now, priority=REGRADED)
    assert worker.step()
    assert [row.score for row in rooms.gradebook.latest()] == [4.5]


def test_a_name_that_nbgrader_cannot_have_holds_nobody_up(rooms, time, tmp_path):
    hand_in(rooms, time, student="../ana")
    hand_in(rooms, time, student="beto")
    worker = Worker(rooms=rooms, grade=right, name="w")
    assert worker.step()
    assert worker.step()
    mirror = Mirror(rooms, NbgraderDoor.open(tmp_path))
    assert [mirror.step() for _ in range(3)] == [True, True, False]
    assert (tmp_path / "submitted" / "beto").is_dir()


@dataclass
class Limit:
    """A limit that a test moves."""

    last: int | None
    due: datetime

    def __call__(self, student: str, lab: str) -> Allowance:  # noqa: ARG002 (Reception's question)
        if lab != "lab2":
            raise KeyError(lab)
        return Allowance(due=self.due, late_after=self.due, last=self.last)


def test_more_attempts_let_in_what_was_held(rooms, time):
    limit = Limit(last=0, due=time.now)
    reception = Reception(book=rooms.gradebook, queue=rooms.queue, allowance=limit)
    assert reception.receive("ana", "lab2", b"{}", time.now).surplus
    (held,) = rooms.queue.held()
    assert not reception.release_held(held, time.now)
    limit.last = 1
    assert reception.release_held(held, time.now)
    assert newest(rooms, held).state is JobState.QUEUED
    assert rooms.queue.held() == []


def test_what_was_received_before_everything_stopped_is_queued_within_the_limit(rooms, time):
    for lab, content in (("lab2", b"1"), ("lab2", b"2"), ("lab9", b"3")):
        rooms.gradebook.receive("ana", lab, content, time.now)
    reception = Reception(book=rooms.gradebook, queue=rooms.queue, allowance=Limit(last=1, due=time.now))
    assert (reception.adopt(time.now), reception.adopt(time.now)) == (3, 0)
    assert [(job.lab, job.number) for job in rooms.queue.live()] == [("lab2", 1)]
    assert [(job.lab, job.number) for job in rooms.queue.held()] == [("lab2", 2), ("lab9", 1)]


@pytest.mark.usefixtures("time")
def test_what_is_built_and_was_never_published_becomes_a_first_edition(tmp_path):
    lab = Lab(id="lab2", lesson=1, title="Laboratorio 2", notebook="lab2.ipynb", samples="")
    course = Course(slug="vision", title="Visión", language="es", root=tmp_path, labs=(lab,))
    (tmp_path / "release" / "lab2").mkdir(parents=True)
    (tmp_path / "release" / "lab2" / "lab2.ipynb").write_text("{}")
    with open_rooms(Place(course=course, home=tmp_path / "var")) as rooms:
        press = Press(rooms=rooms)
        assert press.first_editions() == ()  # not built
        (tmp_path / "var" / "bundles").mkdir()
        (tmp_path / "var" / "bundles" / "lab2.json").write_text(BUNDLE.to_json())
        assert press.first_editions() == ("lab2",)
        assert press.first_editions() == ()
        assert rooms.bundle("lab2") == BUNDLE
