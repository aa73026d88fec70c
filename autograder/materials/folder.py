"""Photographs of one's own: a folder that the course names, in the layout of Kaggle's *Car or Truck*."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from autograder.course.model import Materials
from autograder.materials.failure import MaterialsError
from autograder.materials.photos import Photos, PhotoSet, Pools, Wanted, choose, content_hash, scaled, stacked

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")


def found(materials: Materials) -> str | None:
    """Return what changes when a photograph of the folder does, without reading them; None when there is no folder."""
    if materials.folder is None or not materials.folder.is_dir():
        return None
    listing = hashlib.sha256(str(materials.folder).encode())
    for path in sorted(materials.folder.glob("*/*/*")):
        facts = path.stat()
        listing.update(f"{path.relative_to(materials.folder)}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return listing.hexdigest()


def photographs(materials: Materials) -> PhotoSet:
    """Return the photographs in ``train|valid/CLASS/`` and, where there is one, ``hidden/CLASS/``.

    Raises ``MaterialsError`` when the folder lacks a class or holds a file that is no picture.
    """
    folder = materials.folder
    if folder is None:
        raise ValueError("ask found() first")
    wanted = Wanted(train=materials.train, valid=materials.valid, hidden=materials.hidden, seed=materials.seed)
    chosen = [choose(_pools(folder, name), wanted) for name in materials.classes]
    train, valid, hidden = (_load(part, materials.image_size) for part in zip(*chosen, strict=True))
    if not (len(train.labels) and len(valid.labels) and len(hidden.labels)):
        raise MaterialsError("materials.folder.few", folder=folder)
    return PhotoSet(provider="folder", train=train, valid=valid, hidden=hidden)


def _pools(folder: Path, name: str) -> Pools:
    for part in ("train", "valid"):
        if not (folder / part / name).is_dir():
            raise MaterialsError("materials.folder.layout", folder=folder, missing=f"{part}/{name}")
    return Pools(**{part: _pool(folder / part / name) for part in ("train", "valid", "hidden")})


def _pool(folder: Path) -> list[tuple[Path, str]]:
    if not folder.is_dir():
        return []
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    return [(path, content_hash(np.asarray(_open(path), np.uint8))) for path in paths]


def _load(classes: Sequence[Sequence[Path]], side: int) -> Photos:
    return stacked([[scaled(_open(path), side) for path in paths] for paths in classes], side)


def _open(path: Path) -> Image.Image:
    try:
        with Image.open(path) as picture:
            return picture.convert("RGB")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise MaterialsError("materials.folder.picture", file=path) from error
