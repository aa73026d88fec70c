"""CIFAR-10's automobiles and trucks (Krizhevsky, 2009), 32×32 photographs, through ``keras.datasets``.

Only when already on this machine: building a lab downloads nothing. ``make data`` asks for ``download``.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from autograder.course.model import Materials
from autograder.materials.photos import PhotoSet, Pixels, Pools, Wanted, choose, content_hash, scaled, stacked

CLASSES = (1, 9)  # automobile, truck: no pickups in either
FOLDER = "cifar-10-batches-py-target/cifar-10-batches-py"

Half: TypeAlias = "tuple[NDArray[Any], NDArray[Any]]"


def found(materials: Materials) -> str | None:  # noqa: ARG001 (a provider's face; it is in one place or nowhere)
    """Return "" where CIFAR-10 has been downloaded, None elsewhere: there is only one of it."""
    return "" if (cache() / FOLDER / "test_batch").is_file() else None


def photographs(materials: Materials) -> PhotoSet:
    """Return the two classes scaled to the lab's size."""
    from keras.datasets import cifar10

    return selected(materials, *cifar10.load_data())


def download() -> Path:
    """Fetch CIFAR-10 (170 MB) where there is internet, checked by Keras against its sha256; return where it lies."""
    from keras.datasets import cifar10

    cifar10.load_data()
    return cache() / FOLDER


def cache() -> Path:
    """Return the folder in which Keras keeps its data sets."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "datasets"


def selected(materials: Materials, train: Half, test: Half) -> PhotoSet:
    """Return the two classes out of what Keras gives: uint8 (n, 32, 32, 3) and labels (n, 1), twice.

    Students get theirs from the training half; valid and hidden are split off from the test half.
    """
    wanted = Wanted(train=materials.train, valid=materials.valid, hidden=materials.hidden, seed=materials.seed)
    chosen = [choose(Pools(train=_of(train, one), valid=_of(test, one)), wanted) for one in CLASSES]
    side = materials.image_size
    train_part, valid_part, hidden_part = (
        stacked([[scaled(Image.fromarray(photo), side) for photo in photos] for photos in classes], side)
        for classes in zip(*chosen, strict=True)
    )
    return PhotoSet(provider="cifar10", train=train_part, valid=valid_part, hidden=hidden_part)


def _of(half: Half, label: int) -> list[tuple[Pixels, str]]:
    images, labels = half
    return [(photo, content_hash(photo)) for photo in images[np.asarray(labels).reshape(-1) == label]]
