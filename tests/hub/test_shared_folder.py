"""What staff share: the course's folders and nbgrader's database, with one group, and nothing through a link."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.hub.shared_folder import STAFF_GID, SharedFolder

AS_ROOT = os.geteuid() == 0


@pytest.fixture
def shared(tmp_path: Path) -> SharedFolder:
    (tmp_path / "source" / "lab1").mkdir(parents=True)
    (tmp_path / "source" / "lab1" / "lab1.ipynb").write_text("{}")
    (tmp_path / "secret").write_text("hidden")
    (tmp_path / "secret").chmod(0o600)
    return SharedFolder(root=tmp_path, home=tmp_path / "var")


def test_the_folders_are_there_before_a_server_looks(shared: SharedFolder) -> None:
    assert shared.open() == (STAFF_GID if AS_ROOT else None)
    assert all((shared.root / name).is_dir() for name in ("source", "release", "solutions", "var/nbgrader"))


def test_the_group_may_write_what_it_shares_and_nothing_beside_it(shared: SharedFolder) -> None:
    shared.open()
    notebook, folder = shared.root / "source" / "lab1" / "lab1.ipynb", shared.root / "source" / "lab1"
    if AS_ROOT:
        assert notebook.stat().st_gid == folder.stat().st_gid == STAFF_GID
        assert notebook.stat().st_mode & 0o060 == 0o060
        assert folder.stat().st_mode & 0o2070 == 0o2070
    assert (shared.root / "secret").stat().st_mode & 0o777 == 0o600


def test_a_link_or_a_second_name_opens_nothing(shared: SharedFolder) -> None:
    (shared.root / "source" / "link").symlink_to(shared.root / "secret")
    os.link(shared.root / "secret", shared.root / "source" / "second-name")
    shared.open()
    assert (shared.root / "secret").stat().st_mode & 0o777 == 0o600
    assert (shared.root / "secret").stat().st_gid != STAFF_GID
