"""Running a test cell against values: every way to end has its verdict, points and sentence, and nothing leaks."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.course.result import Verdict
from autograder.grading.cell_test import CellTest, run_test
from autograder.grading.world import NotRecorded, StudentCodeStopped

VISIBLE = "assert x > 0\n"


def run(source, values=None, visible=VISIBLE, seconds=5.0, points=4.0, imports=()):
    test = CellTest(source=source, visible=visible, imports=imports, points=points, seconds=seconds)
    return run_test(test, {"x": 1} if values is None else values)


def stopped():
    raise StudentCodeStopped(Verdict.OUT_OF_MEMORY, "Tu función usó más memoria.")


@pytest.mark.parametrize(
    ("source", "verdict", "score"),
    [
        (VISIBLE, Verdict.PASSED, 4),
        (VISIBLE + "2.5", Verdict.PARTIAL, 2.5),
        (VISIBLE + "4.0", Verdict.PASSED, 4),
        (VISIBLE + "400", Verdict.PASSED, 4),
        (VISIBLE + "0", Verdict.FAILED, 0),
        (VISIBLE + "-3", Verdict.FAILED, 0),
        (VISIBLE + "float('nan')", Verdict.FAILED, 0),
        (VISIBLE + "True", Verdict.PASSED, 4),
        (VISIBLE + "'a word'", Verdict.PASSED, 4),
        ("%matplotlib inline\n" + VISIBLE, Verdict.PASSED, 4),
        ("assert x < 0", Verdict.FAILED, 0),
        ("print('noise'); import warnings; warnings.warn('noise')", Verdict.PASSED, 4),
    ],
)
def test_a_cell_ends_with_points_as_in_nbgrader(source, verdict, score, capfd):
    ended = run(source)
    assert (ended.verdict, ended.score) == (verdict, score)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("assert x < 0, 'x debe ser negativa'", "x debe ser negativa"),
        ("assert x < 0", "otros datos"),
        ("assert x > 0\nassert y == 2", "No encontramos `y`"),
        ("x.shape", "AttributeError"),
        ("from autograder import checks\nchecks.equal('x', x, 2)", "`x`"),
    ],
)
def test_a_failure_says_something_a_student_can_use(source, words):
    assert words in run(source).message


def test_a_failed_line_that_students_see_is_quoted():
    assert "`assert x > 0`" in run("assert x > 0\nassert x < 9", {"x": -1}).message


def test_a_hidden_expected_value_in_a_librarys_message_is_not_shown():
    ended = run("import numpy as np\nnp.testing.assert_allclose(x, 0.731058)", {"x": np.float64(2)})
    assert ended.verdict is Verdict.FAILED
    assert "0.731" not in ended.message


def test_imports_of_the_notebook_are_there_and_the_students_name_wins():
    assert run("assert np.pi > 3", imports=("import numpy as np",)).verdict is Verdict.PASSED
    assert run("assert np == 1", {"np": 1}, imports=("import numpy as np",)).verdict is Verdict.PASSED


def test_code_that_stopped_gives_its_own_verdict():
    ended = run("f()", {"f": stopped})
    assert (ended.verdict, ended.message) == (Verdict.OUT_OF_MEMORY, "Tu función usó más memoria.")


def test_a_test_that_never_ends_is_ended_even_if_it_catches_everything():
    source = "while True:\n    try:\n        pass\n    except Exception:\n        pass"
    assert run(source, seconds=0.2).verdict is Verdict.TIMED_OUT


def test_what_a_replay_lacks_is_not_a_verdict():
    def missing():
        raise NotRecorded("call")

    with pytest.raises(NotRecorded):
        run("f()", {"f": missing})
