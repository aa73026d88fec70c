"""What formgrader shows is the lab with the student's answers, and nothing in it acts on the person who grades."""

from __future__ import annotations

import json

import nbformat
import pytest

from autograder.course.bundle import Bundle
from autograder.gradebook.shown_notebook import harmless
from tests.gradebook.conftest import notebook_of


def sources(notebook: bytes) -> dict[str, str]:
    shown = nbformat.reads(notebook.decode(), 4)
    nbformat.validate(shown)
    return {cell.metadata.nbgrader.grade_id: cell.source for cell in shown.cells}


def test_code_is_as_the_student_wrote_it_and_a_test_as_it_was_released(bundle: Bundle) -> None:
    found = sources(harmless(bundle, notebook_of(bundle, {"answer": "x = '<b>' \ud800", "kernel": "hidden_secret"})))
    assert found["answer"] == "x = '<b>' \ud800"
    assert found["kernel"] == "assert kernel is not None"
    assert found["intro"] == "# Convolución"


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("a < b, 1<2", "a < b, 1<2"),
        ("<img src=x onerror=alert(1)> y <!-- -->", "&lt;img src=x onerror=alert(1)> y &lt;!-- -->"),
        ("</div><SCRIPT>x", "&lt;/div>&lt;SCRIPT>x"),
        (
            "[x](javascript:1) ![y](&#106;avascript:2) [z]: javascript:3",
            "[x] (javascript:1) ![y] (&#106;avascript:2) [z] : javascript:3",
        ),
        (r"$\href{javascript:x}{y} \hrefer$", r"$\ href{javascript:x}{y} \hrefer$"),
    ],
)
def test_tags_and_links_in_a_markdown_answer_are_text(bundle: Bundle, answer: str, shown: str) -> None:
    assert sources(harmless(bundle, notebook_of(bundle, {"essay": answer})))["essay"] == shown


def test_outputs_are_text_and_png_only(bundle: Bundle) -> None:
    data = {"text/html": "<b>", "image/svg+xml": "<svg>", "application/javascript": "1", "image/png": "aaaa"}
    outputs = [
        {"output_type": "display_data", "data": data, "metadata": {"x": 1}},
        {"output_type": "execute_result", "data": {"text/plain": ["1", "2"]}, "metadata": {}, "execution_count": 3},
        {"output_type": "stream", "name": "stderr", "text": "TensorFlow"},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["E: v"]},
    ]
    shown = json.loads(harmless(bundle, notebook_of(bundle, {}, answer=outputs)))
    assert shown["cells"][1]["outputs"] == [
        {"output_type": "display_data", "data": {"image/png": "aaaa"}, "metadata": {}},
        {"output_type": "display_data", "data": {"text/plain": "12"}, "metadata": {}},
        {"output_type": "stream", "name": "stdout", "text": "TensorFlow"},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["E: v"]},
    ]


def test_cells_of_other_kinds_and_attachments_are_left_out(bundle: Bundle) -> None:
    raw = json.loads(notebook_of(bundle, {}))
    raw["cells"][0]["attachments"] = {"a.svg": {"image/svg+xml": "<svg>"}}
    raw["cells"].append({"cell_type": "raw", "id": "r", "metadata": {"format": "text/html"}, "source": "<script>"})
    raw["cells"].append({"cell_type": "markdown", "id": "own", "metadata": {}, "source": "<script>"})
    shown = json.loads(harmless(bundle, json.dumps(raw).encode()))
    assert [cell["id"] for cell in shown["cells"]] == ["intro", "answer", "kernel", "essay", "own"]
    assert "attachments" not in shown["cells"][0]
    assert shown["cells"][-1]["source"] == "&lt;script>"
