"""The models a notebook made, each asked in a jail that holds our code and the model's file, and no student code."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.course.bundle import Limits
from autograder.course.result import Verdict
from autograder.grading.spawn import Answer, RunningJail, Spawner, exchange, model_stopped
from autograder.grading.transcript import Outcome, Transcript, facts_key, predict_key
from autograder.grading.world import StudentCodeStopped
from autograder.messages import say
from autograder.mirrors.arrays import npy, read_npy
from autograder.mirrors.wire import WireClosed, WireError, WireTimeout

PROGRAM = "autograder.kernel.models:main"


class Models:
    """Jails by model file. Each starts at the first question about its model; ``close`` ends them all."""

    def __init__(self, spawner: Spawner, limits: Limits, transcript: Transcript) -> None:
        self._spawner, self._limits, self._transcript = spawner, limits, transcript
        self._jails: dict[str, RunningJail] = {}

    def close(self) -> None:
        """End every jail."""
        for key in list(self._jails):
            self._end(key)

    def facts(self, model: bytes) -> dict[str, Any]:
        """Return what only loading the model tells. Raises ``StudentCodeStopped`` when it cannot be loaded."""
        head, _ = self._ask(model, {"op": "facts"}, ())
        facts = head.get("facts")
        if not isinstance(facts, dict):
            raise model_stopped("refused")
        self._transcript.outcomes[facts_key(model)] = Outcome(facts=facts)
        return facts

    def predict(self, model: bytes, inputs: NDArray[Any]) -> NDArray[Any]:
        """Return the model's finite float predictions, one row an input. Raises ``StudentCodeStopped``."""
        content = npy(inputs)
        _, blobs = self._ask(model, {"op": "predict"}, (content,))
        try:
            scores = read_npy(blobs[0])
        except (IndexError, ValueError):
            raise StudentCodeStopped(Verdict.FAILED, say("grading.model.no_prediction")) from None
        if scores.shape[:1] != inputs.shape[:1] or scores.dtype.kind != "f" or not np.isfinite(scores).all():
            raise StudentCodeStopped(Verdict.FAILED, say("grading.model.no_prediction"))
        self._transcript.outcomes[predict_key(model, content)] = Outcome(content=blobs[0])
        return scores

    def _ask(self, model: bytes, head: dict[str, Any], blobs: tuple[bytes, ...]) -> Answer:
        key = facts_key(model)
        try:
            if key not in self._jails:
                self._jails[key] = self._spawner.spawn(PROGRAM, {}, self._limits)
                self._exchange(key, {"op": "load"}, (model,))
            return self._exchange(key, head, blobs)
        except WireTimeout:
            self._end(key)
            raise model_stopped("wall") from None
        except (WireClosed, WireError, OSError):
            raise model_stopped(self._end(key)) from None

    def _exchange(self, key: str, head: dict[str, Any], blobs: tuple[bytes, ...]) -> Answer:
        answer = exchange(self._jails[key], head, blobs, self._limits.test_seconds)
        if "refused" in answer[0]:
            raise model_stopped("refused")
        return answer

    def _end(self, key: str) -> str:
        reason, peak = self._jails.pop(key).close()
        self._transcript.peak_memory_bytes = max(self._transcript.peak_memory_bytes, peak)
        return reason
