"""What lint finds in a lab's notebook, and that it finds nothing in a sound one."""

import pytest

from autograder.authoring.finding import Level
from autograder.authoring.lint import lint
from autograder.course.read import read_course


@pytest.fixture
def linted(tmp_path, kit):
    """Return a function from a notebook's cells to the findings, as (kind, cell)."""

    def run(*cells, course=None):
        file = kit.write_course(tmp_path, kit.notebook(*cells), course or kit.COURSE.replace("points = 6", ""))
        course = read_course(file)
        return lint(course, course.labs[0])

    return run


def kinds(found):
    return {(finding.kind, finding.cell) for finding in found}


def clean(kit, **changes):
    """Return the small lab's cells without outputs, some of them replaced by id."""
    cells = [{**cell, "execution_count": None} if cell["cell_type"] == "code" else cell for cell in kit.MINI["cells"]]
    return [changes.get(cell["id"].replace("-", "_"), cell) for cell in cells]


def test_a_sound_lab_has_nothing_to_mend(linted, kit):
    assert linted(*clean(kit), course=kit.COURSE) == []


SETUP = "import numpy as np\nimport matplotlib.pyplot as plt\nfactor = 2"
STUB = "# ESCRIBE TU CÓDIGO AQUÍ\nraise NotImplementedError()"
OFF = {"grade": False, "solution": False, "locked": False}
END_ONLY = "assert total\nassert total == 6\n### END HIDDEN TESTS"
HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"


def changed(kit):
    """Return, by what it must find, the cells that replace the small lab's."""
    test = kit.graded
    hidden = HIDDEN.format("assert total == 6")
    return {
        ("no_points", "test-total"): {"test_total": test("test-total", f"assert total\n{hidden}", points=0)},
        ("no_visible_test", "test-total"): {"test_total": test("test-total", f"want = 6\n{hidden}")},
        ("no_hidden_test", "test-total"): {"test_total": test("test-total", "assert total == 6")},
        ("unknown_name", "test-total"): {"test_total": test("test-total", f"assert totl\n{hidden}")},
        ("no_hint", "test-total"): {"t2": kit.text("t2", "## Sin pista")},
        ("no_hint", "why"): {"t3": kit.text("t3", "## Sin pista")},
        ("no_answers", "test-double"): {"double": kit.cell("double", "def double(x):\n    return factor * x")},
        ("name_of_test", "total"): {
            "test_double": test("test-double", f"limit = 4\nassert double\n{HIDDEN.format('assert double(3) == 6')}"),
            "total": kit.answer("total", "### BEGIN SOLUTION\ntotal = sum(range(limit))\n### END SOLUTION"),
        },
        ("unknown_name", "setup"): {"setup": kit.cell("setup", "import numpy as np\nfactor = two")},
        ("name_of_locked", "test-double"): {
            "test_double": test(
                "test-double", f"assert double(1)\n{HIDDEN.format('assert double(2) == 2 * factor * 1')}"
            ),
        },
        ("requires_later", "test-double"): {
            "test_double": test(
                "test-double",
                f"assert double(1)\n{HIDDEN.format('assert double(2) == 4')}",
                notes={"requires": ["test-total"]},
            ),
        },
        ("answer_given", "total"): {"total": kit.answer("total", STUB)},
        ("hidden_released", "setup"): {"setup": kit.cell("setup", f"{SETUP}\n# {kit.DOUBLE_TEST.splitlines()[3]}")},
        ("solution_released", "setup"): {"setup": kit.cell("setup", f"{SETUP}\ntotal = sum(range(4))")},
        ("left_mark", "t2"): {"t2": kit.text("t2", f"### BEGIN SOLUTON\n\n{kit.HINT}")},
        ("mark", "test-total"): {"test_total": test("test-total", END_ONLY)},
        ("mark", "total"): {"total": kit.answer("total", "### BEGIN SOLUTION\ntotal = 6")},
        ("unlocked", "setup"): {"setup": kit.cell("setup", SETUP, nbgrader={"schema_version": 3} | OFF)},
        ("outputs", "setup"): {"setup": kit.cell("setup", SETUP) | {"execution_count": 3}},
        ("metadata", "t1"): {"t1": kit.text("t1", "x", nbgrader=kit.graded("t1", "")["metadata"]["nbgrader"])},
        ("metadata", "setup"): {"setup": kit.cell("setup", "x", nbgrader={"schema_version": 2})},
        ("repeated_id", "intro"): {"t1": kit.text("intro", "# Otra vez") | {"id": "t1"}},
        ("not_syntax", "setup"): {"setup": kit.cell("setup", "import numpy as np np")},
        ("note_key", "test-total"): {"test_total": test("test-total", f"assert total\n{hidden}", notes={"hint": "x"})},
    }


CASES = [
    ("no_points", "test-total"),
    ("no_visible_test", "test-total"),
    ("no_hidden_test", "test-total"),
    ("unknown_name", "test-total"),
    ("no_hint", "test-total"),
    ("no_hint", "why"),
    ("no_answers", "test-double"),
    ("name_of_test", "total"),
    ("unknown_name", "setup"),
    ("name_of_locked", "test-double"),
    ("requires_later", "test-double"),
    ("answer_given", "total"),
    ("hidden_released", "setup"),
    ("solution_released", "setup"),
    ("left_mark", "t2"),
    ("mark", "test-total"),
    ("mark", "total"),
    ("unlocked", "setup"),
    ("outputs", "setup"),
    ("metadata", "t1"),
    ("metadata", "setup"),
    ("repeated_id", "intro"),
    ("not_syntax", "setup"),
    ("note_key", "test-total"),
]


@pytest.mark.parametrize("wanted", CASES, ids=[f"{kind}-{cell}" for kind, cell in CASES])
def test_lint_names_what_is_wrong_and_where(linted, kit, wanted):
    found = linted(*clean(kit, **changed(kit)[wanted]))
    assert wanted in kinds(found)
    finding = next(finding for finding in found if (finding.kind, finding.cell) == wanted)
    assert finding.what
    assert finding.remedy
    assert wanted[1] in str(finding)


def test_every_case_of_the_table_is_tried(kit):
    assert set(changed(kit)) == set(CASES)


def test_points_must_add_up_to_what_the_course_says(linted, kit):
    found = linted(*clean(kit), course=kit.COURSE.replace("points = 6", "points = 7"))
    assert kinds(found) == {("points_sum", "")}
    assert "6 puntos" in str(found[0])


def test_a_lab_without_questions_is_found(linted, kit):
    assert kinds(linted(kit.text("t", "hola"))) == {("no_questions", "")}


def test_a_missing_notebook_is_a_finding_too(tmp_path, kit):
    course = read_course(kit.write_course(tmp_path))
    course.source(course.labs[0]).unlink()
    assert kinds(lint(course, course.labs[0])) == {("no_notebook", "")}


def test_warnings_do_not_say_that_the_lab_is_wrong(linted, kit):
    found = linted(*clean(kit, setup=kit.cell("setup", SETUP)), course=kit.COURSE)
    assert [(finding.kind, finding.level) for finding in found] == [("outputs", Level.WARNING)]


def test_an_example_in_a_text_is_no_leak(linted, kit):
    text = kit.text("t2", "## La suma\n\n`total = sum(range(4))`\n\n<details><summary>Pista</summary>s</details>")
    assert linted(*clean(kit, t2=text), course=kit.COURSE) == []
