"""What students get of a source notebook, and what they do not."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.authoring.errors import AuthoringError
from autograder.authoring.notebook import notebook_bytes
from autograder.authoring.release import derive

STUB = "# ESCRIBE TU CÓDIGO AQUÍ\nraise NotImplementedError()"


def source_of(notebook, id):
    return next(cell["source"] for cell in notebook["cells"] if cell["id"] == id)


def test_a_release_has_stubs_for_solutions_and_no_hidden_tests(derived, kit):
    _, notebooks = derived(kit.MINI)
    assert source_of(notebooks.release, "total") == STUB
    assert source_of(notebooks.release, "why") == "ESCRIBE AQUÍ TU RESPUESTA"
    assert source_of(notebooks.release, "test-total") == "assert total > 0"
    text = notebook_bytes(notebooks.release).decode()
    for secret in ("factor * x", "secret", "HIDDEN", "SOLUTION", "range(4)", "Porque", "requires", "La suma"):
        assert secret not in text


def test_a_solution_has_the_answers_and_no_hidden_tests(derived, kit):
    _, notebooks = derived(kit.MINI)
    assert source_of(notebooks.solution, "total") == "total = sum(range(4))"
    assert source_of(notebooks.solution, "test-total") == "assert total > 0"
    assert "secret" not in notebook_bytes(notebooks.solution).decode()


def test_the_bytes_tell_nothing_of_the_authors_machine(derived, kit):
    _, notebooks = derived(kit.MINI)
    written = notebook_bytes(notebooks.release)
    read = json.loads(written)
    assert written.endswith(b"}\n")
    assert read["metadata"]["language_info"] == {"name": "python"}
    assert "celltoolbar" not in read["metadata"]
    assert {cell.get("execution_count") for cell in read["cells"]} == {None}
    nbformat.validate(read)


def test_two_builds_are_the_same_bytes_even_where_the_source_has_no_cell_ids(derived, kit):
    cells = [{key: value for key, value in cell.items() if key != "id"} for cell in kit.MINI["cells"]]
    old = {**kit.MINI, "cells": cells, "nbformat_minor": 4}
    first, second = (derived(old)[1].release for _ in range(2))
    assert notebook_bytes(first) == notebook_bytes(second)
    assert len({cell["id"] for cell in first["cells"]}) == len(cells)


def test_the_cells_are_those_that_stock_nbgrader_releases(tmp_path, derived, kit):
    _, notebooks = derived(kit.MINI)
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", "mini", "--no-db", "--log-level=ERROR"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    stock = json.loads((tmp_path / "release" / "mini" / "mini.ipynb").read_text(encoding="utf-8"))
    ours = json.loads(notebook_bytes(notebooks.release))
    for cell in stock["cells"]:
        cell["metadata"].pop("autograder", None)  # nbgrader would release an author's notes
    assert ours["cells"] == stock["cells"]


def test_an_attachment_of_a_solution_is_not_released(derived, kit):
    picture = {"image/png": "iVBORw0KGgo="}
    why = kit.by_hand("why", "### BEGIN SOLUTION\n![s](attachment:s.png)\n### END SOLUTION")
    shown = kit.text("t", "![p](attachment:p.png)")
    cells = [shown | {"attachments": {"p.png": picture}}, why | {"attachments": {"s.png": picture}}]
    _, notebooks = derived(kit.notebook(*cells))
    release = json.loads(notebook_bytes(notebooks.release))
    assert [cell.get("attachments") for cell in release["cells"]] == [{"p.png": picture}, None]


def test_a_course_may_have_delimiters_header_and_stubs_of_its_own(tmp_path, kit):
    answer = kit.answer("a", "#<< \nx = 1\n#>>")
    graded = kit.graded("g", "assert x\n#[[\nassert x == 1\n#]]")
    kit.write_course(tmp_path)
    (tmp_path / "header.ipynb").write_text(json.dumps(kit.notebook(kit.text("head", "# Encabezado"))))
    (tmp_path / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        "c.ClearSolutions.begin_solution_delimeter = '#<<'\nc.ClearSolutions.end_solution_delimeter = '#>>'\n"
        "c.ClearHiddenTests.begin_test_delimeter = '#[['\nc.ClearHiddenTests.end_test_delimeter = '#]]'\n"
        "c.ClearSolutions.code_stub = {'python': 'pass'}\n"
        "c.IncludeHeaderFooter.header = 'header.ipynb'\n"
    )
    source = tmp_path / "source" / "mini" / "mini.ipynb"
    source.write_text(json.dumps(kit.notebook(answer, graded)))
    notebooks = derive(source, tmp_path)
    assert [cell["source"] for cell in notebooks.release["cells"]] == ["# Encabezado", "pass", "assert x"]


def test_a_course_without_a_config_gets_nbgraders_own_words(tmp_path, kit):
    kit.write_course(tmp_path)
    (tmp_path / "nbgrader_config.py").unlink()
    notebooks = derive(tmp_path / "source" / "mini" / "mini.ipynb", tmp_path)
    assert source_of(notebooks.release, "total") == "# YOUR CODE HERE\nraise NotImplementedError()"


def test_the_source_is_left_as_it_was(tmp_path, derived, kit):
    derived(kit.MINI)
    assert json.loads((tmp_path / "source" / "mini" / "mini.ipynb").read_text(encoding="utf-8")) == kit.MINI


UNFIT = {
    "not JSON": (lambda _: "{", "JSON"),
    "not a notebook": (lambda _: "[]", "formato 4"),
    "format 3": (lambda _: json.dumps({"nbformat": 3, "worksheets": []}), "formato 4"),
    "not cells": (lambda kit: json.dumps({**kit.notebook(), "cells": [1]}), "formato 4"),
    "no source": (lambda kit: json.dumps({**kit.notebook(), "cells": [{"cell_type": "code"}]}), "formato 4"),
    "another language": (
        lambda kit: json.dumps(
            {**kit.notebook(), "metadata": {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}}
        ),
        "R",
    ),
    "solution without an end": (
        lambda kit: json.dumps(kit.notebook(kit.answer("a", "### BEGIN SOLUTION\nx = 1"))),
        "ClearSolutions",
    ),
    "hidden test in a plain cell": (
        lambda kit: json.dumps(kit.notebook(kit.cell("a", "### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS"))),
        "ClearHiddenTests",
    ),
    "repeated grade_id": (
        lambda kit: json.dumps(kit.notebook(kit.text("a", "x"), kit.text("a", "y"))),
        "CheckCellMetadata",
    ),
    "old metadata": (
        lambda kit: json.dumps(kit.notebook(kit.text("a", "x", nbgrader={"schema_version": 2}))),
        "nbgrader update",
    ),
}


@pytest.mark.parametrize(("text", "words"), UNFIT.values(), ids=UNFIT.keys())
def test_a_notebook_that_cannot_be_released_is_refused_with_a_sentence(tmp_path, kit, text, words):
    path = tmp_path / "lab.ipynb"
    path.write_text(text(kit))
    with pytest.raises(AuthoringError) as caught:
        derive(path, tmp_path)
    assert words in str(caught.value)
    assert str(caught.value).startswith(str(path))


def test_a_notebook_that_is_not_there_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(AuthoringError, match="no existe"):
        derive(Path(tmp_path / "lab.ipynb"), tmp_path)
