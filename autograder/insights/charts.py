"""Bar charts as an SVG's coordinates: numbers in, rectangles out. The page writes the labels, and a table beside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 560.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 40.0, 8.0, 22.0, 34.0
_GAP = 0.18


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar and the middle of its foot, where its label goes. ``tone`` is a class of the style sheet."""

    label: str
    count: int
    x: float
    y: float
    width: float
    height: float
    middle: float
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A line of the grid."""

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """The bars of one series of counts, from the left."""

    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    total: int
    width: float = WIDTH
    height: float = HEIGHT
    floor: float = HEIGHT - BOTTOM
    left: float = LEFT
    right: float = WIDTH - RIGHT


def bar_chart(counts: Sequence[tuple[str, int]], tones: Sequence[str] = ()) -> BarChart:
    """Return the chart of labelled counts. ``tones`` gives each bar its class, by place."""
    most = max((count for _, count in counts), default=0)
    steps = count_steps(most)
    top = steps[-1]
    slot = (WIDTH - LEFT - RIGHT) / max(1, len(counts))
    bars = []
    for index, (label, count) in enumerate(counts):
        x = LEFT + slot * (index + _GAP / 2)
        y = _y(count, top)
        bars.append(
            Bar(
                label=label,
                count=count,
                x=round(x, 1),
                y=round(y, 1),
                width=round(slot * (1 - _GAP), 1),
                height=round(HEIGHT - BOTTOM - y, 1),
                middle=round(LEFT + slot * (index + 0.5), 1),
                tone=tones[index] if index < len(tones) else "",
            )
        )
    marks = tuple(Mark(at=round(_y(step, top), 1), label=str(step)) for step in steps)
    return BarChart(bars=tuple(bars), marks=marks, total=sum(count for _, count in counts))


def count_steps(most: int) -> tuple[int, ...]:
    """Return 2 to 6 whole numbers from 0 to at least ``most``, evenly apart by 1, 2 or 5 times a power of ten."""
    rough = max(1.0, most / 4)
    power = 10 ** math.floor(math.log10(rough))
    step = next(int(factor * power) for factor in (1, 2, 5, 10) if factor * power >= rough)
    return tuple(range(0, step * max(1, math.ceil(most / step)) + 1, step))


def _y(count: float, top: int) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - count / top)
