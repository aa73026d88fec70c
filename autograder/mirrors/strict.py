"""JSON read strictly and written canonically: the only grammar that crosses the trust boundary."""

from __future__ import annotations

import json
import math
from typing import Any

from autograder.mirrors.record import Json

DEPTH = 64
INT_BITS = 64


def dumps(value: Json) -> bytes:
    """Return canonical JSON: sorted keys, no spaces, UTF-8. Raises ``ValueError`` for NaN and for lone surrogates."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def loads(content: bytes, *, depth: int = DEPTH) -> Json:
    """Return the value that ``content`` spells.

    Raises ``ValueError`` for anything that is not JSON, and for NaN, Infinity, numbers that overflow to them, integers
    of more than 64 bits, repeated keys, lone surrogates, and nesting deeper than ``depth``.
    """
    try:
        value: Json = json.loads(content.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_unique)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    _check(value, depth)
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is repeated")
    return found


def _check(value: Json, depth: int) -> None:
    level: list[Json] = [value]
    for _ in range(depth + 1):  # the leaves lie one below the deepest bracket
        deeper: list[Json] = []
        for item in level:
            if isinstance(item, dict):
                deeper.extend(item)
                deeper.extend(item.values())
            elif isinstance(item, list):
                deeper.extend(item)
            else:
                _check_scalar(item)
        if not deeper:
            return
        level = deeper
    raise ValueError("nested too deeply")


def _check_scalar(item: bool | int | float | str | None) -> None:
    if isinstance(item, str):
        item.encode("utf-8")  # a lone surrogate raises
    elif isinstance(item, float):
        if not math.isfinite(item):
            raise ValueError("a number overflows")
    elif isinstance(item, int) and item.bit_length() > INT_BITS:
        raise ValueError("an integer is too long")
