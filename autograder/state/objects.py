"""Bytes kept by their content: written once and whole, checked on every read."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from pathlib import Path

_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


class ObjectMissing(KeyError):
    """Nothing is kept under that digest."""


class ObjectDamaged(RuntimeError):
    """The bytes on disk are no longer those that were kept: restore them from a backup."""


class ObjectStore:
    """A folder of objects: ``ab/cdef…`` holds the bytes whose sha256 is ``abcdef…``. Readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Keep ``content`` on disk (fsync) and return its sha256 in hex. The same content twice is one object.

        A damaged copy of the same content is replaced.
        """
        digest = _sha256(content)
        path = self._path(digest)
        if not _holds(path, digest):
            _make_folder(path.parent)
            _write(path, content)
        return digest

    def get(self, digest: str) -> bytes:
        """Return what ``put`` kept.

        Raises ``ObjectMissing`` when there is none, ``ObjectDamaged`` when it changed on disk, and ``ValueError``
        when ``digest`` is not a sha256 in lower-case hex.
        """
        try:
            content = self._path(digest).read_bytes()
        except FileNotFoundError:
            raise ObjectMissing(digest) from None
        if _sha256(content) != digest:
            raise ObjectDamaged(f"object {digest} in {self._folder} does not match its digest")
        return content

    def __contains__(self, digest: str) -> bool:
        return self._path(digest).is_file()

    def _path(self, digest: str) -> Path:
        if not _DIGEST.match(digest):
            raise ValueError(f"{digest!r} is not a sha256 in hex")
        return self._folder / digest[:2] / digest[2:]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _holds(path: Path, digest: str) -> bool:
    try:
        return _sha256(path.read_bytes()) == digest
    except FileNotFoundError:
        return False


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, private and on disk before anything is put in it."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync_folder(folder.parent)


def _write(path: Path, content: bytes) -> None:
    """Write a file that a reader, or a crash, meets whole or not at all."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
