"""Photographs with labels, in three parts that share none: what every provider gives."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Photos:
    """``images``: uint8 RGB, (n, side, side, 3), class after class; ``labels``: int64 (n,), index of the class."""

    images: Pixels
    labels: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoSet:
    """What a provider found: students get ``train`` and ``valid``, and nobody but the grader gets ``hidden``."""

    provider: str
    train: Photos
    valid: Photos
    hidden: Photos


Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How many of a class each part is to have, and the seed that says which."""

    train: int
    valid: int
    hidden: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pools:
    """The candidates of one class as (item, content hash). An empty ``hidden`` is to be split off from ``valid``."""

    train: Sequence[tuple[Any, str]]
    valid: Sequence[tuple[Any, str]]
    hidden: Sequence[tuple[Any, str]] = ()


def choose(pools: Pools, wanted: Wanted) -> tuple[list[Any], list[Any], list[Any]]:
    """Return the train, valid and hidden items of one class: no content twice, whatever the pools repeat.

    A content that is in several pools goes to the hidden part first, then to valid. Which are taken, and which of
    valid become hidden, is told by their content and the seed alone: files may be renamed or come in another order.
    With too few for both, valid and hidden share in the proportion asked.
    """
    seen: set[str] = set()
    hidden = _unseen(pools.hidden, seen, wanted.seed)
    valid = _unseen(pools.valid, seen, wanted.seed)
    train = _unseen(pools.train, seen, wanted.seed)
    if not pools.hidden:
        both = wanted.valid + wanted.hidden
        cut = wanted.hidden if len(valid) >= both else len(valid) * wanted.hidden // max(both, 1)
        hidden, valid = valid[:cut], valid[cut:]
    return train[: wanted.train], valid[: wanted.valid], hidden[: wanted.hidden]


def content_hash(pixels: Pixels) -> str:
    """Return the sha256 (hex) of a picture's size and pixels, whatever file it came in."""
    return hashlib.sha256(f"{pixels.shape}".encode() + np.ascontiguousarray(pixels).tobytes()).hexdigest()


def scaled(picture: Image.Image, side: int) -> Pixels:
    """Return a picture as a square of ``side`` pixels, uint8 RGB; its whole frame is kept, as Keras keeps it."""
    return np.asarray(picture.convert("RGB").resize((side, side), Image.Resampling.BILINEAR), np.uint8)


def stacked(classes: Sequence[Sequence[Pixels]], side: int) -> Photos:
    """Return the pictures of each class as one part."""
    images = [image for one in classes for image in one]
    labels = [label for label, one in enumerate(classes) for _ in one]
    empty = np.zeros((0, side, side, 3), np.uint8)
    return Photos(images=np.stack(images) if images else empty, labels=np.asarray(labels, np.int64))


def _unseen(pool: Sequence[tuple[Item, str]], seen: set[str], seed: int) -> list[Item]:
    fresh: dict[str, Item] = {}
    for item, content in pool:
        if content not in seen:
            fresh.setdefault(content, item)
    seen.update(fresh)
    return [fresh[content] for content in sorted(fresh, key=lambda one: _lot(one, seed))]


def _lot(content: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}:{content}".encode()).digest()
