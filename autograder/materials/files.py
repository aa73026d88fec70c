"""The bytes of a lab's files, public and hidden, and a folder that holds exactly those."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from autograder.course.model import Materials
from autograder.materials.keras_file import keras_bytes, weights_of, zipped
from autograder.materials.photos import Photos, PhotoSet, Pixels
from autograder.messages import say

BASE, DATA, ABOUT = "base.keras", "data", "data/LEEME.txt"


def public_files(photos: PhotoSet, materials: Materials, base: Any) -> dict[str, bytes]:
    """Return what students see, by path relative to the notebook: pictures, a word on their origin, the base."""
    made: dict[str, bytes] = {ABOUT: (about(photos) + "\n").encode()}
    for part in ("train", "valid"):
        for name, picture in _named(getattr(photos, part), materials.classes):
            made[f"{DATA}/{part}/{name}"] = png(picture)
    return made if base is None else {**made, BASE: keras_bytes(base)}


def hidden_files(photos: PhotoSet, materials: Materials, base: Any) -> dict[str, bytes]:
    """Return what only the grader opens.

    ``photos.npz`` and ``valid.npz``: x float32 in 0–1 (n, side, side, 3), y int64 (n,). ``facts.npz``: what tests
    compare with: counts, classes, the picture's side and the base's weights.
    """
    facts: dict[str, Any] = {
        "n_train": len(photos.train.labels),
        "n_valid": len(photos.valid.labels),
        "image_size": materials.image_size,
        "class_names": list(materials.classes),
    }
    if base is not None:
        facts |= {"base_weights": weights_of(base), "base_parameters": base.count_params()}
    return {
        "photos.npz": npz(**_numbers(photos.hidden)),
        "valid.npz": npz(**_numbers(photos.valid)),
        "facts.npz": npz(**{key: np.asarray(value) for key, value in facts.items()}),
    }


def about(photos: PhotoSet) -> str:
    """Return a sentence on where the pictures come from."""
    count = len(photos.train.labels) + len(photos.valid.labels)
    return say(f"materials.about.{photos.provider}", count=count)


def png(picture: Pixels) -> bytes:
    """Return a picture as a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return buffer.getvalue()


def npz(**arrays: NDArray[Any]) -> bytes:
    """Return arrays as an ``.npz`` file without dates. Raises ``ValueError`` for arrays of objects."""
    parts = {}
    for name, array in arrays.items():
        buffer = io.BytesIO()
        np.save(buffer, array, allow_pickle=False)
        parts[f"{name}.npy"] = buffer.getvalue()
    return zipped(parts)


def replace_files(folder: Path, files: Mapping[str, bytes]) -> dict[str, str]:
    """Write the files and remove what else lies in the data folder; return the sha256 (hex) of each.

    A file that is already right is left alone.
    """
    for path in sorted((folder / DATA).rglob("*")):
        if path.is_file() and path.relative_to(folder).as_posix() not in files:
            path.unlink()
    for name, content in files.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(f"{path.name}.partial")
            partial.write_bytes(content)
            partial.replace(path)
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def _named(part: Photos, classes: tuple[str, ...]) -> Iterator[tuple[str, Pixels]]:
    """Yield pictures with names that count within the class: "Car/0001.png"."""
    for label, name in enumerate(classes):
        for number, picture in enumerate(part.images[part.labels == label], start=1):
            yield f"{name}/{number:04}.png", picture


def _numbers(part: Photos) -> dict[str, NDArray[Any]]:
    return {"x": part.images.astype(np.float32) / np.float32(255), "y": part.labels}
