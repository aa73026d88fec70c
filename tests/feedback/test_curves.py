"""Curves become charts with round marks, whatever the numbers are."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.feedback.curves import HEIGHT, TOP, WIDTH, CurvesRefused, charts


def test_a_measure_and_its_validation_share_a_chart() -> None:
    drawn = charts({"series": {"val_loss": [0.8, 0.6], "loss": [0.9, 0.4], "binary_accuracy": [0.5, 0.75]}})
    assert [(chart.name, [line.name for line in chart.lines]) for chart in drawn] == [
        ("loss", ["loss", "val_loss"]),
        ("binary_accuracy", ["binary_accuracy"]),
    ]
    assert [tick.label for tick in drawn[0].y_ticks] == ["0.4", "0.6", "0.8", "1"]
    assert [tick.label for tick in drawn[0].x_ticks] == ["1", "2"]


def test_a_number_that_is_missing_breaks_the_line() -> None:
    [chart] = charts({"series": {"loss": [1.0, 2.0, None, 1.0, 2.0]}})
    assert chart.lines[0].path.count("M") == 2


def test_one_epoch_is_a_dot_in_the_middle() -> None:
    [chart] = charts({"series": {"loss": [0.5]}})
    [(x, _)] = chart.lines[0].dots
    assert WIDTH * 0.4 < x < WIDTH * 0.7


@pytest.mark.parametrize(
    "data",
    [{}, {"series": []}, {"series": {}}, {"series": {"loss": []}}, {"series": {"loss": ["1", None, True, 1e300]}}],
)
def test_nothing_to_draw_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(CurvesRefused):
        charts(data)  # type: ignore[arg-type]


@given(st.lists(st.none() | st.floats() | st.integers(-(10**20), 10**20), min_size=1, max_size=600))
def test_every_point_is_inside_the_chart(values: list[float | None]) -> None:
    try:
        [chart] = charts({"series": {"loss": list(values)}})
    except CurvesRefused:
        assert not any(value is not None and abs(value) <= 1e12 for value in values[:400])
        return
    places = [float(part) for step in chart.lines[0].path.split(" ") for part in [step.lstrip("ML")]]
    assert all(math.isfinite(place) for place in places)
    assert all(-0.1 <= x <= WIDTH for x in places[::2])
    assert all(TOP - 0.1 <= y <= HEIGHT for y in places[1::2])
    assert 2 <= len(chart.y_ticks) <= 8
    assert len({tick.label for tick in chart.x_ticks}) == len(chart.x_ticks) <= 12
