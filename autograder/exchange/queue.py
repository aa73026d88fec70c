"""The queue of grading. The database is the truth: whoever dies, a job is leased again, and ends in one place.

A worker leases the next job, beats while it works, and finishes it. A lease that nobody beat for ends, and the job is
leased to another. A job that ended so, or by a failure of ours, ``TRIES`` times is not run again: it ends *internal*.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session, selectinload, sessionmaker

from autograder.exchange.job import Job, JobState, LeaseLost, Orphan
from autograder.state.attempt_tables import AttemptRow, LabRow, RunRow, StudentRow
from autograder.state.job_tables import JobRow

__all__ = [
    "AGAIN_AFTER",
    "LEASE",
    "PAUSE",
    "REGRADED",
    "SUBMITTED",
    "TRIES",
    "Job",
    "JobState",
    "LeaseLost",
    "Orphan",
    "Queue",
]

LEASE = timedelta(seconds=30)
TRIES = 3
PAUSE = timedelta(seconds=20)
"""What a job that failed waits before it is tried again, times the tries it had."""

AGAIN_AFTER = timedelta(minutes=10)
"""For so long after we gave up, handing in the same bytes again does not queue them again."""

SUBMITTED, REGRADED = 0, 10
"""Priorities: who waits in front of a page comes before a regrade of a whole cohort."""


class Queue:
    """The jobs in a database. Safe to use from several threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._reading = sessionmaker(engine)
        self._writing = sessionmaker(engine.execution_options(writes=True))

    def put(self, attempt: int, now: datetime, *, priority: int = SUBMITTED, held: bool = False) -> Job:
        """Queue an attempt, or hold it; return its live job if it has one. ``held`` counts only for a first job."""
        with self._write() as session:
            live = session.scalar(select(JobRow).where(JobRow.attempt_id == attempt, _LIVE))
            if live is None:
                live = _row(attempt, now, priority, _newest_run(session, attempt), held=held)
                session.add(live)
                session.flush()
            return _job(session, live)

    def put_once(self, attempt: int, now: datetime, *, held: bool = False) -> Job:
        """Queue an attempt that has just been received. One that has a job already, ended or not, keeps that; one that
        we gave up on a while ago is queued again, because somebody asks again."""
        with self._write() as session:
            row = session.scalar(select(JobRow).where(JobRow.attempt_id == attempt).order_by(JobRow.id.desc()))
            if row is None or _given_up_before(row, now - AGAIN_AFTER):
                row = _row(attempt, now, SUBMITTED, _newest_run(session, attempt), held=held)
                session.add(row)
                session.flush()
            return _job(session, row)

    def lease(self, worker: str, now: datetime) -> Job | None:
        """Return the next job, leased to ``worker`` until ``now`` + LEASE; None when there is nothing to do.

        ``tries`` past TRIES says that it must not be run again; ``run``, that its run is recorded already.
        """
        free = or_(
            and_(JobRow.state == JobState.QUEUED, JobRow.not_before <= now),
            and_(JobRow.state == JobState.RUNNING, JobRow.lease_until < now),
        )
        query = select(JobRow).where(free).order_by(JobRow.priority, JobRow.id).limit(1)
        with self._write() as session:
            row = session.scalar(query.with_for_update(skip_locked=True))
            if row is None:
                return None
            if row.state == JobState.RUNNING:
                row.trouble = f"worker {row.worker} stopped without a word"
            row.state, row.worker, row.lease_until = JobState.RUNNING, worker, now + LEASE
            row.started_at, row.tries = now, row.tries + 1
            session.flush()
            return _job(session, row)

    def beat(self, job: Job, worker: str, now: datetime) -> None:
        """Prolong a lease. Raises ``LeaseLost``."""
        self._end(job, worker, lease_until=now + LEASE)

    def finish(self, job: Job, worker: str, now: datetime, *, internal: str | None = None) -> None:
        """End a job whose run is recorded; ``internal`` says why we gave up on it. Raises ``LeaseLost``."""
        state = JobState.DONE if internal is None else JobState.INTERNAL
        trouble = {} if internal is None else {"trouble": internal}
        self._end(job, worker, state=state, ended_at=now, worker=None, lease_until=None, **trouble)

    def retry(self, job: Job, worker: str, now: datetime, trouble: str) -> None:
        """Put a job back that failed by our fault. Raises ``LeaseLost``."""
        later = now + PAUSE * job.tries
        values = {"state": JobState.QUEUED, "not_before": later, "worker": None, "lease_until": None}
        self._end(job, worker, trouble=trouble, **values)

    def resume(self, now: datetime) -> int:
        """Put back what was running when everything stopped, as if it had never been leased. Return how many.

        Only for whoever knows that no worker is left: a service that has just started.
        """
        with self._write() as session:
            done = session.execute(
                update(JobRow)
                .where(JobRow.state == JobState.RUNNING)
                .values(state=JobState.QUEUED, not_before=now, worker=None, lease_until=None, tries=JobRow.tries - 1)
            )
            return int(done.rowcount)  # type: ignore[attr-defined]

    def abandon(self, worker: str, now: datetime) -> int:
        """Put back what a worker had that is known to be dead, without waiting for its lease to end. Return how many.

        The try counts: whoever kills three workers is not run again.
        """
        with self._write() as session:
            values = {"state": JobState.QUEUED, "not_before": now, "worker": None, "lease_until": None}
            done = session.execute(
                update(JobRow)
                .where(JobRow.state == JobState.RUNNING, JobRow.worker == worker)
                .values(trouble=f"worker {worker} died", **values)
            )
            return int(done.rowcount)  # type: ignore[attr-defined]

    def orphans(self) -> list[Orphan]:
        """Return the attempts that have neither a job nor a run: received a moment before everything stopped."""
        query = (
            select(AttemptRow.id, StudentRow.name, LabRow.name, AttemptRow.number)
            .join(AttemptRow.student)
            .join(AttemptRow.lab)
            .outerjoin(JobRow, JobRow.attempt_id == AttemptRow.id)
            .outerjoin(RunRow, RunRow.attempt_id == AttemptRow.id)
            .where(JobRow.id.is_(None), RunRow.id.is_(None))
            .order_by(AttemptRow.id)
        )
        with self._reading() as session:
            found = session.execute(query)
            return [Orphan(attempt=id, student=student, lab=lab, number=number) for id, student, lab, number in found]

    def find(self, attempt: int) -> Job | None:
        """Return an attempt's newest job, with its position while it waits."""
        with self._reading() as session:
            row = session.scalar(
                select(JobRow).where(JobRow.attempt_id == attempt).order_by(JobRow.id.desc()).limit(1).options(*_WHOSE)
            )
            return None if row is None else _job(session, row)

    def live(self) -> list[Job]:
        """Return what runs and what waits, in the order in which it will be taken."""
        running_first = (JobRow.state == JobState.QUEUED, JobRow.priority, JobRow.id)
        return self._list(select(JobRow).where(_LIVE).order_by(*running_first))

    def ended(self, since: datetime) -> list[Job]:
        """Return the jobs that ended after ``since``, oldest first."""
        return self._list(select(JobRow).where(JobRow.ended_at > since).order_by(JobRow.ended_at, JobRow.id))

    def given_up(self) -> list[Job]:
        """Return the attempts whose newest job ended by our own failure: what staff should look at."""
        return self._list(select(JobRow).where(JobRow.state == JobState.INTERNAL, _NEWEST).order_by(JobRow.id))

    def held(self) -> list[Job]:
        """Return the surplus attempts that nobody has let in, oldest first."""
        return self._list(select(JobRow).where(JobRow.state == JobState.HELD, _NEWEST).order_by(JobRow.id))

    def counts(self) -> dict[JobState, int]:
        """Return how many jobs there are in each state."""
        with self._reading() as session:
            found = session.execute(select(JobRow.state, func.count()).group_by(JobRow.state))
            return dict.fromkeys(JobState, 0) | {JobState(state): count for state, count in found}

    def to_mirror(self) -> Job | None:
        """Return the oldest finished job that nbgrader's gradebook has not been told of."""
        ended = JobRow.state.in_((JobState.DONE, JobState.INTERNAL))
        found = self._list(select(JobRow).where(ended, JobRow.mirrored.is_(False)).order_by(JobRow.id).limit(1))
        return found[0] if found else None

    def recorded(self, attempt: int, now: datetime) -> None:
        """Note an attempt that was graded without the queue, so that nbgrader's gradebook is told of it as well."""
        with self._write() as session:
            row = _row(attempt, now, SUBMITTED, _newest_run(session, attempt), held=False)
            row.state, row.started_at, row.ended_at = JobState.DONE, now, now
            session.add(row)

    def mirrored(self, job: Job) -> None:
        """Write down that nbgrader's gradebook has it, or need not."""
        with self._write() as session:
            session.execute(update(JobRow).where(JobRow.id == job.id).values(mirrored=True))

    def _list(self, query: Select[JobRow]) -> list[Job]:
        with self._reading() as session:
            rows = session.scalars(query.options(*_WHOSE)).all()
            places, runs = _places(session), _newest_runs(session, [row.attempt_id for row in rows])
            return [_made(row, runs.get(row.attempt_id, 0), places.get(row.id, 0)) for row in rows]

    def _end(self, job: Job, holder: str, **values: object) -> None:
        with self._write() as session:
            mine = (JobRow.id == job.id, JobRow.worker == holder, JobRow.state == JobState.RUNNING)
            done = session.execute(update(JobRow).where(*mine).values(**values))
            if done.rowcount == 0:  # type: ignore[attr-defined]
                raise LeaseLost(f"job {job.id} is no longer {holder}'s")

    def _write(self) -> AbstractContextManager[Session]:
        return self._writing.begin()


_LIVE: ColumnElement[bool] = JobRow.state.in_((JobState.QUEUED, JobState.RUNNING))
_NEWEST: ColumnElement[bool] = JobRow.id.in_(select(func.max(JobRow.id)).group_by(JobRow.attempt_id))
_WHOSE = (
    selectinload(JobRow.attempt).selectinload(AttemptRow.student).load_only(StudentRow.name),
    selectinload(JobRow.attempt).selectinload(AttemptRow.lab).load_only(LabRow.name),
)


def _row(attempt: int, now: datetime, priority: int, after_run: int, *, held: bool) -> JobRow:
    return JobRow(
        attempt_id=attempt,
        priority=priority,
        state=JobState.HELD if held else JobState.QUEUED,
        queued_at=now,
        not_before=now,
        tries=0,
        after_run=after_run,
        trouble="",
        mirrored=False,
    )


def _given_up_before(row: JobRow, moment: datetime) -> bool:
    return row.state == JobState.INTERNAL and row.ended_at is not None and row.ended_at < moment


def _newest_run(session: Session, attempt: int) -> int:
    return _newest_runs(session, [attempt]).get(attempt, 0)


def _newest_runs(session: Session, attempts: list[int]) -> dict[int, int]:
    query = select(RunRow.attempt_id, func.max(RunRow.id)).where(RunRow.attempt_id.in_(attempts))
    return {attempt: newest or 0 for attempt, newest in session.execute(query.group_by(RunRow.attempt_id))}


def _places(session: Session) -> dict[int, int]:
    """Return the position of each job that waits."""
    waiting = select(JobRow.id).where(JobRow.state == JobState.QUEUED).order_by(JobRow.priority, JobRow.id)
    return {id: place for place, id in enumerate(session.scalars(waiting), start=1)}


def _ahead(session: Session, row: JobRow) -> int:
    before = or_(JobRow.priority < row.priority, and_(JobRow.priority == row.priority, JobRow.id < row.id))
    query = select(func.count()).where(JobRow.state == JobState.QUEUED, before)
    return session.scalar(query.select_from(JobRow)) or 0


def _job(session: Session, row: JobRow) -> Job:
    place = _ahead(session, row) + 1 if row.state == JobState.QUEUED else 0
    return _made(row, _newest_run(session, row.attempt_id), place)


def _made(row: JobRow, newest: int, place: int) -> Job:
    return Job(
        id=row.id,
        attempt=row.attempt_id,
        student=row.attempt.student.name,
        lab=row.attempt.lab.name,
        number=row.attempt.number,
        submission=row.attempt.submission,
        received_at=row.attempt.received_at,
        state=JobState(row.state),
        tries=row.tries,
        queued_at=row.queued_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        regrade=row.priority >= REGRADED,
        run=newest if newest > row.after_run else None,
        trouble=row.trouble,
        position=place,
    )
