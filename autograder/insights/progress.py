"""The progress report of a session (*avance*): where each student stands, what moved, what to talk about.

Pure: it is made of a sight of the cohort, and of one at the session before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, median

from autograder.course.cohort import Cohort, CohortSession, Person
from autograder.insights.attention import Silence, Stuck, silence
from autograder.insights.matrix import folded
from autograder.insights.questions import QuestionSight
from autograder.insights.sight import Sight
from autograder.schedule.rules import LabState, Standing

HARD = 0.5
"""A question that fewer than this share got right is worth talking about."""

MOST_TOPICS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Something to talk about. ``kind`` is the last part of a sentence's id; ``count`` and ``of`` fill it in."""

    kind: str  # "missing", "silent", "stuck", "hard", "late", "manual", "inverted"
    lab: str = ""
    question: str = ""
    count: int = 0
    of: int = 0
    students: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LabProgress:
    """A lab over the cohort. Scores are what counts, as shares of the lab's points, of those who have one."""

    lab: str
    expected: bool  # this session is about it
    due: datetime
    students: int
    submitted: int
    complete: int
    late: int
    attempts: int
    mean: float | None
    median: float | None
    since: int  # attempts since the session before


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentProgress:
    """One student. ``gained`` are points since the session before; ``missing`` the expected labs not handed in."""

    person: Person
    standings: tuple[Standing, ...]  # of the labs that the report is about
    score: float
    max_score: float
    attempts: int
    since: int
    gained: float
    last: datetime | None
    missing: tuple[str, ...]
    stuck: tuple[Stuck, ...]
    silent: Silence | None

    @property
    def needs_help(self) -> bool:
        """Whether somebody should talk to them."""
        return bool(self.missing or self.stuck or self.silent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All of it. ``asof`` is the moment whose figures these are: the session's, or now when that is earlier."""

    session: CohortSession
    previous: CohortSession | None
    asof: datetime
    labs: tuple[LabProgress, ...]
    students: tuple[StudentProgress, ...]  # who needs help first
    questions: tuple[tuple[str, QuestionSight], ...]  # (lab, question), the hardest first
    stuck: tuple[Stuck, ...]
    topics: tuple[Topic, ...]

    @property
    def needing_help(self) -> tuple[StudentProgress, ...]:
        """Those whom somebody should talk to."""
        return tuple(student for student in self.students if student.needs_help)


def previous_session(cohort: Cohort, session: CohortSession, asof: datetime) -> CohortSession | None:
    """Return the session before, of any kind: of those that had begun by ``asof``, which is the last one."""
    earlier = [one for one in cohort.sessions if one.id != session.id and one.starts < min(session.starts, asof)]
    return max(earlier, key=lambda one: one.starts, default=None)


def labs_of(cohort: Cohort, session: CohortSession) -> tuple[str, ...]:
    """Return the labs that a report speaks of: those open by then, and those expected, in the cohort's order."""
    return tuple(dates.lab for dates in cohort.labs if dates.lab in session.expects or dates.opens <= session.starts)


def report(session: CohortSession, sight: Sight, before: Sight | None) -> Report:
    """Return the report of ``session``. ``before`` is the sight at the session before, None for the first."""
    cohort, labs = sight.cohort, labs_of(sight.cohort, session)
    expected = session.expects or labs
    stuck = tuple(one for lab in labs for one in sight.stuck(lab))
    of_student: defaultdict[str, list[Stuck]] = defaultdict(list)
    for one in stuck:
        of_student[one.student].append(one)
    students = [
        _student(person, sight, before, labs, expected, tuple(of_student[person.user])) for person in cohort.students
    ]
    questions = tuple((lab, one) for lab in labs for one in sight.question_sights(lab))
    progress = tuple(_lab(lab, sight, before, lab in expected) for lab in labs)
    return Report(
        session=session,
        previous=previous_session(cohort, session, sight.asof),
        asof=sight.asof,
        labs=progress,
        students=tuple(sorted(students, key=_urgency)),
        questions=tuple(
            sorted(questions, key=lambda pair: 1.0 if pair[1].share_right is None else pair[1].share_right)
        ),
        stuck=stuck,
        topics=topics(progress, students, questions, stuck),
    )


def _urgency(student: StudentProgress) -> tuple[bool, int, int, str]:
    weight = 2 * bool(student.silent) + len(student.missing) + len(student.stuck)
    return (not student.needs_help, -weight, student.attempts, folded(student.person.name))


def _student(
    person: Person,
    sight: Sight,
    before: Sight | None,
    labs: Sequence[str],
    expected: Sequence[str],
    stuck: tuple[Stuck, ...],
) -> StudentProgress:
    standings = tuple(sight.standing[person.user][lab] for lab in labs)
    attempts = [attempt for lab in labs for attempt in sight.facts.lab(lab).of(person.user)]
    earlier = before.standing.get(person.user, {}) if before else {}
    score = sum(standing.score or 0.0 for standing in standings)
    since = [attempt for attempt in attempts if before is None or attempt.received_at > before.asof]
    missing = (
        one.lab
        for one in standings
        if one.lab in expected and one.used == 0 and one.score is None and one.state is not LabState.UPCOMING
    )
    return StudentProgress(
        person=person,
        standings=standings,
        score=score,
        max_score=sum(_points(sight, lab) for lab in labs),
        attempts=len(attempts),
        since=len(since),
        gained=score - sum(earlier[lab].score or 0.0 for lab in labs if lab in earlier),
        last=max((attempt.received_at for attempt in attempts), default=None),
        missing=tuple(missing),
        stuck=stuck,
        silent=silence(person.user, attempts, standings, sight.asof),
    )


def _points(sight: Sight, lab: str) -> float:
    return sight.once(
        ("points", lab),
        lambda: max((sight.standing[person.user][lab].max_score for person in sight.cohort.students), default=0.0),
    )


def _lab(lab: str, sight: Sight, before: Sight | None, expected: bool) -> LabProgress:
    standings = [sight.standing[person.user][lab] for person in sight.cohort.students]
    attempts = [attempt for person in sight.cohort.students for attempt in sight.facts.lab(lab).of(person.user)]
    shares = [one.score / one.max_score for one in standings if one.score is not None and one.max_score]
    return LabProgress(
        lab=lab,
        expected=expected,
        due=sight.cohort.dates(lab).due,
        students=len(standings),
        submitted=sum(one.used > 0 for one in standings),
        complete=sum(one.state is LabState.COMPLETE for one in standings),
        late=sum(one.lateness.days > 0 for one in standings),
        attempts=len(attempts),
        mean=fmean(shares) if shares else None,
        median=median(shares) if shares else None,
        since=sum(before is None or attempt.received_at > before.asof for attempt in attempts),
    )


def topics(
    labs: Sequence[LabProgress],
    students: Sequence[StudentProgress],
    questions: Sequence[tuple[str, QuestionSight]],
    stuck: Sequence[Stuck],
) -> tuple[Topic, ...]:
    """Return what to talk about, the most pressing first: people, then where they stop, then what we should repair."""
    found = [*_people(labs, students), *_waiting(questions), *_places(questions, stuck), *_repairs(questions)]
    return tuple(found[:MOST_TOPICS])


def _people(labs: Sequence[LabProgress], students: Sequence[StudentProgress]) -> Iterable[Topic]:
    silent = tuple(one.person.user for one in students if one.silent)
    if silent:
        yield Topic(kind="silent", count=len(silent), of=len(students), students=silent)
    for lab in labs:
        missing = tuple(one.person.user for one in students if lab.lab in one.missing)
        if missing:
            yield Topic(kind="missing", lab=lab.lab, count=len(missing), of=len(students), students=missing)


def _places(questions: Sequence[tuple[str, QuestionSight]], stuck: Sequence[Stuck]) -> Iterable[Topic]:
    by_place = Counter((one.lab, one.question) for one in stuck)
    shown = by_place.most_common(3)
    for (lab, question), count in shown:
        who = tuple(one.student for one in stuck if (one.lab, one.question) == (lab, question))
        yield Topic(kind="stuck", lab=lab, question=question, count=count, students=who)
    told = {place for place, _ in shown}
    hard = [
        (one.share_right, lab, one)
        for lab, one in questions
        if one.share_right is not None
        and one.share_right < HARD
        and one.students >= 3
        and (lab, one.id) not in told
        and not one.by_hand
    ]
    for _, lab, one in sorted(hard, key=lambda item: item[0])[:2]:
        yield Topic(kind="hard", lab=lab, question=one.id, count=one.right, of=one.students)


def _waiting(questions: Sequence[tuple[str, QuestionSight]]) -> Iterable[Topic]:
    for lab, one in questions:
        if one.pending:
            yield Topic(kind="manual", lab=lab, question=one.id, count=one.pending)


def _repairs(questions: Sequence[tuple[str, QuestionSight]]) -> Iterable[Topic]:
    for lab, one in questions:
        if one.inverted:
            yield Topic(kind="inverted", lab=lab, question=one.id, count=one.students)


def asof(session: CohortSession, now: datetime) -> datetime:
    """Return the moment whose figures a report shows: the session's beginning once it has come, else now.

    A report read during the session is of its beginning, so that everybody in the room sees the same figures.
    """
    return min(now, session.starts)


def before_of(cohort: Cohort, session: CohortSession, now: datetime) -> datetime | None:
    """Return when the session before began, None when there was none."""
    previous = previous_session(cohort, session, asof(session, now))
    return previous.starts if previous else None


def next_session(cohort: Cohort, now: datetime) -> CohortSession | None:
    """Return the session that is on or comes next, else the last one."""
    ahead = [one for one in cohort.sessions if one.starts + max(one.length, timedelta(0)) >= now]
    if ahead:
        return min(ahead, key=lambda one: one.starts)
    return max(cohort.sessions, key=lambda one: one.starts, default=None)
