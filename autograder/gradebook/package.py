"""A graded attempt as one run of bytes and back: canonical JSON, then the pictures it points to.

Equal attempts give equal bytes, so that the object store keeps them once. Layout: the first line, the length of the
JSON (8 bytes, big-endian), the JSON, and the blobs one after another in the order in which the JSON counts them. The
JSON may hold NaN and Infinity as Python writes them: the loss of a training that diverged is NaN.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from autograder.course.result import CellOutput, Exhibit, Flag, GradedAttempt, QuestionResult, Verdict

_FIRST_LINE = b"autograder graded attempt 1\n"
_LENGTH_BYTES = 8


class PackageRefused(ValueError):
    """These bytes are not a graded attempt that ``pack`` wrote."""


def pack(graded: GradedAttempt) -> bytes:
    """Return ``graded`` as bytes from which ``unpack`` makes an equal value."""
    blobs: list[bytes] = []
    content = {
        **_fields(graded),
        "questions": [_fields(question) for question in graded.questions],
        "flags": [_fields(flag) for flag in graded.flags],
        "exhibits": [{**_fields(exhibit), "images": _refer(exhibit.images, blobs)} for exhibit in graded.exhibits],
        "outputs": [{**_fields(output), "png": _refer(output.png, blobs)} for output in graded.outputs],
    }
    text = json.dumps(
        {"attempt": content, "blobs": [len(blob) for blob in blobs]}, sort_keys=True, separators=(",", ":")
    )
    head = text.encode("ascii")
    return b"".join([_FIRST_LINE, len(head).to_bytes(_LENGTH_BYTES, "big"), head, *blobs])


def unpack(content: bytes) -> GradedAttempt:
    """Return the attempt that ``pack`` packed. Raises ``PackageRefused`` on anything else."""
    try:
        raw, blobs = _split(content)
        return GradedAttempt(
            **{
                **raw,
                "questions": tuple(QuestionResult(**{**q, "verdict": Verdict(q["verdict"])}) for q in raw["questions"]),
                "flags": tuple(Flag(**flag) for flag in raw["flags"]),
                "exhibits": tuple(Exhibit(**{**e, "images": _resolve(e["images"], blobs)}) for e in raw["exhibits"]),
                "outputs": tuple(CellOutput(**{**o, "png": _resolve(o["png"], blobs)}) for o in raw["outputs"]),
                "layers": tuple(raw["layers"]),
            }
        )
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise PackageRefused(f"not a packed graded attempt: {error}") from error


def _split(content: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Return the JSON of the attempt and its blobs."""
    if not content.startswith(_FIRST_LINE):
        raise ValueError("the first line is not ours")
    start = len(_FIRST_LINE) + _LENGTH_BYTES
    end = start + int.from_bytes(content[len(_FIRST_LINE) : start], "big")
    head = json.loads(content[start:end])
    blobs = []
    for length in head["blobs"]:
        blobs.append(content[end : end + length])
        end += length
    if end != len(content):
        raise ValueError("the length is not the one declared")
    return head["attempt"], blobs


def _fields(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass, not looking into them (``asdict`` would copy every picture)."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _refer(images: tuple[bytes, ...], blobs: list[bytes]) -> list[int]:
    """Append ``images`` to ``blobs`` and return where each one is."""
    first = len(blobs)
    blobs.extend(images)
    return list(range(first, len(blobs)))


def _resolve(indices: list[int], blobs: list[bytes]) -> tuple[bytes, ...]:
    return tuple(blobs[index] for index in indices)
