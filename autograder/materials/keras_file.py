"""One ``.keras`` file from a model: the same model gives the same bytes, and any Keras can load it in safe mode."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

EPOCH = (1980, 1, 1, 0, 0, 0)
METADATA, CONFIG = "metadata.json", "config.json"

_SHARED = re.compile(r'("shared_object_id": )(\d+)')


def keras_bytes(model: Any) -> bytes:
    """Return a model as a ``.keras`` file without the dates and addresses that Keras writes into it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in sorted(archive.namelist())}
    metadata = json.loads(parts[METADATA])
    metadata.pop("date_saved", None)
    parts[METADATA] = json.dumps(metadata, sort_keys=True).encode()
    parts[CONFIG] = _numbered(parts[CONFIG].decode()).encode()
    return zipped(parts)


def _numbered(config: str) -> str:
    """Return the configuration with its shared objects numbered from 1 by appearance: Keras gives them addresses."""
    numbers: dict[str, int] = {}
    return _SHARED.sub(lambda found: f"{found[1]}{numbers.setdefault(found[2], len(numbers) + 1)}", config)


def zipped(parts: dict[str, bytes]) -> bytes:
    """Return a zip archive of ``parts``, uncompressed, as of 1980: equal parts, equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content)
    return buffer.getvalue()


def weights_of(model: Any) -> str:
    """Return the digest of a model's weights, as ``checks.same_weights`` compares it."""
    from autograder.checks.weights import digest_of

    return digest_of(model.get_weights())
