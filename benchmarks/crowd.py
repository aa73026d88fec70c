"""A made-up cohort of any size, its attempts written to a database in bulk. The same seed makes the same crowd."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert

from autograder.course.cohort import Cohort, CohortSession, LabDates, Person, PersonRole, Policy, SessionKind
from autograder.course.result import Verdict
from autograder.state.attempt_tables import AttemptRow, LabRow, QuestionRow, RunRow, StudentRow

LIMA = ZoneInfo("America/Lima")

FIRST_NAMES = ("José", "María", "Ana", "Luis", "Rosa", "Íñigo", "Lucía", "Jesús", "Carmen", "Ñusta", "Óscar", "Zoila")
LAST_NAMES = ("Quispe", "Mamani", "Huamán", "Núñez", "Flores", "García", "Rojas", "Sánchez", "Díaz", "Torres", "Vargas")

MESSAGES = {
    Verdict.PASSED: "Correcto.",
    Verdict.PARTIAL: "La exactitud es {number}: para todos los puntos hace falta 0.9.",
    Verdict.FAILED: "`kernel` suma {number}; debería sumar 0 para responder solo a los bordes.",
    Verdict.ERROR: "Tu código lanzó `ValueError`: dimensión {number}.",
    Verdict.NOT_ATTEMPTED: "Aún no hay respuesta.",
    Verdict.TIMED_OUT: "Tu código tardó más de 60 s.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """How many of what. ``shape`` gives the points of a lab's questions."""

    students: int = 24
    labs: tuple[str, ...] = ("lab1", "lab2")
    attempts: int = 5  # at most, a student and lab
    points: tuple[float, ...] = (1, 2, 2, 3, 2, 1, 1, 3, 1, 1, 1, 2)
    question_ids: tuple[str, ...] = field(default=tuple(f"pregunta-{number}" for number in range(1, 13)))
    all_hand_in: bool = False  # everybody uses every attempt
    seed: int = 2021


def make_cohort(crowd: Crowd, now: datetime) -> Cohort:
    """Return a cohort around ``now``: the labs fall due one a week, the middle one next Sunday."""
    start = (now - timedelta(days=7 * (len(crowd.labs) - 1))).astimezone(LIMA)
    start = start.replace(hour=8, minute=0, second=0, microsecond=0)
    labs = tuple(
        LabDates(
            lab=lab,
            opens=start + timedelta(days=7 * index - 7),
            due=(start + timedelta(days=7 * index + 3)).replace(hour=23, minute=59),
        )
        for index, lab in enumerate(crowd.labs)
    )
    kinds = (SessionKind.FEEDBACK, SessionKind.AVANCE)
    sessions = tuple(
        CohortSession(
            id=f"{kinds[index % 2].value}-{index // 2 + 1}",
            kind=kinds[index % 2],
            title=f"{'Avance' if index % 2 else 'Sesión de feedback'} {index // 2 + 1}",
            starts=start + timedelta(days=7 * index + 4),
            expects=(lab,),
        )
        for index, lab in enumerate(crowd.labs)
    )
    staff = (
        Person(user="profe", name="Ruiz Ortega, Elena", role=PersonRole.INSTRUCTOR),
        Person(user="asistente", name="Paz Soldán, Marco", role=PersonRole.ASSISTANT),
    )
    return Cohort(
        slug="demo",
        title="Visión por computadora",
        zone=LIMA,
        policy=Policy(attempts=0, free_days=2),
        people=(*staff, *people(crowd)),
        labs=labs,
        sessions=sessions,
    )


def people(crowd: Crowd) -> tuple[Person, ...]:
    """Return the students: accents and commas in their names, two groups."""
    chance = random.Random(crowd.seed)
    return tuple(
        Person(
            user=f"alumno{number:03}",
            name=f"{chance.choice(LAST_NAMES)} {chance.choice(LAST_NAMES)}, {chance.choice(FIRST_NAMES)}",
            group=("A", "B")[number % 2],
            email=f"alumno{number:03}@example.org",
        )
        for number in range(1, crowd.students + 1)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One made-up attempt: when it came in, and how each question ended."""

    student: str
    lab: str
    number: int
    received: datetime
    marks: tuple[dict[str, Any], ...]


def attempts_of(crowd: Crowd, cohort: Cohort, now: datetime) -> Iterator[Made]:
    """Yield the crowd's attempts up to ``now``.

    Each student has a skill, each question a difficulty; a skilled student is right sooner. A few never begin.
    """
    chance = random.Random(crowd.seed)
    for person in people(crowd):
        skill = chance.gauss(0.55, 0.22)
        for lab in crowd.labs:
            number_of = crowd.attempts if crowd.all_hand_in else _how_many(chance, skill, crowd.attempts)
            known: set[int] = set()
            moments = _moments(chance, cohort.dates(lab), number_of, now, crowd.all_hand_in)
            for number, received in enumerate(moments, start=1):
                marks = tuple(_marks(chance, crowd, skill, number, known))
                yield Made(student=person.user, lab=lab, number=number, received=received, marks=marks)


def fill(engine: Engine, crowd: Crowd, cohort: Cohort, now: datetime) -> None:
    """Write the crowd's attempts, runs and results in bulk: what the gradebook writes, without the bytes."""
    students = {person.user: number for number, person in enumerate(people(crowd), start=1)}
    labs = {lab: number for number, lab in enumerate(crowd.labs, start=1)}
    attempts, runs, results = [], [], []
    for id, made in enumerate(attempts_of(crowd, cohort, now), start=1):
        attempts.append(_attempt(id, students[made.student], labs[made.lab], made.number, made.received))
        runs.append(_run(id, made.received, sum(mark["score"] for mark in made.marks), sum(crowd.points)))
        results.extend({"run_id": id, **mark} for mark in made.marks)
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(insert(StudentRow), [{"id": id, "name": name} for name, id in students.items()])
        connection.execute(insert(LabRow), [{"id": id, "name": name} for name, id in labs.items()])
        for table, rows in ((AttemptRow, attempts), (RunRow, runs), (QuestionRow, results)):
            for start in range(0, len(rows), 20_000):
                connection.execute(insert(table), rows[start : start + 20_000])


def _how_many(chance: random.Random, skill: float, most: int) -> int:
    return 0 if chance.random() < 0.12 - 0.1 * skill else chance.randint(1, most)


def _moments(chance: random.Random, dates: LabDates, number: int, now: datetime, surely: bool) -> list[datetime]:
    span = dates.due - dates.opens
    shares = sorted(min(1.12, chance.betavariate(4, 1.3) * 1.08) for _ in range(number))
    moments = [dates.opens + span * share for share in shares]
    if surely:
        return [min(moment, now - timedelta(seconds=number - index)) for index, moment in enumerate(moments)]
    return [moment for moment in moments if moment < now]


def _marks(chance: random.Random, crowd: Crowd, skill: float, number: int, known: set[int]) -> list[dict[str, Any]]:
    marks = []
    for position, (id, points) in enumerate(zip(crowd.question_ids, crowd.points, strict=True)):
        hard = 0.15 + 0.55 * ((position * 5) % 12) / 11
        if position in known or chance.random() < skill + 0.12 * number - hard * 0.75:
            known.add(position)
            verdict = Verdict.PASSED
        else:
            verdict = chance.choices(
                (Verdict.FAILED, Verdict.PARTIAL, Verdict.ERROR, Verdict.NOT_ATTEMPTED, Verdict.TIMED_OUT),
                (6, 2, 3, 4 if number == 1 else 1, 0.3),
            )[0]
        share = {Verdict.PASSED: 1.0, Verdict.PARTIAL: 0.5}.get(verdict, 0.0)
        marks.append(
            {
                "position": position,
                "question": id,
                "points": points,
                "score": points * share,
                "verdict": verdict.value,
                "message": MESSAGES[verdict].format(number=chance.randint(1, 9)),
            }
        )
    return marks


def _attempt(id: int, student: int, lab: int, number: int, received: datetime) -> dict[str, Any]:
    submission = hashlib.sha256(f"{student} {lab} {number}".encode()).hexdigest()
    return {
        "id": id,
        "student_id": student,
        "lab_id": lab,
        "number": number,
        "submission": submission,
        "received_at": received,
    }


def _run(id: int, received: datetime, score: float, max_score: float) -> dict[str, Any]:
    return {
        "id": id,
        "attempt_id": id,
        "bundle": "0" * 64,
        "started_at": received,
        "ended_at": received + timedelta(seconds=6),
        "internal": False,
        "score": score,
        "max_score": max_score,
        "transcript": None,
        "package": "0" * 64,
        "layers": [],
        "peak_memory_bytes": 0,
        "seconds": {"total": 6.0},
    }
