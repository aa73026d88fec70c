"""What a single value must be: equal to something, a number in a range, one of some options, a function."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np

from autograder.checks.failure import CheckFailed, given, type_name
from autograder.messages import say


def equal(name: str, got: object, want: object, hint: str = "") -> None:
    """Fail unless ``got`` equals ``want`` and is of its kind (``True`` is not 1). Floats: relative tolerance 1e-6.

    The sentence shows what the student has and ``hint``, never ``want``, which is often the answer itself.
    """
    given(name, got)
    found, wanted = _plain(got), _plain(want)
    if _kind(found) != _kind(wanted):
        raise CheckFailed(_hinted(say("checks.values.type", name=name, got=type_name(got), want=_kind(wanted)), hint))
    if not _same(found, wanted):
        raise CheckFailed(_hinted(say("checks.values.equal", name=name, got=brief(found)), hint))


def number(name: str, value: object, at_least: float | None = None, at_most: float | None = None) -> None:
    """Fail unless ``value`` is a number (0-d arrays count, booleans do not) within the limits given. NaN fails."""
    given(name, value)
    found = _plain(value)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise CheckFailed(say("checks.values.not_number", name=name, type=type_name(value)))
    if at_least is not None and not found >= at_least:  # written so that NaN fails
        raise CheckFailed(say("checks.values.too_small", name=name, got=found, limit=at_least))
    if at_most is not None and not found <= at_most:
        raise CheckFailed(say("checks.values.too_big", name=name, got=found, limit=at_most))
    if found != found:
        raise CheckFailed(say("checks.values.nan", name=name))


def choice(name: str, got: object, want: str, options: Sequence[str], hint: str = "") -> None:
    """Fail unless ``got`` is the option ``want``; upper or lower case and spaces around do not matter."""
    given(name, got)
    chosen = str(got).strip().casefold()
    if chosen not in {option.casefold() for option in options}:
        listed = ", ".join(f'"{option}"' for option in options)
        raise CheckFailed(say("checks.values.not_option", name=name, got=brief(got), options=listed))
    if chosen != want.casefold():
        raise CheckFailed(_hinted(say("checks.values.wrong_option", name=name, got=brief(got)), hint))


def is_function(name: str, value: object, named: str | None = None) -> None:
    """Fail unless ``value`` can be called; with ``named``, unless it goes by that name ("conv2d", "relu").

    The name is what the function claims (``__name__``, without TensorFlow's version suffix): enough for a visible
    test. What a function does is proved with ``agrees``.
    """
    given(name, value)
    if not callable(value):
        raise CheckFailed(say("checks.values.not_function", name=name, type=type_name(value)))
    claimed = str(getattr(value, "__name__", type_name(value)))
    if named is not None and claimed.removesuffix("_v2") != named:
        raise CheckFailed(say("checks.values.other_function", name=name, got=claimed, want=named))


def brief(value: object) -> str:
    """Return a short ``repr`` of plain data for a sentence: at most some 60 characters."""
    short = reprlib.Repr()
    short.maxstring = short.maxother = short.maxlong = 60
    return f"{value:.4g}" if isinstance(value, float) else short.repr(value)


def _plain(value: object) -> Any:
    """Return NumPy scalars, 0-d arrays and tensors as the Python value they hold; anything else as it is."""
    if isinstance(value, str | bytes | bool | int | float | list | tuple | dict | set | type) or callable(value):
        return value
    if isinstance(value, np.generic | np.ndarray) or hasattr(value, "__array__"):
        held = np.asarray(value)
        return held.item() if held.ndim == 0 else held.tolist()
    return value


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, Integral):
        return "int"
    if isinstance(value, Real):
        return "float"
    return "tuple" if isinstance(value, list | tuple) else type_name(value)  # the labs take one for the other


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, float):
        return bool(abs(found - wanted) <= 1e-6 * max(1.0, abs(wanted)))
    if isinstance(wanted, list | tuple):
        pairs = zip(found, wanted, strict=False)
        return len(found) == len(wanted) and all(_same_item(left, right) for left, right in pairs)
    return bool(found == wanted)


def _same_item(found: object, wanted: object) -> bool:
    found, wanted = _plain(found), _plain(wanted)
    return _kind(found) == _kind(wanted) and _same(found, wanted)


def _hinted(sentence: str, hint: str) -> str:
    return f"{sentence} {hint}".strip()
