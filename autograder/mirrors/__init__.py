"""How a student's value becomes bytes and a mirror again: one file a kind of value."""

from autograder.mirrors.errors import MirrorError
from autograder.mirrors.kinds import mirror, opaque_record, record
from autograder.mirrors.record import Far, Keep, Record
from autograder.mirrors.stored import digest, from_bytes, to_bytes

__all__ = [
    "Far",
    "Keep",
    "MirrorError",
    "Record",
    "digest",
    "from_bytes",
    "mirror",
    "opaque_record",
    "record",
    "to_bytes",
]
