"""How much time is left, or has gone by, in the units that matter: "5 días", "1 día 6 h", "2 horas 10 min"."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from babel.units import format_unit

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def amount(length: timedelta, language: str) -> str:
    """Return a length in words: days alone from three on, else with hours or minutes; under a minute is one."""
    seconds = max(_MINUTE, int(abs(length).total_seconds()))
    days, hours, minutes = seconds // _DAY, seconds % _DAY // _HOUR, seconds % _HOUR // _MINUTE
    if days >= 3:
        return _said(days, "day", language, "long")
    if days:
        return _pair((days, "day"), (hours, "hour"), language)
    if hours:
        return _pair((hours, "hour"), (minutes, "minute"), language)
    return _said(minutes, "minute", language, "long")


def _pair(first: tuple[int, str], second: tuple[int, str], language: str) -> str:
    shown = _said(*first, language, "long")
    return f"{shown} {_said(*second, language, 'short')}" if second[0] else shown


def _said(count: int, unit: str, language: str, length: Literal["long", "short"]) -> str:
    shown: str = format_unit(count, f"duration-{unit}", length=length, locale=language)
    return shown
