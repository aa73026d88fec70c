"""The path of *Mi ruta* as a drawing: a line that winds through one station a lesson."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from autograder.web.route import Step, Stop

WIDTH, HEIGHT, MARGIN = 720, 132, 46
_HIGH, _LOW = 44, 88


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """Where a lesson is drawn. ``share`` is how much of a ring is filled, 0 to 1."""

    x: float
    y: float
    number: int
    step: Step
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteMap:
    """An SVG's parts: the whole line, and the part of it that is travelled."""

    line: str
    travelled: str
    stations: tuple[Station, ...]


def draw(stops: Sequence[Stop]) -> RouteMap:
    """Return the drawing of a path."""
    gap = (WIDTH - 2 * MARGIN) / max(1, len(stops) - 1)
    stations = tuple(
        Station(
            x=round(MARGIN + place * gap, 1),
            y=_LOW if place % 2 == 0 else _HIGH,
            number=stop.lesson.number,
            step=stop.step,
            share=_share(stop),
        )
        for place, stop in enumerate(stops)
    )
    last = max((place for place, stop in enumerate(stops) if stop.step is not Step.AHEAD), default=-1)
    return RouteMap(line=_curve(stations), travelled=_curve(stations[: last + 1]), stations=stations)


def _share(stop: Stop) -> float:
    return sum(lab.share for lab in stop.labs) / len(stop.labs) if stop.labs else 0.0


def _curve(stations: Sequence[Station]) -> str:
    """Return a smooth line through the stations, flat at each of them."""
    if not stations:
        return ""
    parts = [f"M{stations[0].x:g} {stations[0].y:g}"]
    for one, other in pairwise(stations):
        middle = (one.x + other.x) / 2
        parts.append(f"C{middle:g} {one.y:g} {middle:g} {other.y:g} {other.x:g} {other.y:g}")
    return "".join(parts)
