"""Training curves as a small chart: numbers in, the coordinates of an SVG out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.course.result import Json

WIDTH, HEIGHT = 360.0, 220.0  # the page draws the labels at these places
LEFT, RIGHT, TOP, BOTTOM = 44.0, 12.0, 10.0, 40.0
MOST_CHARTS, MOST_LINES, MOST_POINTS = 4, 4, 400
_LARGEST = 1e12  # a curve past this has diverged: there is nothing to see in it
_VALIDATION = "val_"

Points = tuple[float | None, ...]


class CurvesRefused(ValueError):
    """The exhibit holds no curve that can be drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark on an axis: where, and its label."""

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One series: its name in the student's history, its numbers, and the path through them."""

    name: str
    validation: bool
    values: Points
    path: str
    dots: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The series of one measure, ``loss`` with ``val_loss`` for example, on shared axes."""

    name: str
    lines: tuple[Line, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    epochs: int


def charts(data: dict[str, Json]) -> tuple[Chart, ...]:
    """Return a chart for each measure in ``data["series"]``, which maps names to lists of numbers (None: not finite).

    Raises ``CurvesRefused`` when there is nothing to draw.
    """
    series = data.get("series")
    if not isinstance(series, dict):
        raise CurvesRefused("no series")
    measures: dict[str, dict[str, Points]] = {}
    for name, values in series.items():
        points = _points(values)
        if any(point is not None for point in points):
            measures.setdefault(name.removeprefix(_VALIDATION), {})[name] = points
    if not measures:
        raise CurvesRefused("no finite numbers")
    return tuple(_chart(name, lines) for name, lines in list(measures.items())[:MOST_CHARTS])


def _points(values: Json) -> Points:
    if not isinstance(values, list):
        return ()
    return tuple(_number(value) for value in values[:MOST_POINTS])


def _number(value: Json) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= _LARGEST else None  # written so that NaN is None


def _chart(name: str, measure: dict[str, Points]) -> Chart:
    shown = dict(sorted(measure.items(), key=lambda item: item[0].startswith(_VALIDATION))[:MOST_LINES])
    numbers = [value for values in shown.values() for value in values if value is not None]
    y_marks = _marks(min(numbers), max(numbers))
    epochs = max(len(values) for values in shown.values())
    lines = tuple(_line(key, values, epochs, y_marks) for key, values in shown.items())
    return Chart(
        name=name,
        lines=lines,
        x_ticks=tuple(Tick(at=_x(epoch, epochs), label=str(epoch + 1)) for epoch in _epochs(epochs)),
        y_ticks=tuple(Tick(at=_y(mark, y_marks), label=f"{mark:.4g}") for mark in y_marks),
        epochs=epochs,
    )


def _line(name: str, values: Points, epochs: int, y_marks: Sequence[float]) -> Line:
    """Return the line through the numbers, broken where one is missing; few or lonely numbers get a dot."""
    steps: list[str] = []
    dots: list[tuple[float, float]] = []
    known = [None, *values, None]
    for epoch, value in enumerate(values):
        if value is None:
            continue
        x, y = _x(epoch, epochs), _y(value, y_marks)
        steps.append(f"{'M' if known[epoch] is None else 'L'}{x:.1f} {y:.1f}")
        if len(values) <= 12 or (known[epoch] is None and known[epoch + 2] is None):
            dots.append((round(x, 1), round(y, 1)))
    return Line(
        name=name, validation=name.startswith(_VALIDATION), values=values, path=" ".join(steps), dots=tuple(dots)
    )


def _marks(low: float, high: float) -> tuple[float, ...]:
    """Return 3 to 6 round numbers that reach from below ``low`` to above ``high``."""
    if high - low < 1e-9 * max(1.0, abs(high)):
        room = 0.5 * abs(low) if abs(low) > 1e-9 else 0.5
        low, high = low - room, high + room
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(round(number * step, 12) for number in range(first, last + 1))


def _epochs(count: int) -> list[int]:
    """Return which epochs, counted from 0, get a label: all of a few, else the first and every 5th, 10th, …"""
    if count <= 12:
        return list(range(count))
    step = next((size for size in (5, 10, 20, 50, 100) if count / size <= 9), 100)
    return [0, *(epoch for epoch in range(step - 1, count, step))]


def _x(epoch: int, epochs: int) -> float:
    span = WIDTH - LEFT - RIGHT
    return LEFT + span * (epoch / (epochs - 1) if epochs > 1 else 0.5)


def _y(value: float, marks: Sequence[float]) -> float:
    low, high = marks[0], marks[-1]
    return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)
