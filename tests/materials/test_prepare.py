"""A lab's files are made once and found again; the hidden ones never lie where students look."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from autograder.course.read import read_course
from autograder.materials.failure import MaterialsError
from autograder.materials.prepare import prepare

ROOT = Path(__file__).parents[2]


@pytest.fixture
def lab(materials):
    course = read_course(ROOT / "course.toml")
    return replace(course.lab("lab1"), materials=replace(materials, providers=("drawn",)))


@pytest.fixture
def folders(tmp_path):
    return tmp_path / "release", tmp_path / "hidden"


def times(*folders: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for folder in folders for path in folder.rglob("*") if path.is_file()}


def test_students_get_pictures_and_a_word_on_them_and_nothing_of_the_hidden_part(lab, folders):
    made = prepare(lab, *folders)
    assert made.provider == "drawn"
    public = {path.relative_to(folders[0]).as_posix() for path in folders[0].rglob("*") if path.is_file()}
    assert public == set(made.public)
    assert {name.rsplit("/", 1)[0] for name in public} == {
        "data", "data/train/Car", "data/train/Truck", "data/valid/Car", "data/valid/Truck",
    }  # fmt: skip
    shown = {path.read_bytes() for path in folders[0].rglob("*.png")}
    with np.load(made.hidden["photos.npz"]) as photos:
        hidden = [(photo * 255).round().astype(np.uint8) for photo in photos["x"]]
    assert len(hidden) == 8
    assert not {png(photo) for photo in hidden} & shown


def test_prepared_again_nothing_is_written(lab, folders):
    prepare(lab, *folders)
    before = times(*folders)
    prepare(lab, *folders)
    assert times(*folders) == before


def test_a_file_that_was_changed_or_is_too_many_is_put_right(lab, folders):
    made = prepare(lab, *folders)
    one = folders[0] / "data/train/Car/0001.png"
    right = one.read_bytes()
    one.write_bytes(b"spoiled")
    prepare(replace(lab, materials=replace(lab.materials, train=5)), *folders)
    assert one.read_bytes() == right
    assert not (folders[0] / "data/train/Car/0006.png").exists()
    assert (folders[0] / "data/train/Car/0006.png") in made.public.values()


def test_a_lab_whose_providers_have_nothing_is_told(lab, folders):
    with pytest.raises(MaterialsError, match="folder"):
        prepare(replace(lab, materials=replace(lab.materials, providers=("folder",), folder=None)), *folders)


def png(photo: np.ndarray) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(photo).save(buffer, "PNG")
    return buffer.getvalue()
