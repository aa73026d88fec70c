"""All kinds of value, in the order in which they are tried, and the two doors: ``record`` and ``mirror``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.mirrors import (
    arrays,
    datasets,
    figures,
    functions,
    histories,
    layers,
    models,
    objects,
    opaque,
    plain,
    settings,
    specs,
    strict,
)
from autograder.mirrors.crossing import Read, Reader, TooLarge, Write, Writer
from autograder.mirrors.errors import MirrorError, malformed
from autograder.mirrors.record import Far, Json, Keep, Record

INLINE_BYTES = 32 << 10
SPILLED_BYTES = 16 << 20

# NumPy's float64 is a float, a layer can be called: the narrower kind comes first.
WRITE: Sequence[Write] = (
    objects.write_objects,
    arrays.write_array,
    specs.write_spec,
    plain.write_plain,
    models.write_model,
    layers.write_layer,
    settings.write_setting,
    histories.write_history,
    figures.write_figure,
    datasets.write_dataset,
    functions.write_function,
    opaque.write_opaque,
)
READ: Mapping[str, Read] = {
    **plain.READ,
    **arrays.READ,
    **objects.READ,
    **models.READ,
    **layers.READ,
    **settings.READ,
    **histories.READ,
    **figures.READ,
    **datasets.READ,
    **specs.READ,
    **functions.READ,
    **opaque.READ,
}


def record(value: object, keep: Keep) -> Record:
    """Return a live value as data. In the jail; total: what cannot be read becomes an opaque record.

    ``keep`` is given each function and returns the handle under which it can be called; an exception of it passes.
    """
    writer = Writer(WRITE, keep)
    try:
        kind, data = writer.pair(value)
        return _spill(Record(kind=kind, data=data, blobs=tuple(writer.blobs)))
    except (TooLarge, RecursionError):
        return opaque_record(value, "large")


def opaque_record(value: object, reason: str) -> Record:
    """Return the record of a value that is not read: for its ``kind``, as too ``large`` or too ``slow``."""
    kind, data = opaque.opaque_pair(value, reason)
    return Record(kind=kind, data=data)


def mirror(record: Record, far: Far) -> object:
    """Return the mirror of a record. In the grader; strict. Raises ``MirrorError`` and nothing else."""
    try:
        kind, data, blobs = record.kind, record.data, record.blobs
        if kind == "spilled":
            kind, data, blobs = _unspill(record)
        return Reader(READ, blobs, far).pair(kind, data)
    except MirrorError:
        raise
    except Exception as error:  # total by intent: every byte of a record is the student's
        raise malformed(str(record.kind)[:40]) from error


def _spill(record: Record) -> Record:
    """Move long JSON among the bytes, so that many values fit one message's head."""
    content = strict.dumps({"kind": record.kind, "data": record.data})
    if len(content) <= INLINE_BYTES:
        return record
    if len(content) > SPILLED_BYTES:
        raise TooLarge
    return Record(kind="spilled", data=None, blobs=(*record.blobs, content))


def _unspill(record: Record) -> tuple[str, Json, tuple[bytes, ...]]:
    content = record.blobs[-1]
    if len(content) > SPILLED_BYTES:
        raise malformed("spilled")
    pair = strict.loads(content)
    if not isinstance(pair, dict) or pair.keys() != {"kind", "data"} or not isinstance(pair["kind"], str):
        raise malformed("spilled")
    return pair["kind"], pair["data"], record.blobs[:-1]
