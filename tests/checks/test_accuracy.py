"""Accuracy, and the points it earns."""

import numpy as np
import pytest

from autograder import checks

STEPS = [(0.6, 0.3), (0.7, 0.6), (0.8, 1.0)]


@pytest.mark.parametrize(
    ("scores", "labels", "share"),
    [
        ([0.9, 0.1, 0.6, 0.5], [1, 0, 0, 0], 0.75),  # 0.5 is a no, as in BinaryAccuracy
        ([[0.9], [0.1]], [[1], [0]], 1.0),
        ([[0.2, 0.7, 0.1], [0.5, 0.2, 0.3]], [1, 2], 0.5),
        ([[0.2, 0.8], [0.9, 0.1]], [[0, 1], [1, 0]], 1.0),
        ([np.nan, np.nan], [0, 1], 0.0),
        ([[np.nan, 0.1], [0.9, 0.1]], [0, 0], 0.5),
    ],
)
def test_accuracy_is_the_share_of_right_predictions(scores, labels, share):
    assert checks.accuracy(scores, labels) == share


@pytest.mark.parametrize(("scores", "labels"), [([0.1], [0, 1]), ([], [])])
def test_accuracy_of_unequal_or_no_predictions_is_refused(scores, labels):
    with pytest.raises(ValueError, match="labels"):
        checks.accuracy(scores, labels)


@pytest.mark.parametrize(
    ("value", "points", "facts"),
    [
        (0.60, 1.2, ["60.0 %", "70.0 %"]),
        (0.7999, 2.4, ["80.0 %"]),
        (0.80, 4.0, ["80.0 %", "Muy bien"]),
        (1.0, 4.0, ["100.0 %"]),
    ],
)
def test_credit_is_the_share_of_the_highest_threshold_reached(value, points, facts):
    credit = checks.graded_accuracy("model", value, 4, STEPS)
    assert credit == pytest.approx(points)
    assert all(fact in credit.message for fact in facts), credit.message


@pytest.mark.parametrize("value", [0.59, 0.0, float("nan")])
def test_below_the_lowest_threshold_the_check_fails_and_names_it(sentence, value):
    assert "60.0 %" in sentence(checks.graded_accuracy, "model", value, 4, STEPS)


def test_a_credit_is_printed_as_nbgrader_reads_it():
    credit = checks.Credit(1.2, "bien")
    assert float(repr(credit)) == 1.2
    assert repr(credit) == "1.2"
    assert isinstance(credit, float)


@pytest.mark.parametrize(("predicted", "rows"), [(np.ones((3, 1)), 3), (np.ones(3), 3), (np.ones((3, 4)), 3)])
def test_scores_come_one_row_an_image(predicted, rows):
    model = type("Model", (), {"predict": lambda _self, _x: predicted})()
    assert checks.scores("model", model, np.zeros((3, 8, 8, 3))).shape[0] == rows


@pytest.mark.parametrize(
    ("predict", "facts"),
    [
        (lambda _self, _x: np.ones((2, 1)), ["(2, 1)", "3 imágenes"]),
        (lambda _self, _x: 1.0, ["()", "3 imágenes"]),
        (lambda _self, _x: None, ["`model.predict(…)`"]),
        (lambda _self, _x: [][0], ["`IndexError`", "(3, 8, 8, 3)"]),
    ],
)
def test_a_model_that_cannot_predict_is_told_how(sentence, predict, facts):
    model = type("Model", (), {"predict": predict})()
    said = sentence(checks.scores, "model", model, np.zeros((3, 8, 8, 3)))
    assert all(fact in said for fact in facts), said
    assert "`int`" in sentence(checks.scores, "model", 3, np.zeros((3, 8, 8, 3)))


def test_probabilities_lie_between_0_and_1(sentence):
    checks.probabilities("p", [[0.0], [1.0]])
    assert "-2" in sentence(checks.probabilities, "p", [-2.0, 0.5])
    assert "NaN" in sentence(checks.probabilities, "p", [np.nan])
