"""Every provider gives train, valid and hidden parts that share no picture, and the same ones each time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.materials import cifar10, drawn, folder
from autograder.materials.failure import MaterialsError
from autograder.materials.photos import PhotoSet, Pools, Wanted, choose, content_hash

PARTS = ("train", "valid", "hidden")


def contents(photos: PhotoSet) -> list[set[str]]:
    return [{content_hash(image) for image in getattr(photos, part).images} for part in PARTS]


def counts(photos: PhotoSet) -> list[list[int]]:
    return [np.bincount(getattr(photos, part).labels, minlength=2).tolist() for part in PARTS]


def assert_apart(photos: PhotoSet) -> None:
    train, valid, hidden = contents(photos)
    assert [train & valid, train & hidden, valid & hidden] == [set(), set(), set()]


def test_the_drawn_set_has_the_counts_asked_and_no_picture_twice(materials):
    photos = drawn.photographs(materials)
    assert counts(photos) == [[6, 6], [3, 3], [4, 4]]
    assert [len(one) for one in contents(photos)] == [12, 6, 8]
    assert_apart(photos)


def test_the_drawn_set_is_told_by_its_seed_alone(materials):
    first, again = drawn.photographs(materials), drawn.photographs(materials)
    other = drawn.photographs(replace(materials, seed=materials.seed + 1))
    assert np.array_equal(first.train.images, again.train.images)
    assert not np.array_equal(first.train.images, other.train.images)


def test_more_drawn_pictures_leave_the_first_ones_as_they_were(materials):
    few, more = drawn.photographs(materials), drawn.photographs(replace(materials, train=8))
    assert np.array_equal(few.train.images[:6], more.train.images[:6])
    assert np.array_equal(few.hidden.images, more.hidden.images)


def test_a_folder_without_a_hidden_part_splits_it_off_from_valid(materials, photographs):
    wanted = replace(materials, folder=photographs(train=8, valid=9))
    photos = folder.photographs(wanted)
    assert counts(photos) == [[6, 6], [3, 3], [4, 4]]
    assert_apart(photos)


def test_a_picture_of_the_hidden_part_is_given_to_no_student_even_when_the_folder_repeats_it(materials, photographs):
    root = photographs(train=8, valid=9, hidden=4)
    for name in ("Car", "Truck"):
        for part in ("train", "valid"):
            (root / part / name / "copy.png").write_bytes((root / "hidden" / name / f"{name} ñ 0.png").read_bytes())
    assert_apart(folder.photographs(replace(materials, folder=root, train=99, valid=99)))


def test_renaming_photographs_changes_nothing_but_adding_one_is_noticed(materials, photographs):
    wanted = replace(materials, folder=photographs(train=8, valid=9))
    before, state = folder.photographs(wanted), folder.found(wanted)
    one = wanted.folder / "train" / "Car" / "Car ñ 0.png"
    one.rename(one.with_name("zzz.png"))
    assert np.array_equal(before.train.images, folder.photographs(wanted).train.images)
    assert folder.found(wanted) != state


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda root: (root / "valid" / "Truck").rename(root / "valid" / "Trucks"), "valid/Truck"),
        (lambda root: (root / "train" / "Car" / "a.jpg").write_text("no soy una foto"), "a.jpg"),
    ],
    ids=["a_class_is_missing", "a_file_is_no_picture"],
)
def test_a_wrong_folder_is_told_by_name(materials, photographs, spoil, says):
    root = photographs(train=8, valid=9)
    spoil(root)
    with pytest.raises(MaterialsError, match=says):
        folder.photographs(replace(materials, folder=root))


def test_without_the_folder_there_is_nothing_to_find(materials, tmp_path):
    assert folder.found(replace(materials, folder=tmp_path / "nowhere")) is None
    assert folder.found(replace(materials, folder=None)) is None


def test_cifar10_gives_automobiles_and_trucks_apart(materials):
    random = np.random.default_rng(1)
    halves = [(random.integers(0, 256, (n, 32, 32, 3), np.uint8), np.arange(n)[:, None] % 10) for n in (200, 150)]
    photos = cifar10.selected(materials, *halves)
    assert counts(photos) == [[6, 6], [3, 3], [4, 4]]
    assert_apart(photos)
    cars = {content_hash(image) for image in halves[0][0][halves[0][1].ravel() == 1]}
    small = cifar10.selected(replace(materials, image_size=32), *halves).train
    assert {content_hash(image) for image in small.images[small.labels == 0]} <= cars


def test_cifar10_is_found_only_where_it_has_been_downloaded(materials, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert cifar10.found(materials) is None
    batch = tmp_path / "datasets" / cifar10.FOLDER / "test_batch"
    batch.parent.mkdir(parents=True)
    batch.write_bytes(b"")
    assert cifar10.found(materials) == ""


POOL = st.lists(st.sampled_from("abcdefghij")).map(lambda names: [(name, name) for name in names])


@given(POOL, POOL, POOL, st.integers(0, 9))
def test_no_content_is_chosen_twice_whatever_the_pools_repeat(train, valid, hidden, seed):
    wanted = Wanted(train=4, valid=3, hidden=3, seed=seed)
    chosen = [item for part in choose(Pools(train=train, valid=valid, hidden=hidden), wanted) for item in part]
    assert len(chosen) == len(set(chosen))
