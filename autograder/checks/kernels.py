"""What a student's kernel must do: sum to something, and answer to one pattern more than to another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograder.checks.arrays import array, numeric
from autograder.checks.failure import CheckFailed
from autograder.checks.references import convolve2d, relu
from autograder.messages import say


def kernel_sums_to(name: str, kernel: object, total: float, atol: float = 1e-4) -> None:
    """Fail unless the numbers of ``kernel`` add up to ``total``: 0 for a detector of edges, 1 for a blur."""
    array(name, kernel)
    found = float(numeric(name, kernel).sum(dtype=np.float64))
    if not abs(found - total) <= atol:
        raise CheckFailed(say("checks.kernels.sum", name=name, got=found, want=float(total)))


def responds_to(
    name: str,
    kernel: object,
    strong: ArrayLike | Sequence[ArrayLike],
    weak: ArrayLike | Sequence[ArrayLike],
    ratio: float = 2.0,
    strong_name: str = "",
    weak_name: str = "",
) -> None:
    """Fail unless ``kernel`` (a, b) answers to each ``strong`` picture ``ratio`` times as much as to each ``weak`` one.

    A picture is (h, w) in 0–1; one or a sequence of them. The answer is ``response``. The names, such as "líneas
    horizontales", say the kind of picture in the sentence, never the picture. Raises ``CheckFailed``.
    """
    array(name, kernel, shape=(None, None))
    weights = numeric(name, kernel)
    least = min(response(picture, weights) for picture in _pictures(strong))
    most = max(response(picture, weights) for picture in _pictures(weak))
    wanted = strong_name or say("checks.kernels.strong")
    unwanted = weak_name or say("checks.kernels.weak")
    if not least > 1e-6:
        raise CheckFailed(say("checks.kernels.silent", name=name, strong=wanted))
    if not least >= ratio * most:
        values = {"strong": wanted, "weak": unwanted, "got": least / max(most, 1e-12), "ratio": ratio}
        raise CheckFailed(say("checks.kernels.response", name=name, **values))


def response(picture: ArrayLike, kernel: ArrayLike) -> float:
    """Return how much a kernel (a, b) answers to a picture (h, w): the mean of ReLU of the filtered picture, over the
    sum of the kernel's absolute values, so that a kernel gains nothing by being larger."""
    weights = np.asarray(kernel, np.float64)
    scale = float(np.abs(weights).sum())
    return float(relu(convolve2d(picture, weights)).mean()) / scale if scale else 0.0


def _pictures(pictures: ArrayLike | Sequence[ArrayLike]) -> list[NDArray[Any]]:
    if isinstance(pictures, list | tuple) and np.ndim(pictures[0]) == 2:
        return [np.asarray(picture) for picture in pictures]
    found = np.asarray(pictures)
    return [found] if found.ndim == 2 else list(found)
