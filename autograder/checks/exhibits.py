"""What a test asks to be drawn on the feedback page. In a notebook nobody collects, and nothing happens."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograder.checks.accuracy import classes

MOST_PICTURES = 24
LARGEST_SIDE = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One exhibit as plain values. ``images``: uint8, (h, w) or (h, w, 3).

    kind "curves": data {"series": {name: [number or None, …]}}; "confusion": {"name", "classes": [str],
    "counts": [[int]]} with a row per true class; "pictures": {"captions": [str]}, one per image.
    """

    kind: str
    data: dict[str, Any]
    images: tuple[NDArray[np.uint8], ...] = field(default=())


COLLECTOR: ContextVar[list[Shown] | None] = ContextVar("autograder_exhibits", default=None)


@contextmanager
def collecting() -> Iterator[list[Shown]]:
    """Collect what tests exhibit while inside: ``with collecting() as exhibits: …``."""
    shown: list[Shown] = []
    token = COLLECTOR.set(shown)
    try:
        yield shown
    finally:
        COLLECTOR.reset(token)


def exhibit_curves(history: object) -> None:
    """Exhibit the curves of a training: a ``History``, its mirror or a dict. What is not a curve is left out."""
    shown = COLLECTOR.get()
    kept = getattr(history, "history", history)
    if shown is None or not isinstance(kept, Mapping):
        return
    series = {str(key): _numbers(values) for key, values in kept.items()}
    shown.append(Shown(kind="curves", data={"series": {key: values for key, values in series.items() if values}}))


def exhibit_confusion(labels: ArrayLike, scores: ArrayLike, class_names: Sequence[str], name: str = "") -> None:
    """Exhibit how often each true class (n integers) was taken for each other by ``scores``, (n, k) or (n,)."""
    shown = COLLECTOR.get()
    if shown is None:
        return
    truth = np.asarray(labels).reshape(-1).astype(np.int64)
    counts = np.zeros((len(class_names), len(class_names)), np.int64)
    answers = classes(np.asarray(scores, np.float64).reshape(len(truth), -1))
    np.add.at(counts, (truth, np.minimum(answers, len(class_names) - 1)), 1)
    data = {"name": name, "classes": [str(one) for one in class_names], "counts": counts.tolist()}
    shown.append(Shown(kind="confusion", data=data))


def exhibit_pictures(pictures: Iterable[tuple[object, str]]) -> None:
    """Exhibit (array, caption) pairs: (h, w), (h, w, 1) or (h, w, 3); uint8, floats in 0–1, or anything else, which is
    stretched to black–white. Never a hidden picture. What is no picture is left out, and those past 24."""
    shown = COLLECTOR.get()
    if shown is None:
        return
    drawn = [(picture, str(caption)) for array, caption in pictures if (picture := _picture(array)) is not None]
    drawn = drawn[:MOST_PICTURES]
    if drawn:
        images = tuple(picture for picture, _ in drawn)
        shown.append(Shown(kind="pictures", data={"captions": [caption for _, caption in drawn]}, images=images))


def _numbers(values: object) -> list[float | None]:
    try:
        numbers = np.asarray(values, np.float64).reshape(-1).tolist()
    except (TypeError, ValueError):
        return []
    return [number if math.isfinite(number) else None for number in numbers]


def _picture(array: object) -> NDArray[np.uint8] | None:
    try:
        pixels = np.asarray(array)
    except (TypeError, ValueError):
        return None
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if pixels.dtype.kind not in "buif" or not pixels.size or pixels.shape[2:] not in ((), (3,)) or pixels.ndim < 2:
        return None
    step = -(-max(pixels.shape[:2]) // LARGEST_SIDE)
    return _bytes(pixels[::step, ::step])


def _bytes(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    if pixels.dtype == np.uint8:
        return pixels
    values = np.nan_to_num(pixels.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    return np.asarray(np.round(255 * (values - low) / ((high - low) or 1.0)), np.uint8)
