"""A confusion matrix is shown as it is or not at all."""

from __future__ import annotations

import pytest

from autograder.course.result import Json
from autograder.feedback.confusion import ConfusionRefused, matrix


def test_rows_know_how_many_were_right() -> None:
    shown = matrix({"name": "validación", "classes": ["Car", "Truck"], "counts": [[51, 9], [14, 46]]})
    assert [(row.name, row.right, row.total) for row in shown.rows] == [("Car", 51, 60), ("Truck", 46, 60)]
    assert (shown.right, shown.total) == (97, 120)
    assert [[one.shade for one in row.counts] for row in shown.rows] == [[4, 1], [1, 4]]


def test_a_class_that_never_occurs_is_an_empty_row() -> None:
    assert [one.shade for one in matrix({"classes": ["a", "b"], "counts": [[0, 0], [0, 3]]}).rows[0].counts] == [0, 0]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"classes": [], "counts": []},
        {"classes": ["a"], "counts": [[1, 2]]},
        {"classes": ["a", "b"], "counts": [[1, 2]]},
        {"classes": ["a"], "counts": [[-1]]},
        {"classes": ["a"], "counts": [[1.5]]},
        {"classes": ["a"], "counts": [[True]]},
        {"classes": ["a"], "counts": ["1"]},
        {"classes": [str(n) for n in range(30)], "counts": [[0] * 30] * 30},
    ],
)
def test_what_is_no_matrix_is_refused(data: dict[str, Json]) -> None:
    with pytest.raises(ConfusionRefused):
        matrix(data)
