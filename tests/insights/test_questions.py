"""What is said of a question follows from its attempts, and a correlation is what NumPy says it is."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course.result import Verdict
from autograder.gradebook.grades import QuestionGrade
from autograder.insights.attention import silence, stuck_at
from autograder.insights.facts import AttemptFact, LabFacts, RunFact
from autograder.insights.questions import is_right, point_biserial, question_sights
from autograder.schedule.rules import LabState, Lateness, Standing
from tests.insights.conftest import Town

NOON = datetime(2021, 10, 17, 17, 0, tzinfo=UTC)
P, F, N, M, E = Verdict.PASSED, Verdict.FAILED, Verdict.NOT_ATTEMPTED, Verdict.MANUAL, Verdict.ERROR


def lab_of(histories: dict[str, list[tuple[Verdict, ...]]]) -> LabFacts:
    """Return a lab's facts: for each student a tuple of verdicts an attempt, an hour apart."""
    students = {}
    for student, history in histories.items():
        students[student] = tuple(
            AttemptFact(
                id=number,
                student=student,
                lab="lab1",
                number=number,
                received_at=NOON + timedelta(hours=number),
                submission="0" * 64,
                run=_run(number, verdicts) if verdicts else None,
            )
            for number, verdicts in enumerate(history, start=1)
        )
    return LabFacts(lab="lab1", students=students)


def _run(id: int, verdicts: tuple[Verdict, ...]) -> RunFact:
    scores = {P: 1.0, M: None, Verdict.INTERNAL: None}
    results = tuple(
        QuestionGrade(id=f"q{place}", points=1.0, score=scores.get(verdict, 0.0), verdict=verdict)
        for place, verdict in enumerate(verdicts)
    )
    return RunFact(id=id, score=sum(one.score or 0 for one in results), max_score=len(results), questions=results)


def test_shares_and_tries_are_counted_by_student() -> None:
    facts = lab_of({"ana": [(P,)], "luis": [(F,), (E,), (P,)], "rosa": [(F,), (F,)], "jose": [(), ()], "zoe": []})
    (sight,) = question_sights(facts, facts.students)
    assert (sight.students, sight.right, sight.right_first) == (3, 2, 1)
    assert sight.share_right == pytest.approx(2 / 3)
    assert sight.share_first == pytest.approx(1 / 3)
    assert sight.tries == {1: 1, 3: 1}
    assert sight.median_tries == 2
    assert sight.last == {P: 2, F: 1}
    assert sight.discrimination is None, "three students tell nothing"


def test_a_question_that_a_person_owes_an_answer_to_counts_nobody() -> None:
    facts = lab_of({"ana": [(M,)], "luis": [(Verdict.INTERNAL,)]})
    (sight,) = question_sights(facts, facts.students)
    assert (sight.students, sight.share_right, sight.share_first, sight.median_tries) == (0, None, None, None)
    assert sight.last == {M: 1, Verdict.INTERNAL: 1}


def test_who_did_not_answer_first_and_now_waits_for_a_person_counts_for_nothing_yet() -> None:
    facts = lab_of({"ana": [(N,), (M,)], "luis": [(N,)]})
    (sight,) = question_sights(facts, facts.students)
    assert (sight.students, sight.right, sight.pending, sight.by_hand) == (1, 0, 1, True)


def test_a_question_graded_by_hand_is_right_with_all_its_points() -> None:
    assert is_right(QuestionGrade(id="q", points=2.0, score=2.0, verdict=M)) is True
    assert is_right(QuestionGrade(id="q", points=2.0, score=1.5, verdict=M)) is False
    assert is_right(QuestionGrade(id="q", points=2.0, score=None, verdict=M)) is None


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 20)), min_size=2, max_size=40))
def test_point_biserial_is_pearsons_correlation(pairs: list[tuple[bool, float]]) -> None:
    found = point_biserial(pairs)
    right, rest = np.array([float(right) for right, _ in pairs]), np.array([score for _, score in pairs])
    if len(set(right)) < 2 or rest.var() <= 1e-12:
        assert found is None
    else:
        assert found == pytest.approx(np.corrcoef(right, rest)[0, 1], abs=1e-6)


def test_a_question_that_the_better_get_wrong_discriminates_negatively() -> None:
    better = {f"good{n}": [(F, P, P, P)] for n in range(6)}
    worse = {f"weak{n}": [(P, F, F, N)] for n in range(6)}
    sights = question_sights(lab_of(better | worse), [*better, *worse])
    assert sights[0].discrimination == pytest.approx(-1.0)
    assert (sights[0].inverted, sights[0].weak) == (True, False)
    assert sights[1].discrimination is not None
    assert sights[1].discrimination > 0


def test_stuck_is_who_tried_twice_and_never_got_it() -> None:
    facts = lab_of(
        {
            "ana": [(F, P), (E, P), (F, P)],
            "luis": [(F, F), (P, P)],
            "rosa": [(P, F), (F, N)],
            "jose": [(N, N), (N, F)],
        }
    )
    (stuck,) = stuck_at(facts, facts.students)
    assert (stuck.student, stuck.question, stuck.tries, stuck.attempt) == ("ana", "q0", 3, 3)
    assert stuck.since == NOON + timedelta(hours=1)


def standing(state: LabState, lab: str = "lab1") -> Standing:
    return Standing(
        lab=lab,
        state=state,
        opens=NOON - timedelta(days=10),
        due=NOON,
        extended=False,
        used=0,
        left=None,
        counted=None,
        raw=None,
        score=None,
        max_score=1,
        lateness=Lateness(),
    )


@pytest.mark.parametrize(
    ("hours_ago", "state", "silent"),
    [
        (None, LabState.OPEN, True),
        (1, LabState.STARTED, False),
        (8 * 24, LabState.STARTED, True),
        (8 * 24, LabState.COMPLETE, False),
        (None, LabState.UPCOMING, False),
    ],
    ids=["never_came", "came_today", "a_week_ago", "done", "not_open"],
)
def test_silent_is_who_has_work_and_sends_nothing(hours_ago: int | None, state: LabState, silent: bool) -> None:
    attempts = [] if hours_ago is None else lab_of({"ana": [(F,)]}).of("ana")
    now = NOON if hours_ago is None else NOON + timedelta(hours=1 + hours_ago)
    found = silence("ana", attempts, [standing(state)], now)
    assert (found is not None) is silent
    if found and hours_ago is None:
        assert (found.last, found.missing) == (None, ("lab1",))


def test_statistics_of_a_crowd_hold_together(town: Town) -> None:
    users = [person.user for person in town.cohort.students]
    for lab in town.crowd.labs:
        for sight in question_sights(town.sight.facts.lab(lab), users):
            assert 0 <= sight.right_first <= sight.right <= sight.students <= len(users)
            assert sum(sight.tries.values()) == sight.right
            assert sight.discrimination is None or -1 <= sight.discrimination <= 1


def test_order_of_students_does_not_matter(town: Town) -> None:
    facts, users = town.sight.facts.lab("lab1"), [person.user for person in town.cohort.students]
    shuffled = random.Random(1).sample(users, len(users))
    assert [one.share_right for one in question_sights(facts, users)] == [
        one.share_right for one in question_sights(facts, shuffled)
    ]
