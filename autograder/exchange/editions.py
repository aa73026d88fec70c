"""Editions of a lab: what students are given and what their attempts are graded with, kept by content, never lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import sessionmaker

from autograder.course.bundle import Bundle, bundle_from_json
from autograder.exchange.archive import zipped
from autograder.state.attempt_tables import LabRow
from autograder.state.job_tables import EditionRow


class Objects(Protocol):
    """Bytes by their content."""

    def put(self, content: bytes) -> str: ...
    def get(self, digest: str) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One edition. ``archive`` and ``bundle`` are digests in the object store."""

    lab: str
    archive: str
    bundle: str
    published_at: datetime
    published_by: str


class Editions:
    """The editions in a database and an object store."""

    def __init__(self, engine: Engine, objects: Objects) -> None:
        self._reading = sessionmaker(engine)
        self._writing = sessionmaker(engine.execution_options(writes=True))
        self._objects = objects
        self._parsed = lru_cache(maxsize=32)(lambda digest: bundle_from_json(objects.get(digest).decode()))

    def publish(self, bundle: Bundle, folder: Path, *, by: str, at: datetime) -> Edition:
        """Publish ``folder``, a built release, graded with ``bundle``. An equal edition is not published again."""
        archive, text = self._objects.put(zipped(folder)), self._objects.put(bundle.to_json().encode())
        current = self.current(bundle.lab)
        if current is not None and (current.archive, current.bundle) == (archive, text):
            return current
        with self._writing.begin() as session:
            lab = session.scalar(select(LabRow).where(LabRow.name == bundle.lab)) or LabRow(name=bundle.lab)
            row = EditionRow(lab=lab, archive=archive, bundle=text, published_at=at, published_by=by)
            session.add(row)
            session.flush()
            return _edition(row)

    def current(self, lab: str) -> Edition | None:
        """Return a lab's newest edition."""
        history = self.history(lab, limit=1)
        return history[0] if history else None

    def all_current(self) -> dict[str, Edition]:
        """Return the newest edition of every lab that has one."""
        newest = select(func.max(EditionRow.id)).group_by(EditionRow.lab_id)
        with self._reading() as session:
            found = session.scalars(select(EditionRow).where(EditionRow.id.in_(newest)))
            return {row.lab.name: _edition(row) for row in found}

    def history(self, lab: str, limit: int = 20) -> list[Edition]:
        """Return a lab's editions, newest first."""
        query = select(EditionRow).join(EditionRow.lab).where(LabRow.name == lab)
        with self._reading() as session:
            return [_edition(row) for row in session.scalars(query.order_by(EditionRow.id.desc()).limit(limit))]

    def bundle(self, lab: str) -> Bundle:
        """Return what a lab is graded with. Raises ``KeyError`` for a lab that was never published."""
        current = self.current(lab)
        if current is None:
            raise KeyError(lab)
        return self._parsed(current.bundle)

    def archive(self, edition: Edition) -> bytes:
        """Return the zip of what students are given."""
        return self._objects.get(edition.archive)


def _edition(row: EditionRow) -> Edition:
    return Edition(
        lab=row.lab.name,
        archive=row.archive,
        bundle=row.bundle,
        published_at=row.published_at,
        published_by=row.published_by,
    )
