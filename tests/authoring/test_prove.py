"""Proving a lab: what it takes, and what is said when something is not as it must be."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from autograder.authoring.make_bundle import make_bundle
from autograder.authoring.prove import prove
from autograder.course.result import Verdict

WRONG = """
[[sample]]
name = "suma-mal"
cells = { total = "total = 5" }
wrong_answer = true
expect = { test-total = "failed" }

[[sample]]
name = "doble-constante"
cells = { double = "def double(x):\\n    return 4" }
wrong_answer = true
expect = { test-double = "failed" }
"""


@pytest.fixture
def proved(derived, kit, grader):
    """Return a function from samples (TOML) to the proof of the small lab."""

    def run(samples, source=None, grader=grader):
        course, notebooks = derived(source or kit.MINI)
        file = course.samples(course.labs[0])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(samples, encoding="utf-8")
        bundle = make_bundle(course, course.labs[0], notebooks)
        with ThreadPoolExecutor(1) as engine:
            return prove(course, course.labs[0], notebooks, bundle, grader, engine)

    return run


def kinds(proof):
    return [(finding.kind, finding.cell) for finding in proof.findings]


def test_a_sound_lab_is_proved(proved):
    proof = proved(WRONG)
    assert proof.findings == ()
    assert proof.caught == {"test-double": ("doble-constante",), "test-total": ("suma-mal",)}
    assert proof.graded["solution"].score == 5
    assert proof.graded["release"].score == 0


def test_a_hidden_test_that_no_wrong_answer_fails_is_unproved(proved):
    assert kinds(proved("")) == [("unproved", "test-double"), ("unproved", "test-total")]


def test_a_wrong_answer_that_the_visible_test_catches_proves_nothing(proved):
    proof = proved(WRONG.replace("total = 5", "total = -1"))
    assert kinds(proof) == [("unproved", "test-total")]


def test_a_sample_that_is_not_called_wrong_proves_nothing(proved):
    assert ("unproved", "test-total") in kinds(proved(WRONG.replace("wrong_answer = true", "")))


SAYS = {
    "another verdict": ('name = "s"\ncells = { total = "total = 5" }', "sample_got"),
    "a verdict too good": ('name = "s"\nexpect = { test-total = "failed" }', "sample_got"),
    "another sentence": (
        'name = "s"\ncells = { double = "double = abs" }\n'
        'expect = { test-double = "failed" }\nsays = { test-double = "debe ser 5" }',
        "sample_says",
    ),
    "another score": ('name = "s"\nscore = 4', "sample_score"),
    "a wrong answer that is right": ('name = "s"\nwrong_answer = true', "sample_right"),
}


@pytest.mark.parametrize(("sample", "kind"), SAYS.values(), ids=SAYS.keys())
def test_a_sample_that_is_graded_otherwise_is_found(proved, sample, kind):
    proof = proved(WRONG + "[[sample]]\n" + sample)
    assert kinds(proof) == [(kind, "s")]
    assert "«s»" in str(proof.findings[0])


def test_a_sample_with_the_right_sentence_is_content(proved):
    sample = 'name = "s"\ncells = { double = "double = abs" }\nexpect = { test-double = "failed" }'
    proof = proved(WRONG + "[[sample]]\n" + sample + '\nsays = { test-double = "debe ser 4" }\nscore = 3')
    assert proof.findings == ()


def test_a_solution_that_fails_its_own_test_is_found(proved, kit):
    cells = [cell | {"source": cell["source"].replace("range(4)", "range(5)")} for cell in kit.MINI["cells"]]
    assert ("solution_verdict", "test-total") in kinds(proved(WRONG, kit.notebook(*cells)))


class Generous:
    """Gives everything to everybody."""

    def __init__(self, grader, verdict):
        self.grader, self.verdict = grader, verdict

    def grade(self, bundle, content):
        attempt = self.grader.grade(bundle, content)
        given = {"verdict": self.verdict, "score": None if self.verdict is Verdict.INTERNAL else 1.0}
        return replace(attempt, questions=tuple(replace(question, **given) for question in attempt.questions))

    def grade_again(self, bundle, content, _attempt):
        return self.grade(bundle, content)


def test_a_release_that_earns_points_is_found(proved, grader):
    found = kinds(proved(WRONG, grader=Generous(grader, Verdict.PASSED)))
    assert ("release_scores", "test-total") in found
    assert ("sample_right", "suma-mal") in found


def test_our_own_failure_is_said_once_for_each_sample(proved, grader):
    found = kinds(proved(WRONG, grader=Generous(grader, Verdict.INTERNAL)))
    assert [cell for kind, cell in found if kind == "graded_internal"] == [
        "solution",
        "release",
        "suma-mal",
        "doble-constante",
    ]
