"""A student's function is right when it agrees with a reference on every case; a failure names the kind of case."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.checks.arrays import matching, numeric, shape_text, tolerance
from autograder.checks.failure import CheckFailed, is_ours, type_name
from autograder.checks.values import is_function
from autograder.messages import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Arguments for one call, and in words what kind of case it is."""

    label: str
    args: tuple[Any, ...]


def case(label: str, *args: object) -> Case:
    """Return a case for ``agrees`` whose sentence says "con ``label``", e.g. "una imagen que no es cuadrada"."""
    return Case(label=label, args=args)


def agrees(
    name: str,
    function: object,
    reference: Callable[..., Any],
    cases: Iterable[Case | tuple[Any, ...]],
    rtol: float | None = None,
    atol: float | None = None,
    mistakes: Mapping[str, Callable[..., Any]] | None = None,
) -> None:
    """Fail unless ``function`` gives what ``reference`` gives, in shape and values, for every case, in order.

    A case is a tuple of arguments or a ``case``. ``mistakes`` maps a sentence ("Parece que giraste el kernel.") to
    the function that makes that mistake: it is added when the student's result is that one. Tolerance as in
    ``close``, the inputs' types included. Inputs and expected values never appear in a sentence, only the label or the
    shapes. Raises ``CheckFailed``; a student's exception is told by its type's name alone: its text may hold the input.
    """
    is_function(name, function)
    assert callable(function)  # what is_function has just said; for the reader of types
    for item in cases:
        current = item if isinstance(item, Case) else Case(label=_kind_of(item), args=item)
        want = np.asarray(reference(*current.args))
        relative = _tolerance(want, current) if rtol is None else rtol
        _compare(name, _call(name, function, current), want, current, relative, atol, mistakes or {})


def _call(name: str, function: Callable[..., Any], current: Case) -> object:
    try:
        return function(*copy.deepcopy(current.args))  # a function that writes into its input spoils only its own copy
    except Exception as error:
        if is_ours(error):
            raise
        kind = type(error).__name__
        if isinstance(error, NotImplementedError):
            raise CheckFailed(say("checks.functions.unwritten", name=name)) from None
        raise CheckFailed(say("checks.functions.raised", name=name, case=current.label, error=kind)) from error


def _compare(
    name: str,
    got: object,
    want: np.ndarray[Any, Any],
    current: Case,
    rtol: float,
    atol: float | None,
    mistakes: Mapping[str, Callable[..., Any]],
) -> None:
    if got is None:
        raise CheckFailed(say("checks.functions.nothing", name=name, case=current.label))
    found = numeric(f"{name}(…)", got)
    if found.shape != want.shape:
        shapes = {"got": shape_text(found.shape), "want": shape_text(want.shape)}
        sentence = say("checks.functions.shape", name=name, case=current.label, **shapes)
    elif not matching(found, want, max(rtol, tolerance(found)), atol).all():
        sentence = say("checks.functions.values", name=name, case=current.label)
    else:
        return
    raise CheckFailed(f"{sentence} {_known_mistake(found, current, rtol, atol, mistakes)}".strip())


def _known_mistake(
    found: np.ndarray[Any, Any],
    current: Case,
    rtol: float,
    atol: float | None,
    mistakes: Mapping[str, Callable[..., Any]],
) -> str:
    for sentence, mistaken in mistakes.items():
        try:
            wrong = np.asarray(mistaken(*current.args))
        except (ValueError, TypeError, LookupError, ArithmeticError):  # this mistake cannot be made on this case
            continue
        if wrong.shape == found.shape and matching(found, wrong, rtol, atol).all():
            return sentence
    return ""


def _tolerance(want: np.ndarray[Any, Any], current: Case) -> float:
    """Return what the result and the inputs deserve; whole numbers are counted, whatever the inputs."""
    inputs = [np.asarray(value) for value in current.args if hasattr(value, "__array__")]
    return tolerance(want, *inputs) if want.dtype.kind == "f" else tolerance(want)


def _kind_of(args: tuple[Any, ...]) -> str:
    """Return the shapes and types of the arguments: what kind of case it is, not which."""
    shown = []
    for value in args:
        found = np.asarray(value) if hasattr(value, "__array__") or isinstance(value, list | tuple) else None
        shown.append(type_name(value) if found is None else f"{found.dtype.name}{shape_text(found.shape)}")
    return say("checks.functions.kind", kinds=", ".join(shown))
