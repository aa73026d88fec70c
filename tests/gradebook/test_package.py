"""A graded attempt survives the trip to bytes and back."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from autograder.course.result import Exhibit, GradedAttempt, Verdict
from autograder.gradebook import PackageRefused, pack, unpack
from tests.gradebook.conftest import MakeGraded


def test_an_attempt_comes_back_equal(make_graded: MakeGraded) -> None:
    graded = make_graded(**{verdict.value: verdict for verdict in Verdict})
    assert unpack(pack(graded)) == graded


def test_equal_attempts_are_equal_bytes(make_graded: MakeGraded) -> None:
    graded = make_graded()
    other = replace(graded, seconds=dict(reversed(graded.seconds.items())))
    assert pack(graded) == pack(other)


def test_the_loss_of_a_training_that_diverged_is_kept(make_graded: MakeGraded) -> None:
    curves = Exhibit(question="q", kind="curves", data={"series": {"loss": [1.0, float("inf"), float("nan")]}})
    back = unpack(pack(replace(make_graded(), exhibits=(curves,))))
    series = back.exhibits[0].data["series"]
    assert isinstance(series, dict)
    loss = series["loss"]
    assert isinstance(loss, list)
    assert loss[1] == math.inf
    assert math.isnan(float(str(loss[2])))


def test_an_empty_attempt_comes_back_equal() -> None:
    graded = GradedAttempt(lab="lab1", bundle="b", submission="s", questions=())
    assert unpack(pack(graded)) == graded


def test_bytes_that_are_no_package_are_refused(make_graded: MakeGraded) -> None:
    whole = pack(make_graded())
    for broken in (b"", b"hello", whole[:-1], whole + b"x", whole[:60], whole.replace(b'"passed"', b'"winner"')):
        with pytest.raises(PackageRefused):
            unpack(broken)
