"""How often predictions are right, and how many points that is worth."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograder.checks.arrays import array, numeric, shape_text
from autograder.checks.failure import CheckFailed, given, is_ours, type_name
from autograder.messages import say


class Credit(float):
    """Points for a test cell whose last expression this is: part of them, as nbgrader counts, with a sentence.

    nbgrader reads a float from the cell's output, so the ``repr`` is that of a plain float.
    """

    message: str

    def __new__(cls, points: float, message: str = "") -> Credit:
        credit = super().__new__(cls, points)
        credit.message = message
        return credit

    def __repr__(self) -> str:
        return float.__repr__(self)


def scores(name: str, model: object, images: NDArray[Any]) -> NDArray[np.float64]:
    """Return the model's predictions for ``images`` (n, …) as (n, k), float64. Fails when it cannot give n of them."""
    given(name, model)
    predict = getattr(model, "predict", None)
    if not callable(predict):
        raise CheckFailed(say("checks.architecture.not_model", name=name, type=type_name(model)))
    quiet = {"verbose": 0} if "verbose" in inspect.signature(predict).parameters else {}
    try:
        predicted = predict(images, **quiet)
    except Exception as error:
        if is_ours(error):
            raise
        values = {"shape": shape_text(images.shape), "error": type(error).__name__}
        raise CheckFailed(say("checks.accuracy.predict", name=name, **values)) from error
    found = numeric(f"{name}.predict(…)", predicted)
    if found.ndim == 0 or len(found) != len(images):
        got = shape_text(found.shape)
        raise CheckFailed(say("checks.accuracy.count", name=name, got=got, count=len(images)))
    return found.reshape(len(images), -1).astype(np.float64)


def accuracy(scores: ArrayLike, labels: ArrayLike) -> float:
    """Return the share of right predictions, in 0–1.

    ``scores``: (n,) or (n, 1) probabilities, yes when > 0.5 as ``keras.metrics.BinaryAccuracy``; or (n, k), the
    largest wins as in ``CategoricalAccuracy``. ``labels``: (n,) or (n, 1) integers, or (n, k) one-hot. A NaN score
    is never right. Raises ``ValueError`` when the lengths differ or there are none.
    """
    found, truth = np.asarray(scores, np.float64), np.asarray(labels)
    if len(found) != len(truth) or not len(found):
        raise ValueError(f"{len(found)} scores for {len(truth)} labels")
    found, truth = found.reshape(len(found), -1), truth.reshape(len(truth), -1)
    answers = classes(found)
    wanted = truth.argmax(axis=1) if truth.shape[1] > 1 else truth[:, 0].astype(np.int64)
    return float(np.mean((answers == wanted) & ~np.isnan(found).any(axis=1)))


def classes(scores: NDArray[Any]) -> NDArray[np.int64]:
    """Return the class that each row of ``scores`` (n, k) votes for: > 0.5 when k is 1, else the largest."""
    chosen = scores[:, 0] > 0.5 if scores.shape[1] == 1 else scores.argmax(axis=1)
    return np.asarray(chosen, np.int64)


def graded_accuracy(
    name: str,
    value: float,
    points: float,
    thresholds: Sequence[tuple[float, float]] = ((0.6, 0.3), (0.7, 0.6), (0.8, 1.0)),
) -> Credit:
    """Return the credit for reaching ``value``: ``points`` times the share of the highest threshold reached.

    ``thresholds``: (accuracy, share of the points), in any order. ``name`` is the model's. Below the lowest, and for
    NaN, raises ``CheckFailed``. Let the call be the last expression of the test cell.
    """
    steps = sorted(thresholds)
    reached = [share for least, share in steps if value >= least]  # no NaN is
    if not reached or not max(reached) > 0:
        lowest = next(least for least, share in steps if share > 0)
        raise CheckFailed(say("checks.accuracy.low", name=name, got=_percent(value), want=_percent(lowest)))
    share = max(reached)
    missed = [least for least, more in steps if more > share]
    if not missed:
        return Credit(points * share, say("checks.accuracy.full", name=name, got=_percent(value)))
    return Credit(
        points * share, say("checks.accuracy.partial", name=name, got=_percent(value), want=_percent(min(missed)))
    )


def probabilities(name: str, value: object) -> None:
    """Fail unless ``value`` is an array of numbers from 0 to 1, as ``sigmoid`` and ``softmax`` give."""
    array(name, value)
    found = numeric(name, value)
    if found.size and not (found.min() >= 0 and found.max() <= 1):
        raise CheckFailed(say("checks.accuracy.not_probabilities", name=name, low=found.min(), high=found.max()))


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
