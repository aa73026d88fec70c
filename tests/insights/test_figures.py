"""Histograms lose nobody, bars fit their chart, and a cohort in figures adds up."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.insights.charts import HEIGHT, LEFT, WIDTH, bar_chart, count_steps
from autograder.insights.distribution import LEAD_BINS, grade_bins, lead_bin, lead_bins
from autograder.insights.overview import overview
from tests.insights.conftest import Town


@given(st.lists(st.floats(0, 1), max_size=60), st.integers(1, 20))
def test_every_grade_is_in_one_bin(shares: list[float], bins: int) -> None:
    found = grade_bins(shares, bins)
    assert len(found) == bins
    assert sum(one.count for one in found) == len(shares)


@pytest.mark.parametrize(
    ("share", "name"), [(0.0, "0–10"), (0.1, "10–20"), (0.3, "30–40"), (0.999, "90–100"), (1.0, "90–100")]
)
def test_a_grade_on_a_line_belongs_above_it(share: float, name: str) -> None:
    assert [one.name for one in grade_bins([share]) if one.count] == [name]


@given(st.lists(st.timedeltas(timedelta(days=-90), timedelta(days=90)), max_size=60))
def test_every_submission_is_in_one_bin(leads: list[timedelta]) -> None:
    assert sum(one.count for one in lead_bins(leads)) == len(leads)
    for lead in leads:
        _, shortest, longest = next(one for one in LEAD_BINS if one[0] == lead_bin(lead))
        assert shortest is None or lead >= shortest
        assert longest is None or lead < longest


@pytest.mark.parametrize(
    ("lead", "name"),
    [
        (timedelta(days=8), "week"),
        (timedelta(0), "last_hours"),
        (timedelta(seconds=-1), "late_day"),
        (-timedelta(days=1), "late_day"),
        (-timedelta(days=1, seconds=1), "late"),
    ],
    ids=["early", "on_the_second", "a_second_late", "a_day_late", "later"],
)
def test_the_last_second_is_in_time(lead: timedelta, name: str) -> None:
    assert lead_bin(lead) == name


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=15))
def test_bars_fit_the_chart_and_are_as_tall_as_their_counts(counts: list[int]) -> None:
    chart = bar_chart([(str(place), count) for place, count in enumerate(counts)])
    top = int(chart.marks[-1].label)
    for bar in chart.bars:
        assert chart.left <= bar.x
        assert bar.x + bar.width <= WIDTH
        assert 0 <= bar.y <= chart.floor <= HEIGHT
        assert bar.height == pytest.approx(bar.count / top * (chart.floor - chart.marks[-1].at), abs=0.2)
    assert chart.total == sum(counts)
    assert chart.left == LEFT


@given(st.integers(0, 10**7))
def test_a_scale_is_whole_short_and_reaches_the_tallest(most: int) -> None:
    steps = count_steps(most)
    assert steps[0] == 0
    assert steps[-1] >= most
    assert 2 <= len(steps) <= 6
    assert len({after - before for before, after in itertools.pairwise(steps)}) == 1


@pytest.mark.parametrize("lab", ["", "lab1", "lab3"])
def test_a_cohort_in_figures_adds_up(town: Town, lab: str) -> None:
    seen = overview(town.sight, lab)
    assert seen.students == 40
    assert 0 <= seen.complete <= seen.submitted <= seen.students
    assert seen.stuck <= seen.submitted
    assert seen.waiting == 0
    assert seen.median is None or 0 <= seen.median <= 1
