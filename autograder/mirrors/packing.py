"""A record inside a message: its JSON in the head, its bytes among the message's blobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograder.mirrors import strict
from autograder.mirrors.errors import malformed
from autograder.mirrors.record import Record


def pack(record: Record, blobs: list[bytes]) -> dict[str, Any]:
    """Return what the head says of a record, and append its bytes to ``blobs``."""
    first = len(blobs)
    blobs.extend(record.blobs)
    return {"kind": record.kind, "data": record.data, "blobs": list(range(first, len(blobs)))}


def packed_size(record: Record) -> tuple[int, int]:
    """Return how many bytes a record takes of a message's head, and of its blobs."""
    head = strict.dumps({"kind": record.kind, "data": record.data})
    return len(head) + 12 * (len(record.blobs) + 4), sum(map(len, record.blobs))


def unpack(raw: object, blobs: Sequence[bytes]) -> Record:
    """Return the record that a head describes. Raises ``MirrorError`` when it describes none."""
    if not isinstance(raw, dict) or raw.keys() != {"kind", "data", "blobs"}:
        raise malformed("record")
    kind, indices = raw["kind"], raw["blobs"]
    if not isinstance(kind, str) or not isinstance(indices, list):
        raise malformed("record")
    if not all(type(index) is int and 0 <= index < len(blobs) for index in indices):
        raise malformed("record")
    return Record(kind=kind, data=raw["data"], blobs=tuple(blobs[index] for index in indices))
