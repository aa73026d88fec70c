"""Single values: equality of a kind, ranges, options, functions, words."""

import numpy as np
import pytest

from autograder import checks


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (676, 676), (np.int64(676), 676), (np.array(676), 676), (0.1 + 0.2, 0.3), (np.float32(0.3), 0.3),
        ([1, 2.0], (1, 2.0)), ("a", "a"), (True, True), (np.True_, True), ({"a": 1}, {"a": 1}),
    ],
)  # fmt: skip
def test_equal_values_of_a_kind_pass(got, want):
    checks.equal("n", got, want)


@pytest.mark.parametrize(
    ("got", "want", "facts"),
    [
        (None, 1, ["vacío"]),
        (640, 676, ["`n`", "640"]),
        (True, 1, ["`bool`", "`int`"]),
        (1, 1.0, ["`int`", "`float`"]),
        ("676", 676, ["`str`", "`int`"]),
        (float("nan"), 0.5, ["nan"]),
        ([1, 2], [1, 2, 3], ["[1, 2]"]),
        ([1, True], [1, 1], ["[1, True]"]),
    ],
)
def test_an_unequal_value_is_shown_and_the_expected_one_is_not(sentence, got, want, facts):
    said = sentence(checks.equal, "n", got, want, hint="Multiplica.")
    assert all(fact in said for fact in facts), said
    assert "676" not in said or got == "676"


def test_a_long_value_is_cut_short(sentence):
    assert len(sentence(checks.equal, "n", "x" * 10_000, "y")) < 200


@pytest.mark.parametrize(("value", "limits"), [(3, {"at_least": 3}), (np.float32(0.5), {"at_most": 1}), (0.0, {})])
def test_a_number_within_its_limits_passes(value, limits):
    checks.number("n", value, **limits)


@pytest.mark.parametrize(
    ("value", "limits", "facts"),
    [
        (2, {"at_least": 3}, ["2", "3 o más"]),
        (0.123456789, {"at_least": 0.5}, ["0.1235", "0.5 o más"]),
        (4, {"at_most": 3}, ["4", "3 o menos"]),
        (float("nan"), {"at_most": 3}, ["nan"]),
        (float("nan"), {}, ["NaN"]),
        (True, {}, ["`bool`"]),
        ("3", {}, ["`str`"]),
        ([3], {}, ["`list`"]),
    ],
)
def test_a_number_outside_its_limits_is_told_the_limit(sentence, value, limits, facts):
    said = sentence(checks.number, "n", value, **limits)
    assert all(fact in said for fact in facts), said


def test_an_option_is_chosen_whatever_its_case(sentence):
    checks.choice("respuesta", " B ", "b", ["a", "b", "c"])
    assert '"a", "b", "c"' in sentence(checks.choice, "respuesta", "d", "b", ["a", "b", "c"])
    wrong = sentence(checks.choice, "respuesta", "a", "b", ["a", "b", "c"], hint="Dibuja.")
    assert wrong.startswith("`respuesta` vale 'a'")
    assert wrong.endswith("Dibuja.")


def conv2d_v2():
    """Stand for TensorFlow's function, whose name carries a version."""


def test_a_function_goes_by_the_name_it_claims(sentence):
    checks.is_function("filtrar", conv2d_v2, named="conv2d")
    checks.is_function("filtrar", len)
    assert "`conv2d`" in sentence(checks.is_function, "filtrar", len, named="conv2d")
    assert "`int`" in sentence(checks.is_function, "filtrar", 3)


@pytest.mark.parametrize(
    ("text", "facts"),
    [(None, ["vacío"]), (3, ["`int`"]), ("", ["0 palabras", "5"]), ("sí !!! —", ["1 palabra;", "5"])],
)
def test_an_answer_in_words_must_be_written(sentence, text, facts):
    said = sentence(checks.written, "explicacion", text, at_least_words=5)
    assert all(fact in said for fact in facts), said
    checks.written("explicacion", "la pérdida de validación sube mientras", at_least_words=5)
