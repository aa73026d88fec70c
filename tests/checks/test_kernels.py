"""Kernels and the drawn pictures they are tried on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import checks

VERTICAL = np.array([[-1, 0, 1]] * 3, np.float32)
HORIZONTAL_LINES = np.array([[-1, -1, -1], [2, 2, 2], [-1, -1, -1]], np.float32)


@given(st.floats(-360, 360), st.integers(8, 40))
def test_every_drawn_picture_is_square_and_between_0_and_1(angle, size):
    for picture in (checks.bar(angle, size), checks.edge(angle, size), checks.ramp(angle, size), checks.checker(size)):
        assert picture.shape == (size, size)
        assert picture.dtype == np.float32
        assert picture.min() >= 0
        assert picture.max() <= 1


def test_angles_are_those_of_school():
    flat, upright, rising = checks.bar(0), checks.bar(90), checks.bar(45)
    assert np.ptp(flat, axis=1).max() == pytest.approx(0, abs=1e-6)
    assert np.ptp(upright, axis=0).max() == pytest.approx(0, abs=1e-6)
    assert rising[2, 25] > 0.5 > rising[2, 2]  # up on the right
    np.testing.assert_allclose(checks.bar(0), checks.bar(180), atol=1e-5)
    assert checks.edge(90)[0, -1] == 1 > checks.edge(90)[0, 0]
    assert checks.ramp(90)[0, 0] == 0
    assert checks.checker(8, 4)[0, 4] == 1


def test_a_kernel_that_detects_what_it_should_passes():
    checks.kernel_sums_to("kernel", VERTICAL, 0)
    checks.responds_to("kernel", VERTICAL, strong=checks.bar(90), weak=checks.bar(0))
    checks.responds_to("kernel", -VERTICAL * 50, strong=[checks.bar(90), checks.edge(270)], weak=[checks.bar(0)])
    checks.responds_to("lineas", HORIZONTAL_LINES.tolist(), strong=np.stack([checks.bar(0)]), weak=checks.bar(90))


@pytest.mark.parametrize(
    ("kernel", "facts"),
    [
        (VERTICAL.T, ["`kernel`", "no detecta líneas verticales"]),
        (np.zeros((3, 3)), ["no detecta"]),
        (np.ones((3, 3)), ["líneas verticales", "1 veces", "al menos 2 veces", "líneas horizontales"]),
        (np.full((3, 3), np.nan), ["NaN"]),
        (np.zeros((3, 3, 1, 1)), ["4 dimensiones", "(?, ?)"]),
        (None, ["vacío"]),
    ],
)
def test_a_kernel_that_does_not_is_told_how_it_responds(sentence, kernel, facts):
    words = {"strong_name": "líneas verticales", "weak_name": "líneas horizontales"}
    said = sentence(checks.responds_to, "kernel", kernel, strong=checks.bar(90), weak=checks.bar(0), **words)
    assert all(fact in said for fact in facts), said


def test_the_sum_of_a_kernel_is_told(sentence):
    said = sentence(checks.kernel_sums_to, "kernel", np.ones((3, 3)), 0)
    assert "suman 9" in said
    assert "sumar 0" in said
    assert "NaN" in sentence(checks.kernel_sums_to, "kernel", [[np.nan]], 0)
