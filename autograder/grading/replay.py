"""Keeping a transcript by content, and answering a test's questions from it: a regrade that runs no notebook."""

from __future__ import annotations

import json
from typing import Any

from numpy.typing import NDArray

from autograder.course.result import Verdict
from autograder.grading.spawn import call_stopped
from autograder.grading.transcript import (
    CellRun,
    Outcome,
    Shown,
    Stop,
    Transcript,
    call_key,
    facts_key,
    predict_key,
    without_bytes,
)
from autograder.grading.world import NotRecorded, Objects
from autograder.mirrors import from_bytes, mirror, record, to_bytes
from autograder.mirrors.arrays import npy, read_npy
from autograder.mirrors.record import Record


def keep(transcript: Transcript, objects: Objects) -> str:
    """Keep a transcript, its records and pictures; return the digest by which ``load`` finds it."""
    content = {
        "cells": [
            {**without_bytes(cell), "shown": [_keep_shown(shown, objects) for shown in cell.shown]}
            for cell in transcript.cells
        ],
        "captures": {
            test: {name: objects.put(to_bytes(value)) for name, value in values.items()}
            for test, values in transcript.captures.items()
        },
        "outcomes": {key: _keep_outcome(outcome, objects) for key, outcome in transcript.outcomes.items()},
        "stop": None if transcript.stop is None else without_bytes(transcript.stop),
        "layers": list(transcript.layers),
        "peak_memory_bytes": transcript.peak_memory_bytes,
    }
    return objects.put(json.dumps(content, sort_keys=True, separators=(",", ":")).encode())


def load(digest: str, objects: Objects) -> Transcript:
    """Return the transcript that ``keep`` kept. Raises ``KeyError`` when a part of it is gone."""
    content = json.loads(objects.get(digest))
    return Transcript(
        cells=[
            CellRun(**{**cell, "shown": tuple(_load_shown(shown, objects) for shown in cell["shown"])})
            for cell in content["cells"]
        ],
        captures={
            test: {name: from_bytes(objects.get(value)) for name, value in values.items()}
            for test, values in content["captures"].items()
        },
        outcomes={key: _load_outcome(outcome, objects) for key, outcome in content["outcomes"].items()},
        stop=_load_stop(content["stop"]),
        layers=tuple(content["layers"]),
        peak_memory_bytes=content["peak_memory_bytes"],
    )


def _keep_shown(shown: Shown, objects: Objects) -> dict[str, Any]:
    return {"mime": shown.mime, "text": shown.text, "png": objects.put(shown.png) if shown.png else None}


def _load_shown(raw: dict[str, Any], objects: Objects) -> Shown:
    return Shown(mime=raw["mime"], text=raw["text"], png=objects.get(raw["png"]) if raw["png"] else b"")


def _keep_outcome(outcome: Outcome, objects: Objects) -> dict[str, Any]:
    return {
        "record": None if outcome.record is None else objects.put(to_bytes(outcome.record)),
        "content": None if outcome.content is None else objects.put(outcome.content),
        "facts": outcome.facts,
        "raised": outcome.raised,
    }


def _load_outcome(raw: dict[str, Any], objects: Objects) -> Outcome:
    return Outcome(
        record=None if raw["record"] is None else from_bytes(objects.get(raw["record"])),
        content=None if raw["content"] is None else objects.get(raw["content"]),
        facts=raw["facts"],
        raised=raw["raised"],
    )


def _load_stop(raw: dict[str, Any] | None) -> Stop | None:
    return None if raw is None else Stop(**{**raw, "verdict": Verdict(raw["verdict"])})


class Replay:
    """A world made of a transcript. Raises ``NotRecorded`` when a changed test asks for something new."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript

    def captured(self, test: str) -> dict[str, Record] | None:
        return self._transcript.captures.get(test)

    def call(self, handle: str, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        sent = tuple(record(arg, refuse) for arg in args)
        named = {name: record(value, refuse) for name, value in kwargs.items()}
        outcome = self._outcome(call_key(handle, sent, named))
        if outcome.raised is not None:
            raise call_stopped(outcome.raised)
        if outcome.record is None:
            raise NotRecorded(handle)
        return mirror(outcome.record, self)

    def model_facts(self, model: bytes) -> dict[str, Any]:
        outcome = self._outcome(facts_key(model))
        if outcome.facts is None:
            raise NotRecorded("facts")
        return outcome.facts

    def predict(self, model: bytes, inputs: NDArray[Any]) -> NDArray[Any]:
        outcome = self._outcome(predict_key(model, npy(inputs)))
        if outcome.content is None:
            raise NotRecorded("predict")
        return read_npy(outcome.content)

    def _outcome(self, key: str) -> Outcome:
        outcome = self._transcript.outcomes.get(key)
        if outcome is None:
            raise NotRecorded(key)
        return outcome


def refuse(value: object) -> str:
    """Refuse to keep a live object: a test sends plain values and arrays into the jail, nothing else."""
    raise TypeError(f"a test cannot send a {type(value).__name__} to the student's code")
