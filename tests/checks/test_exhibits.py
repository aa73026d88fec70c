"""Exhibits: plain values for the feedback page, and nothing at all in a notebook."""

import numpy as np
import pytest

from autograder import checks
from autograder.checks.exhibits import COLLECTOR, collecting


def test_in_a_notebook_nothing_is_kept():
    checks.exhibit_curves({"loss": [1.0]})
    checks.exhibit_confusion([0, 1], [0.2, 0.9], ["Car", "Truck"])
    checks.exhibit_pictures([(np.zeros((4, 4)), "a")])
    assert COLLECTOR.get() is None


def test_curves_are_plain_numbers_and_what_is_no_number_is_none():
    with collecting() as shown:
        checks.exhibit_curves({"loss": np.array([1.0, np.nan], np.float32), "raro": ["x"]})
        checks.exhibit_curves(3)
    (one,) = shown
    assert one.kind == "curves"
    assert one.data == {"series": {"loss": [1.0, None]}}
    assert COLLECTOR.get() is None


@pytest.mark.parametrize("scores", [[0.2, 0.9, 0.8], [[0.2], [0.9], [0.8]], [[1, 0], [0, 1], [0, 1]]])
def test_a_confusion_counts_by_true_class(scores):
    with collecting() as shown:
        checks.exhibit_confusion([0, 1, 0], scores, ["Car", "Truck"], name="validación")
    assert shown[0].data == {"name": "validación", "classes": ["Car", "Truck"], "counts": [[1, 1], [0, 1]]}


@pytest.mark.parametrize(
    ("picture", "shape", "peak"),
    [
        (np.full((4, 4), 7, np.uint8), (4, 4), 7),
        (np.full((4, 4, 1), 0.5), (4, 4), 128),
        (np.linspace(-3, 9, 16).reshape(4, 4), (4, 4), 255),
        (np.zeros((4, 4, 3), np.float32), (4, 4, 3), 0),
        (np.full((4, 4), np.nan), (4, 4), 0),
        (np.ones((1000, 500)), (250, 125), 255),
    ],
)
def test_pictures_become_small_bytes(picture, shape, peak):
    with collecting() as shown:
        checks.exhibit_pictures([(picture, "una"), ("no es imagen", "otra"), (np.zeros((4, 4, 7)), "tampoco")])
    (image,) = shown[0].images
    assert (image.shape, image.dtype, image.max()) == (shape, np.uint8, peak)
    assert shown[0].data == {"captions": ["una"]}


def test_pictures_past_a_page_are_left_out():
    with collecting() as shown:
        checks.exhibit_pictures((np.zeros((2, 2)), str(number)) for number in range(100))
        checks.exhibit_pictures([])
    assert [len(one.images) for one in shown] == [24]
