"""Settings of small materials: a few pictures of 24 pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autograder.course.model import Materials
from autograder.course.read import read_course

ROOT = Path(__file__).parents[2]


@pytest.fixture
def materials() -> Materials:
    """Those of lab 1, with fewer and smaller pictures and without a base."""
    lab = read_course(ROOT / "course.toml").lab("lab1")
    return replace(lab.materials, image_size=24, train=6, valid=3, hidden=4, base="", base_cut="")


@pytest.fixture
def photographs(tmp_path: Path) -> Callable[..., Path]:
    """Fill a folder in the layout of *Car or Truck*: ``photographs(train=8, valid=9)`` pictures a class."""

    def fill(**parts: int) -> Path:
        random = np.random.default_rng(5)
        for part, count in parts.items():
            for name in ("Car", "Truck"):
                folder = tmp_path / "photos" / part / name
                folder.mkdir(parents=True)
                for number in range(count):
                    pixels = random.integers(0, 256, (30, 40, 3), np.uint8)
                    Image.fromarray(pixels).save(folder / f"{name} ñ {number}.png")
        return tmp_path / "photos"

    return fill
