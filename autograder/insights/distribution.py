"""How grades spread, and how close to the deadline people hand in. Counts only; the page draws them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

LEAD_BINS: tuple[tuple[str, timedelta | None, timedelta | None], ...] = (
    ("week", 7 * _DAY, None),
    ("days", 3 * _DAY, 7 * _DAY),
    ("two_days", 2 * _DAY, 3 * _DAY),
    ("one_day", _DAY, 2 * _DAY),
    ("half_day", 12 * _HOUR, _DAY),
    ("hours", 3 * _HOUR, 12 * _HOUR),
    ("last_hours", timedelta(0), 3 * _HOUR),
    ("late_day", -_DAY, timedelta(0)),
    ("late", None, -_DAY),
)
"""Name, shortest and longest time left of each bin, from early to late; None: no limit. Finer towards the deadline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """One bar of a histogram. ``name`` is a number's range ("40–50") or the name of a lead bin."""

    name: str
    count: int


def grade_bins(shares: Iterable[float], bins: int = 10) -> tuple[Bin, ...]:
    """Return how many of the shares (0 to 1) fall into each of so many equal bins; 1 belongs to the last.

    A bin's name gives its limits in percent.
    """
    counts = [0] * bins
    for share in shares:
        counts[max(0, min(bins - 1, int(share * bins + 1e-9)))] += 1
    step = 100 / bins
    return tuple(
        Bin(name=f"{index * step:.0f}–{(index + 1) * step:.0f}", count=count) for index, count in enumerate(counts)
    )


def lead_bins(leads: Iterable[timedelta]) -> tuple[Bin, ...]:
    """Return how many submissions came in with so much time left (negative: late), from early to late."""
    counts = dict.fromkeys((name for name, _, _ in LEAD_BINS), 0)
    for lead in leads:
        counts[lead_bin(lead)] += 1
    return tuple(Bin(name=name, count=count) for name, count in counts.items())


def lead_bin(lead: timedelta) -> str:
    """Return the name of the bin of ``LEAD_BINS`` into which a time left falls."""
    for name, shortest, _ in LEAD_BINS:
        if shortest is None or lead >= shortest:
            return name
    raise AssertionError("the last bin has no shortest time")
