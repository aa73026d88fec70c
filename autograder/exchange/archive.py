"""A lab as one zip: packed so that equal folders are equal bytes, unpacked so that nothing leaves its folder."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

UNPACKED_BYTES = 1 << 30
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first date that a zip knows
_HIDDEN = (".", "__pycache__")


def zipped(folder: Path) -> bytes:
    """Return a folder as a zip. Equal folders give equal bytes; links and hidden files are left out."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in _files(folder):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _LONG_AGO)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return made.getvalue()


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or path.name.startswith(_HIDDEN):
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.is_file():
            yield path


def unpack(archive: bytes, folder: Path) -> None:
    """Unpack a zip into ``folder``, a new one. Raises ``BadZipFile`` for one that would leave it, or fill the disk."""
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        entries = packed.infolist()
        unsafe = [one.filename for one in entries if not _inside(one.filename)]
        if unsafe or sum(one.file_size for one in entries) > UNPACKED_BYTES:
            raise zipfile.BadZipFile(folder.name)
        folder.mkdir(parents=True)
        for entry in entries:
            if not entry.is_dir():
                path = folder / entry.filename
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(packed.read(entry))


def _inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and bool(path.parts)


def fill_in(source: Path, target: Path) -> None:
    """Move what is missing in ``target``."""
    for path in sorted(source.rglob("*")):
        there = target / path.relative_to(source)
        if path.is_file() and not there.exists():
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, there)
