"""The object store: whole or not at all, private, and honest about damage."""

from __future__ import annotations

import hashlib
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autograder.gradebook import ObjectDamaged, ObjectMissing, ObjectStore


def path_of(folder: Path, digest: str) -> Path:
    return folder / digest[:2] / digest[2:]


def test_what_is_put_is_got_back_by_its_sha256(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path / "objects")
    for content in (b"", b"\xc3" * 1000, bytes(range(256))):
        digest = store.put(content)
        assert digest == hashlib.sha256(content).hexdigest()
        assert store.get(digest) == content
        assert digest in store


def test_the_same_content_is_kept_once_and_leaves_nothing_partial(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path / "objects")
    with ThreadPoolExecutor(4) as pool:
        digests = set(pool.map(lambda _: store.put(b"same"), range(16)))
    assert len(digests) == 1
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_objects_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "objects"
    file = path_of(folder, ObjectStore(folder).put(b"answers"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for made in (file.parent, folder, folder.parent):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_an_object_that_changed_on_disk_is_refused_and_mended_by_putting_it_again(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path)
    digest = store.put(b"grade: 20")
    path_of(tmp_path, digest).write_bytes(b"grade: 05")
    with pytest.raises(ObjectDamaged):
        store.get(digest)
    store.put(b"grade: 20")
    assert store.get(digest) == b"grade: 20"


def test_an_object_nobody_put_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ObjectMissing):
        ObjectStore(tmp_path).get("0" * 64)


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_a_name_that_is_no_digest_never_becomes_a_path(tmp_path: Path, digest: str) -> None:
    with pytest.raises(ValueError, match="sha256"):
        ObjectStore(tmp_path).get(digest)
