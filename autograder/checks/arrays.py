"""What an array must be, and when two arrays count as equal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.checks.failure import CheckFailed, given, type_name
from autograder.messages import say

# Relative tolerance by precision: some hundred roundings of each type (its epsilon is 1e-3, 1e-7, 2e-16).
_TOLERANCES = {2: 2e-2, 4: 1e-4, 8: 1e-8}


def array(
    name: str,
    value: object,
    shape: Sequence[int | None] | None = None,
    dtype: str | None = None,
    finite: bool = True,
) -> None:
    """Fail unless ``value`` is a numeric array (or tensor, or list of numbers) as described.

    ``shape``: one length per axis, ``None`` where any will do. ``dtype``: a NumPy name ("float32") or a family
    ("float", "int", "number", "bool"). ``finite``: neither NaN nor infinity inside. Raises ``CheckFailed``.
    """
    found = numeric(name, value)
    if shape is not None:
        _check_shape(name, found, tuple(shape))
    if dtype is not None and not _has_dtype(found, dtype):
        raise CheckFailed(say("checks.arrays.dtype", name=name, got=found.dtype.name, want=dtype))
    if finite and not np.isfinite(found).all():
        bad = int(np.size(found) - np.count_nonzero(np.isfinite(found)))
        raise CheckFailed(say("checks.arrays.finite", name=name, count=bad))


def close(name: str, got: object, want: object, rtol: float | None = None, atol: float | None = None) -> None:
    """Fail unless ``got`` has the shape of ``want`` and its values, within tolerance. NaN is never close.

    By default the tolerance is that of the coarsest floating type of the two (float16 2e-2, float32 1e-4,
    float64 1e-8), relative to each value, and a tenth of it relative to the largest. The sentence tells how many values
    differ and where the first is, never what was expected, so that it may be used on hidden data. Raises
    ``CheckFailed``.
    """
    found, wanted = numeric(name, got), np.asarray(want)
    if found.shape != wanted.shape:
        raise CheckFailed(
            say("checks.arrays.shape", name=name, got=shape_text(found.shape), want=shape_text(wanted.shape))
        )
    matches = matching(found, wanted, rtol, atol)
    if matches.all():
        return
    different = int(matches.size - np.count_nonzero(matches))
    if found.ndim == 0:
        raise CheckFailed(say("checks.arrays.close_scalar", name=name))
    first = shape_text(np.argwhere(~matches)[0])
    raise CheckFailed(say("checks.arrays.close", name=name, count=different, total=matches.size, first=first))


def matching(
    got: NDArray[Any], want: NDArray[Any], rtol: float | None = None, atol: float | None = None
) -> NDArray[np.bool_]:
    """Return where ``got`` equals ``want`` (same shape) within tolerance; False wherever ``got`` is NaN."""
    relative = tolerance(got, want) if rtol is None else rtol
    left, right = _wide(got), _wide(want)
    finite = np.isfinite(right)
    largest = float(np.max(np.abs(right), where=finite, initial=0.0))
    absolute = 0.1 * relative * largest if atol is None else atol
    with np.errstate(invalid="ignore", over="ignore"):
        gap = np.abs(left - right)
        within = gap <= absolute + relative * np.abs(right)  # a NaN gap is not within
    return np.asarray((within & finite) | (left == right), dtype=np.bool_)  # an infinity is only close to itself


def tolerance(*arrays: NDArray[Any]) -> float:
    """Return the relative tolerance that the coarsest floating type among ``arrays`` deserves.

    A function's inputs belong among them: sums of float32 pixels stored in float64 are still float32's.
    """
    sizes = [array.dtype.itemsize for array in arrays if array.dtype.kind == "f"]
    return _TOLERANCES.get(min(sizes, default=8), 1e-8)


def numeric(name: str, value: object) -> NDArray[Any]:
    """Return ``value`` as a NumPy array of numbers or booleans. Fails when it is empty of an answer or not numeric."""
    given(name, value)
    try:
        found = np.asarray(value)
    except (TypeError, ValueError):  # ragged lists, for example
        raise CheckFailed(say("checks.arrays.not_numeric", name=name, type=type_name(value))) from None
    if found.dtype.name == "bfloat16":
        found = found.astype(np.float32)
    if found.dtype.kind not in "buif":
        raise CheckFailed(say("checks.arrays.not_numeric", name=name, type=type_name(value)))
    return found


def shape_text(shape: Sequence[int | None] | NDArray[Any]) -> str:
    """Return a shape or a position as Python writes it, "?" for a free axis: "(?, 28, 1)"."""
    axes = ["?" if axis is None else str(int(axis)) for axis in shape]
    return f"({axes[0]},)" if len(axes) == 1 else f"({', '.join(axes)})"


def _check_shape(name: str, found: NDArray[Any], want: tuple[int | None, ...]) -> None:
    if found.ndim != len(want):
        raise CheckFailed(
            say("checks.arrays.axes", name=name, count=found.ndim, got=shape_text(found.shape), want=shape_text(want))
        )
    if any(axis is not None and axis != length for axis, length in zip(want, found.shape, strict=True)):
        raise CheckFailed(say("checks.arrays.shape", name=name, got=shape_text(found.shape), want=shape_text(want)))


def _has_dtype(found: NDArray[Any], dtype: str) -> bool:
    families = {"float": "f", "int": "iu", "number": "iuf", "bool": "b"}
    if dtype in families:
        return found.dtype.kind in families[dtype]
    return found.dtype == np.dtype(dtype)


def _wide(values: NDArray[Any]) -> NDArray[Any]:
    return values.astype(np.float64)  # unsigned integers would wrap round when subtracted
