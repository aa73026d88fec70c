"""A run in jails: the notebook's cells in one, the models it made in others. All that comes back is a claim.

Hidden inputs are sent only after the last cell has run and all that the notebook shows has been gathered, so that
nothing the student sees can carry them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from autograder.course.bundle import Limits
from autograder.grading.join import Step
from autograder.grading.models import Models
from autograder.grading.replay import refuse
from autograder.grading.spawn import Answer, RunningJail, Spawner, call_stopped, exchange, notebook_stopped
from autograder.grading.transcript import CellRun, Outcome, Shown, Stop, Transcript, call_key
from autograder.mirrors import mirror, record
from autograder.mirrors.record import Record
from autograder.mirrors.wire import WireClosed, WireError, WireTimeout

PROGRAM = "autograder.kernel.notebook:main"

GRACE_SECONDS = 3.0
"""How much longer than its limit a cell may take to notice that its time is over, before its jail is killed."""

SHOWN_MOST = 200
"""Of the things a cell displays, so many are kept."""


class Live:
    """A world made of running jails. Use as a context manager: leaving it ends them all.

    ``all_pictures``: draw what locked cells show as well, for a notebook that people are to look at.
    """

    def __init__(
        self,
        spawner: Spawner,
        *,
        steps: tuple[Step, ...],
        names: Mapping[str, tuple[str, ...]],
        public: Mapping[str, str],
        limits: Limits,
        all_pictures: bool = False,
    ) -> None:
        self._all_pictures = all_pictures
        self._spawner, self._steps, self._names, self._public, self._limits = spawner, steps, names, public, limits
        self._jail: RunningJail | None = None
        self.transcript = Transcript()
        self._models = Models(spawner, limits, self.transcript)

    def __enter__(self) -> Live:
        return self

    def __exit__(self, *_: object) -> None:
        self._models.close()
        self._end()

    def run(self) -> None:
        """Run the notebook to its end, or to where it stops, and fill ``transcript``."""
        self._run(self.transcript)

    def captured(self, test: str) -> dict[str, Record] | None:
        return self.transcript.captures.get(test)

    def model_facts(self, model: bytes) -> dict[str, Any]:
        return self._models.facts(model)

    def predict(self, model: bytes, inputs: NDArray[Any]) -> NDArray[Any]:
        return self._models.predict(model, inputs)

    def call(self, handle: str, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        sent = tuple(record(arg, refuse) for arg in args)
        named = {name: record(value, refuse) for name, value in kwargs.items()}
        key = call_key(handle, sent, named)
        answer = self._call(handle, sent, named)
        if isinstance(answer, str):
            self.transcript.outcomes[key] = Outcome(raised=answer)
            raise call_stopped(answer)
        self.transcript.outcomes[key] = Outcome(record=answer)
        return mirror(answer, self)

    def _run(self, transcript: Transcript, until: Stop | None = None) -> None:
        """Run the steps, at most to where an earlier run stopped."""
        self._jail = self._spawner.spawn(PROGRAM, self._public, self._limits)
        transcript.layers = self._jail.layers
        deadline = time.monotonic() + self._limits.run_seconds
        for step in self._steps:
            if until is not None and step.cell == until.cell:
                return
            try:
                left = min(self._limits.cell_seconds, deadline - time.monotonic())
                if left <= 0:
                    raise WireTimeout("the notebook as a whole took too long")
                if step.source is None:
                    transcript.captures[step.cell] = self._capture(step.cell)
                else:
                    transcript.cells.append(self._run_cell(step, step.source, left))
            except (WireTimeout, WireClosed, WireError, OSError) as lost:
                stopped = notebook_stopped(self._lost(lost), step.cell)
                transcript.stop = Stop(cell=step.cell, verdict=stopped.verdict, sentence=stopped.sentence)
                return

    def _run_cell(self, step: Step, source: str, limit: float) -> CellRun:
        pictures = self._all_pictures or not step.locked
        asked = {"op": "run", "cell": step.cell, "source": source, "seconds": limit, "pictures": pictures}
        head, blobs = self._ask(asked, (), limit)
        error = head.get("error")
        error = error if isinstance(error, dict) else {}
        shown = head.get("shown")
        seconds = head.get("seconds")
        return CellRun(
            cell=step.cell,
            seconds=float(seconds) if isinstance(seconds, int | float) else 0.0,
            text=_text(head.get("text"), self._limits.output_bytes),
            error=_text(error.get("name"), 100),
            message=_text(error.get("message"), 2000),
            shown=tuple(_shown(item, blobs) for item in (shown if isinstance(shown, list) else [])[:SHOWN_MOST]),
        )

    def _capture(self, test: str) -> dict[str, Record]:
        names = self._names.get(test, ())
        head, blobs = self._ask({"op": "capture", "names": list(names)}, ())
        records = head.get("records")
        if not isinstance(records, dict):
            raise WireError("no records")
        return {name: _record(records[name], blobs) for name in names if name in records}

    def _call(self, handle: str, args: tuple[Record, ...], kwargs: dict[str, Record]) -> Record | str:
        """Return the record of what a function returned, or in a word why it did not return."""
        if self._jail is None:  # an earlier call ended it: this question is not to pay for that one
            self._run(Transcript(), until=self.transcript.stop)
        blobs: list[bytes] = []
        head = {
            "op": "call",
            "handle": handle,
            "seconds": self._limits.cell_seconds,
            "args": [_sent(arg, blobs) for arg in args],
            "kwargs": {name: _sent(value, blobs) for name, value in kwargs.items()},
        }
        try:
            answer, received = self._ask(head, tuple(blobs))
            return _record(answer["record"], received) if "record" in answer else _text(answer.get("raised"), 100)
        except (WireTimeout, WireClosed, WireError, OSError) as lost:
            return self._lost(lost)

    def _ask(self, head: dict[str, Any], blobs: tuple[bytes, ...], seconds: float | None = None) -> Answer:
        if self._jail is None:
            raise WireClosed("no jail")
        limit = self._limits.cell_seconds if seconds is None else seconds
        return exchange(self._jail, head, blobs, limit + GRACE_SECONDS)

    def _lost(self, error: Exception) -> str:
        """End a jail that did not answer as it should; return the reason."""
        reason = self._end()
        return "wall" if isinstance(error, WireTimeout) else reason

    def _end(self) -> str:
        jail, self._jail = self._jail, None
        if jail is None:
            return ""
        reason, peak = jail.close()
        self.transcript.peak_memory_bytes = max(self.transcript.peak_memory_bytes, peak)
        return reason


def _text(value: object, most: int) -> str:
    return value[:most] if isinstance(value, str) else ""


def _shown(raw: object, blobs: tuple[bytes, ...]) -> Shown:
    item = raw if isinstance(raw, dict) else {}
    blob = item.get("blob")
    png = blobs[blob] if isinstance(blob, int) and 0 <= blob < len(blobs) else b""
    return Shown(mime=_text(item.get("mime"), 100), text=_text(item.get("text"), 1 << 20), png=png)


def _record(raw: object, blobs: tuple[bytes, ...]) -> Record:
    """Return the record that a head describes. Raises ``WireError`` when it describes none."""
    if not isinstance(raw, dict) or not isinstance(raw.get("kind"), str) or not isinstance(raw.get("blobs"), list):
        raise WireError("no record")
    indices = raw["blobs"]
    if not all(type(index) is int and 0 <= index < len(blobs) for index in indices):
        raise WireError("a record's bytes are missing")
    return Record(kind=raw["kind"], data=raw.get("data"), blobs=tuple(blobs[index] for index in indices))


def _sent(value: Record, blobs: list[bytes]) -> dict[str, Any]:
    first = len(blobs)
    blobs.extend(value.blobs)
    return {"kind": value.kind, "data": value.data, "blobs": list(range(first, len(blobs)))}
