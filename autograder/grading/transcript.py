"""What crossed the trust boundary in one run, as plain values: enough to examine it again without running anything."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from autograder.course.result import Verdict
from autograder.mirrors import digest as record_digest
from autograder.mirrors.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One thing that a cell displayed: text of a type, or a picture (PNG bytes)."""

    mime: str
    text: str = ""
    png: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRun:
    """How one cell's run ended. ``error`` is the exception's class name, empty when it raised nothing."""

    cell: str
    seconds: float
    text: str = ""
    error: str = ""
    message: str = ""
    shown: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """The run ended in ``cell``, before the notebook's end."""

    cell: str
    verdict: Verdict
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came back for one request: a record, an array's bytes, facts, or how the code stopped."""

    record: Record | None = None
    content: bytes | None = None
    facts: dict[str, Any] | None = None
    raised: str | None = None


@dataclass(slots=True, kw_only=True)
class Transcript:
    """A run so far: cells, values at each test's place, answers to requests. Filled by ``Live``, read by ``Replay``."""

    cells: list[CellRun] = field(default_factory=list)
    captures: dict[str, dict[str, Record]] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    stop: Stop | None = None
    layers: tuple[str, ...] = ()
    peak_memory_bytes: int = 0


def call_key(handle: str, args: tuple[Record, ...], kwargs: Mapping[str, Record]) -> str:
    """Return the key under which the outcome of a call is kept."""
    parts = [
        handle,
        [record_digest(arg) for arg in args],
        {name: record_digest(kwargs[name]) for name in sorted(kwargs)},
    ]
    return "call:" + _sha256(json.dumps(parts).encode())


def predict_key(model: bytes, inputs: bytes) -> str:
    """Return the key under which a model's predictions for ``inputs`` (.npy bytes) are kept."""
    return f"predict:{_sha256(model)}:{_sha256(inputs)}"


def facts_key(model: bytes) -> str:
    """Return the key under which what loading a model tells is kept."""
    return "facts:" + _sha256(model)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def without_bytes(value: CellRun | Stop) -> dict[str, Any]:
    """Return a value's fields without its pictures, ready for JSON."""
    fields = asdict(value)
    fields.pop("shown", None)
    return fields
