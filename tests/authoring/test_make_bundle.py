"""A notebook's cells and questions as grading needs them."""

import pytest

from autograder.authoring.errors import AuthoringError
from autograder.authoring.make_bundle import hints_in, last_heading, visible_only
from autograder.course.bundle import Role, bundle_from_json


def test_cells_have_their_role_and_what_the_release_shows(bundled, kit):
    bundle = bundled(kit.MINI)
    cells = {cell.id: cell for cell in bundle.cells}
    assert [cell.role for cell in bundle.cells if cell.type == "code"] == [
        Role.LOCKED,
        Role.ANSWER,
        Role.TEST,
        Role.ANSWER,
        Role.TEST,
    ]
    assert cells["why"].role is Role.MANUAL
    assert "NotImplementedError" in cells["total"].source
    assert cells["test-total"].source.count("assert") == 2
    assert cells["test-total"].visible == "assert total > 0"


def test_a_question_knows_its_answers_names_title_and_hint(bundled, kit):
    double, total, why = bundled(kit.MINI).questions
    assert (double.title, double.points, double.answers) == ("Paso 1: el doble", 2, ("double",))
    assert (double.names, double.imports) == (("double",), ("import numpy as np",))
    assert double.hint == "Multiplica por **dos**."
    assert (total.title, total.requires, total.hint) == ("La suma", ("test-double",), "Usa `sum`.")
    assert (why.manual, why.answers, why.names, why.hint) == (True, ("why",), (), "Piensa.")


def test_limits_and_settings_come_from_the_course(bundled, kit):
    bundle = bundled(kit.MINI)
    assert bundle.settings == {"most": 9}
    assert bundle.max_score == 6


def test_equal_sources_make_equal_digests_and_another_test_another(bundled, kit):
    first = bundled(kit.MINI)
    assert first.digest() == bundled(kit.MINI).digest() == bundle_from_json(first.to_json()).digest()
    changed = kit.notebook(*kit.MINI["cells"][:-1])
    assert bundled(changed).digest() != first.digest()


def test_the_visible_bundle_has_no_hidden_test(bundled, kit):
    assert "secret" not in visible_only(bundled(kit.MINI)).to_json()


def test_two_tests_in_a_row_are_about_the_same_answers(bundled, kit):
    hint = kit.text("t", "<details><summary>Pista</summary>Ay</details>")
    cells = [hint, kit.answer("a", "x = 1"), kit.graded("g1", "assert x"), kit.graded("g2", "assert x > 0")]
    cells += [kit.answer("b", "y = 1"), kit.graded("g3", "assert y")]
    questions = bundled(kit.notebook(*cells)).questions
    assert [(question.answers, question.hint) for question in questions] == [
        (("a",), "Ay"),
        (("a",), "Ay"),
        (("b",), ""),
    ]


def test_notes_of_the_author_replace_what_the_order_says(bundled, kit):
    cells = [kit.answer("a", "x = 1"), kit.graded("g1", "assert x"), kit.answer("b", "y = 1")]
    cells += [kit.graded("g2", "assert x + y", notes={"answers": ["a", "b"], "title": "Las dos"})]
    question = bundled(kit.notebook(*cells)).questions[1]
    assert (question.answers, question.title) == (("a", "b"), "Las dos")


def test_a_question_without_a_heading_is_called_by_its_id(bundled, kit):
    assert bundled(kit.notebook(kit.answer("a", "x = 1"), kit.graded("g", "assert x"))).questions[0].title == "g"


def test_cells_that_nbgrader_does_not_know_are_not_in_the_bundle(bundled, kit):
    plain = {"cell_type": "code", "id": "p", "metadata": {}, "source": "import os", "outputs": [], "execution_count": 1}
    loose = kit.cell("loose", "y = 2", locked=False)
    cells = [plain, loose, kit.answer("a", "x = 1"), kit.graded("g", "assert os.path.exists(x)")]
    bundle = bundled(kit.notebook(*cells))
    assert [cell.id for cell in bundle.cells] == ["a", "g"]
    assert bundle.questions[0].imports == ("import os",)


def test_a_task_is_a_question_that_a_person_grades(bundled, kit):
    task = kit.cell(
        "task", "Haz un dibujo.\n=== BEGIN MARK SCHEME ===\nun gato\n=== END MARK SCHEME ===", kind="markdown"
    )
    task["metadata"]["nbgrader"] |= {"task": True, "points": 3}
    bundle = bundled(kit.notebook(kit.answer("a", "x = 1"), task))
    assert [(q.manual, q.points, q.answers) for q in bundle.questions] == [(True, 3, ())]
    assert "gato" not in bundle.to_json()


def test_a_name_that_an_answer_assigns_is_the_students_even_when_it_is_imported_too(bundled, kit):
    cells = [
        kit.cell("s", "from os import path, sep"),
        kit.answer("a", "path = 'x'"),
        kit.graded("g", "assert path + sep"),
    ]
    question = bundled(kit.notebook(*cells)).questions[0]
    assert (question.names, question.imports) == (("path",), ("from os import sep",))


def test_an_import_of_a_package_brings_all_its_imported_parts(bundled, kit):
    cells = [kit.cell("s", "import os.path\nimport os"), kit.answer("a", "x = 1"), kit.graded("g", "assert os.path, x")]
    assert bundled(kit.notebook(*cells)).questions[0].imports == ("import os.path", "import os")


REFUSED = {
    "unknown note": ({"titel": "x"}, "title"),
    "a title that is no text": ({"title": 3}, "title"),
    "answers that are no list": ({"answers": "a"}, "answers"),
    "an answer that is not there": ({"answers": ["zz"]}, "zz"),
    "a question that is not there": ({"requires": ["zz"]}, "zz"),
    "notes that are no table": ([], "autograder"),
}


@pytest.mark.parametrize(("notes", "word"), REFUSED.values(), ids=REFUSED.keys())
def test_notes_that_cannot_be_meant_are_refused(bundled, kit, notes, word):
    with pytest.raises(AuthoringError) as caught:
        bundled(kit.notebook(kit.answer("a", "x = 1"), kit.graded("g", "assert x", notes=notes)))
    assert caught.value.finding.cell == "g"
    assert word in str(caught.value)


def test_a_test_that_is_not_python_is_refused(bundled, kit):
    with pytest.raises(AuthoringError, match="no es Python"):
        bundled(kit.notebook(kit.graded("g", "assert (")))


def test_hints_are_read_from_details_blocks():
    other = "<details><summary>Solución</summary>no</details>"
    text = "a\n<details>\n<summary>Pista 1</summary>\n\n  uno\n  dos\n</details>\n" + other
    assert hints_in(text) == ["uno\ndos"]


HEADINGS = [
    ("# A\n\n## B ##", "B"),
    ("texto", ""),
    ("```\n# no\n```", ""),
    ("## `f` y *g*", "f y g"),
    ("#no", ""),
    ("# `a_b_c` **x**", "a_b_c x"),
]


@pytest.mark.parametrize(("text", "heading"), HEADINGS)
def test_the_last_heading_is_the_title(text, heading):
    assert last_heading(text) == heading
