"""Arrays: what they must be, and when two count as equal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from autograder import checks


@pytest.mark.parametrize(
    ("value", "described"),
    [
        (np.zeros((3, 3), np.float32), {"shape": (3, 3), "dtype": "float32"}),
        ([[1, 2], [3, 4]], {"shape": (2, None), "dtype": "int"}),
        (np.zeros((5, 28, 28, 1), np.uint8), {"shape": (None, 28, 28, 1), "dtype": "number"}),
        ([True, False], {"dtype": "bool"}),
        (3.5, {"shape": ()}),
        ([np.nan], {"finite": False}),
    ],
)
def test_an_array_as_described_passes(value, described):
    checks.array("x", value, **described)


@pytest.mark.parametrize(
    ("value", "described", "facts"),
    [
        (None, {}, ["`x`", "vacío"]),
        (..., {}, ["`x`", "vacío"]),
        ("hola", {}, ["`x`", "`str`", "arreglo"]),
        ([[1], [2, 3]], {}, ["`list`"]),
        ({"a": 1}, {}, ["`dict`"]),
        (np.zeros(3), {"shape": (3, 3)}, ["1 dimensión", "(3,)", "(3, 3)"]),
        (np.zeros((2, 3)), {"shape": (None, 3, 1)}, ["2 dimensiones", "(2, 3)", "(?, 3, 1)"]),
        (np.zeros((2, 3)), {"shape": (3, 3)}, ["(2, 3)", "(3, 3)"]),
        (np.zeros(2, np.int64), {"dtype": "float32"}, ["`int64`", "`float32`"]),
        (np.zeros(2, np.int64), {"dtype": "float"}, ["`int64`", "`float`"]),
        ([1.0, np.nan], {}, ["1 valor ", "NaN"]),
        ([np.inf, np.nan], {}, ["2 valores"]),
    ],
)
def test_an_array_otherwise_is_told_what_it_is_and_what_was_expected(sentence, value, described, facts):
    said = sentence(checks.array, "x", value, **described)
    assert all(fact in said for fact in facts), said


@pytest.mark.parametrize(("dtype", "gap", "near"), [
    ("float16", 1e-2, True), ("float32", 5e-5, True), ("float32", 1e-3, False),
    ("float64", 1e-9, True), ("float64", 1e-6, False), ("int64", 1, False), ("uint8", 1, False),
])  # fmt: skip
def test_the_default_tolerance_is_that_of_the_coarsest_floating_type(dtype, gap, near):
    want = np.array([1, 2, 4], dtype)
    got = (want.astype(np.float64) + gap).astype(dtype) if dtype.startswith(("float", "int")) else want - np.uint8(1)
    if near:
        checks.close("x", got, want)
    else:
        with pytest.raises(checks.CheckFailed):
            checks.close("x", got, want)


@pytest.mark.parametrize(
    ("got", "want"),
    [([np.nan], [np.nan]), ([np.nan], [0.0]), ([np.inf], [0.0]), ([-np.inf], [np.inf]), ([0.0], [np.inf])],
)
def test_nan_is_never_close_and_an_infinity_only_to_itself(sentence, got, want):
    assert "1 de sus 1 valores" in sentence(checks.close, "x", got, want)
    checks.close("x", [np.inf], [np.inf])


def test_closeness_tells_how_many_and_where_but_never_what_was_expected(sentence):
    said = sentence(checks.close, "x", [[1.0, 2.0], [3.0, 777.25]], [[1.0, 2.5], [3.0, 123.5]])
    assert "2 de sus 4" in said
    assert "(0, 1)" in said
    assert not any(secret in said for secret in ("123.5", "2.5", "777.25"))
    assert "777" not in sentence(checks.close, "x", 777.0, 123.0)


@given(arrays.arrays(np.float64, arrays.array_shapes(max_dims=4), elements=st.floats(-1e300, 1e300)))
def test_every_array_is_close_to_itself(values):
    checks.close("x", values.copy(), values)


def test_english_is_a_setting_away(sentence, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_LANGUAGE", "en")
    assert sentence(checks.array, "x", np.zeros(3), shape=(4,)) == "`x` has shape (3,); (4,) was expected."
