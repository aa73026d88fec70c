"""Homes: each person's own folder and the user id that it belongs to, theirs for good."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import sessionmaker

from autograder.jail import Home
from autograder.state.device_tables import HomeRow

FIRST_UID = 62_000
"""Neither a person's (to 59999) nor a jail's (65000 on), and within a container's usual 65536 ids."""


@dataclass(frozen=True, slots=True)
class Homes:
    """Makes homes in ``folder``, which only we may enter."""

    engine: Engine
    folder: Path
    first_uid: int = FIRST_UID

    def home_of(self, user: str, gid: int | None = None) -> Home:
        """Return somebody's home, made when it is missing. ``gid`` is a group to run with; None: their own."""
        uid = self._uid_of(user) if os.geteuid() == 0 else os.geteuid()
        own = uid if os.geteuid() == 0 else os.getegid()
        home = Home(folder=self.folder / user, user=user, uid=uid, gid=own if gid is None else gid)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        home.folder.mkdir(mode=0o700, exist_ok=True)
        if not stat.S_ISDIR(home.folder.lstat().st_mode):
            raise NotADirectoryError(home.folder)
        if os.geteuid() == 0:
            os.chown(home.folder, uid, own)
        home.folder.chmod(0o700)
        return home

    def _uid_of(self, user: str) -> int:
        with sessionmaker(self.engine.execution_options(writes=True)).begin() as session:
            row = session.get(HomeRow, user)
            if row is None:
                highest = session.scalar(select(func.max(HomeRow.uid))) or self.first_uid - 1
                row = HomeRow(user=user, uid=max(highest + 1, self.first_uid))
                session.add(row)
            return row.uid
