"""A bundle's files laid out in folders: the public ones as notebooks see them, the hidden for tests."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course.bundle import Bundle
from autograder.state.objects import ObjectStore


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicViews:
    """Folders of public files, one for each set of them, made once and never changed. Readable by any jail's user."""

    folder: Path
    objects: ObjectStore

    def entries(self, public: Mapping[str, str]) -> dict[str, Path]:
        """Return the top-level files and folders that together are ``public`` (relative path → sha256), by name."""
        if not public:
            return {}
        view = self.folder / hashlib.sha256(json.dumps(dict(public), sort_keys=True).encode()).hexdigest()
        if not view.is_dir():
            self._make(view, public)
        return {path.name: path for path in sorted(view.iterdir())}

    def _make(self, view: Path, public: Mapping[str, str]) -> None:
        partial = view.with_name(f".{view.name}.{secrets.token_hex(4)}")
        partial.mkdir(parents=True)
        for name, digest in public.items():
            path = partial / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.objects.get(digest))
            path.chmod(0o644)
        for folder in (partial, *(path for path in partial.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
        try:
            partial.rename(view)
        except OSError:  # another process was first, with the same content
            shutil.rmtree(partial)
            if not view.is_dir():
                raise


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenFiles:
    """Opens a lab's hidden files in the process that grades, and nowhere else."""

    objects: ObjectStore

    def __call__(self, bundle: Bundle, folder: Path) -> dict[str, str]:
        """Lay the hidden files out in ``folder``, a private one; return the environment in which tests find them."""
        for name, digest in bundle.hidden.items():
            (folder / name).write_bytes(self.objects.get(digest))
        return {"AUTOGRADER_HIDDEN": str(folder), "AUTOGRADER_SETTINGS": json.dumps(bundle.settings)}
