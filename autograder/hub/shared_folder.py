"""The folders that everybody who teaches may change: the course's own and nbgrader's database, by one group."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

STAFF_GID = 64_999
DATABASE = "gradebook.db"
FOLDERS = ("source", "release", "solutions")


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFolder:
    """The course at ``root`` and its state at ``home``, shared with the group ``gid`` where we are root."""

    root: Path
    home: Path
    gid: int = STAFF_GID

    @property
    def gradebook(self) -> Path:
        """nbgrader's database and folders."""
        return self.home / "nbgrader"

    def open(self) -> int | None:
        """Let the group in; return it. An ordinary user's servers are all that user's, and need no group: None."""
        self.gradebook.mkdir(mode=0o770, parents=True, exist_ok=True)
        # SQLite makes a file that its group may not write: it must find one that is there, and shared.
        (self.gradebook / DATABASE).touch(mode=0o660)
        for name in FOLDERS:  # a server sees what is there when it starts
            with suppress(PermissionError):  # a course that is not ours to write
                (self.root / name).mkdir(exist_ok=True)
        if os.geteuid() != 0:
            return None
        for folder in (*(self.root / name for name in FOLDERS), self.gradebook):
            for path in (folder, *folder.rglob("*")):
                self._share(path)
        return self.gid

    def _share(self, path: Path) -> None:
        """Give one file or folder to the group. By descriptor: whoever may write there may put a link in its place."""
        try:
            fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:  # gone, or a link
            return
        try:
            found = os.fstat(fd)
            wanted = stat.S_IMODE(found.st_mode) | stat.S_IRGRP | stat.S_IWGRP
            if stat.S_ISDIR(found.st_mode):
                wanted |= stat.S_IXGRP | stat.S_ISGID
            elif not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
                return
            if (found.st_gid, stat.S_IMODE(found.st_mode)) != (self.gid, wanted):
                os.fchown(fd, -1, self.gid)
                os.fchmod(fd, wanted)
        finally:
            os.close(fd)
