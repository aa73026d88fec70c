"""A record as bytes to keep: canonical, so that equal records have equal digests."""

from __future__ import annotations

import hashlib

from autograder.mirrors import strict
from autograder.mirrors.record import Json, Record

_MAGIC = b"record1\n"
_LENGTH = 4


def to_bytes(record: Record) -> bytes:
    """Return the canonical bytes of a record: magic, length, JSON with the sizes of its blobs, the blobs."""
    sizes: list[Json] = [len(blob) for blob in record.blobs]
    head = strict.dumps({"kind": record.kind, "data": record.data, "blobs": sizes})
    return b"".join([_MAGIC, len(head).to_bytes(_LENGTH, "big"), head, *record.blobs])


def from_bytes(content: bytes) -> Record:
    """Return the record that ``to_bytes`` wrote. Raises ``ValueError`` for any other bytes."""
    start = len(_MAGIC) + _LENGTH
    if not content.startswith(_MAGIC) or len(content) < start:
        raise ValueError("not a record")
    place = start + int.from_bytes(content[len(_MAGIC) : start], "big")
    head = strict.loads(content[start:place])
    if place > len(content) or not isinstance(head, dict) or head.keys() != {"kind", "data", "blobs"}:
        raise ValueError("not a record")
    kind, sizes = head["kind"], head["blobs"]
    if not isinstance(kind, str) or not isinstance(sizes, list):
        raise ValueError("not a record")
    blobs = []
    for size in sizes:
        if type(size) is not int or size < 0:
            raise ValueError("not a size")
        blobs.append(content[place : place + size])
        place += size
    if place != len(content):
        raise ValueError("the sizes do not add up")
    return Record(kind=kind, data=head["data"], blobs=tuple(blobs))


def digest(record: Record) -> str:
    """Return the sha256 (hex) of a record's canonical bytes."""
    return hashlib.sha256(to_bytes(record)).hexdigest()
