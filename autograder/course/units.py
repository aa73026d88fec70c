"""Sizes and times as people write them: "3 GiB", "60 s", "2 min"."""

from __future__ import annotations

import re

_QUANTITY = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*")

SIZES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
TIMES = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}


def parse_size(text: str) -> int:
    """Return "3 GiB" as bytes. Raises ``ValueError`` for what is not a number and one of ``SIZES``, above zero."""
    size = round(_parse(text, SIZES))
    if size < 1:
        raise ValueError(text)
    return size


def parse_seconds(text: str) -> float:
    """Return "2 min" as seconds. Raises ``ValueError`` for what is not a number and one of ``TIMES``, above zero."""
    seconds = _parse(text, TIMES)
    if not seconds > 0:
        raise ValueError(text)
    return seconds


def _parse(text: str, units: dict[str, int] | dict[str, float]) -> float:
    match = _QUANTITY.fullmatch(text)
    if match is None or match[2] not in units:
        raise ValueError(text)
    return float(match[1]) * units[match[2]]
