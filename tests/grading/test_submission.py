"""What lies at a path is read without following or waiting for anything."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.grading.notebook import NOTEBOOK_BYTES
from autograder.grading.submission import read_submission


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "ana" / "lab0"
    made.mkdir(parents=True)
    return made


def test_a_folder_gives_its_notebook_and_its_student(folder):
    (folder / "lab0.ipynb").write_bytes(b"{}")
    read = read_submission(folder, "lab0")
    assert (read.student, read.content, read.flags, read.refusal) == ("ana", b"{}", (), None)


def test_a_notebook_of_its_own_names_its_student(tmp_path):
    path = tmp_path / "José Ñahui, 2.ipynb"
    path.write_bytes(b"{}")
    assert read_submission(path, "lab0").student == "José Ñahui, 2"


def test_a_link_for_a_notebook_is_not_followed(folder, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (folder / "lab0.ipynb").symlink_to(secret)
    read = read_submission(folder, "lab0")
    assert read.content == b""
    assert "no se abre" in read.refusal


def test_a_fifo_for_a_notebook_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "ana.ipynb")
    assert "no se abre" in read_submission(tmp_path / "ana.ipynb", "lab0").refusal


def test_other_things_in_the_folder_are_flagged(folder):
    (folder / "lab0.ipynb").write_bytes(b"{}")
    (folder / "copia\n<b>.ipynb").write_bytes(b"{}")
    os.mkfifo(folder / "fifo")
    (folder / "link").symlink_to("/etc/passwd")
    read = read_submission(folder, "lab0")
    assert sorted(flag.id for flag in read.flags) == ["extra notebook", "special file", "special file"]
    assert not any("\n" in flag.message for flag in read.flags)


def test_a_single_notebook_with_another_name_is_taken_and_flagged(folder):
    (folder / "lab0 (1).ipynb").write_bytes(b"{}")
    read = read_submission(folder, "lab0")
    assert (read.content, [flag.id for flag in read.flags]) == (b"{}", ["renamed notebook"])


@pytest.mark.parametrize("names", [(), ("a.ipynb", "b.ipynb")], ids=["none", "two"])
def test_a_folder_without_the_notebook_is_refused(folder, names):
    for name in names:
        (folder / name).write_bytes(b"{}")
    assert "No encontramos `lab0.ipynb`" in read_submission(folder, "lab0").refusal


def test_a_path_that_is_not_there_is_refused(tmp_path):
    assert "No encontramos" in read_submission(tmp_path / ".." / "nada.ipynb", "lab0").refusal


def test_a_huge_file_is_refused_unread(tmp_path):
    path = tmp_path / "ana.ipynb"
    with path.open("wb") as file:
        file.truncate(200 << 20)
    read = read_submission(path, "lab0")
    assert read.content == b""
    assert f"más de {NOTEBOOK_BYTES >> 20} MB" in read.refusal
