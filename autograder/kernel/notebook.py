"""Jail A: runs a notebook's cells, gives values as records, calls functions. All that it says is a claim.

Requests and answers over the wire:
``{"op": "run", "cell", "source", "seconds", "pictures"}`` →
    ``{"ok", "text", "error", "shown", "seconds"}`` and PNG blobs;
``{"op": "capture", "names", "seconds"?}`` → ``{"records": {name: {"kind", "data", "blobs"}}}`` and their blobs;
``{"op": "call", "handle", "args", "kwargs", "seconds"}`` → ``{"record"}`` or ``{"raised": "ValueError"}``.
"""

from __future__ import annotations

import contextlib
import os
import random
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

import autograder.kernel.warm  # noqa: F401 (whoever forks after this import has its caches)
from autograder.kernel.clock import CellTimeout, time_limit
from autograder.kernel.shell import NotebookShell, close_figures, notebook_shell
from autograder.kernel.tape import Screen, Tape
from autograder.mirrors import Record, mirror, opaque_record, record
from autograder.mirrors.arrays import TensorMirror
from autograder.mirrors.lineage import clip
from autograder.mirrors.packing import pack, packed_size, unpack
from autograder.mirrors.wire import Wire, WireClosed, WireError

CROSSING_BYTES = 256 << 20
MARGIN_BYTES = 4 << 20
HEAD_BYTES = 3 << 20
SECONDS = 60.0
MESSAGE = 2000
NAME = 100
SEED = 20260101

Answer = tuple[dict[str, Any], list[bytes]]


def main(sock: socket.socket) -> None:
    """Serve one notebook until the peer is gone."""
    random.seed(SEED)  # a fork shares its parent's state; a fixed one makes a second run of an attempt repeat the first
    np.random.seed(SEED)
    if "" not in sys.path:
        sys.path.insert(0, "")
    limit = int(os.environ.get("AUTOGRADER_CROSSING_BYTES", CROSSING_BYTES))
    with notebook_shell() as shell:
        Notebook(Wire(sock, limit), shell, limit).serve()


class Notebook:
    """One notebook: its names live in the shell; functions that were asked for are kept under handles."""

    def __init__(self, wire: Wire, shell: NotebookShell, limit: int) -> None:
        self._wire, self._shell, self._limit = wire, shell, limit
        self._kept: list[object] = []

    def serve(self) -> None:
        """Answer requests until the wire closes."""
        while True:
            try:
                head, blobs = self._wire.receive(None)
            except WireError:
                return
            answer, attached = self._answer(head, blobs)
            try:
                self._wire.send(answer, attached)
            except WireClosed:
                return
            except WireError:
                self._wire.send({"failed": "too large"})

    def keep(self, value: object) -> str:
        """Keep a live object; return its handle, the same one for the same object."""
        for index, kept in enumerate(self._kept):
            if kept is value:
                return f"h{index}"
        self._kept.append(value)
        return f"h{len(self._kept) - 1}"

    def call(self, handle: str, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        """Call what is kept under ``handle``: functions sent back as arguments are called here, too."""
        kept: Any = self._kept[int(handle.removeprefix("h"))]
        return kept(*args, **kwargs)

    def model_facts(self, model: bytes) -> NoReturn:  # noqa: ARG002
        raise TypeError("a model does not travel back")

    def predict(self, model: bytes, inputs: NDArray[Any]) -> NoReturn:  # noqa: ARG002
        raise TypeError("a model does not travel back")

    def _answer(self, head: dict[str, Any], blobs: Sequence[bytes]) -> Answer:
        match head.get("op"):
            case "run":
                return self._run(
                    str(head.get("source", "")), _seconds(head), pictures=head.get("pictures") is not False
                )
            case "capture":
                return self._capture(head.get("names", []), _seconds(head))
            case "call":
                return self._call(head, blobs, _seconds(head))
        return {"failed": "no such request"}, []

    def _run(self, source: str, seconds: float, *, pictures: bool) -> Answer:
        screen = self._shell.screen = Screen()
        self._shell.draw_pictures(pictures)
        began = time.perf_counter()
        error: BaseException | None
        try:
            with _printing_to(screen.tape), time_limit(seconds):
                result = self._shell.run_cell(source, store_history=True)
            error = result.error_before_exec or result.error_in_exec
        except BaseException as raised:  # a limit that strikes between the cell's end and ours
            error = raised
        shown, blobs = _split(screen)
        return {
            "ok": error is None,
            "text": screen.tape.text(),
            "error": None if error is None else _told(error, self._shell.execution_count - 1),
            "shown": shown,
            "seconds": time.perf_counter() - began,
        }, blobs

    def _capture(self, names: Sequence[object], seconds: float) -> Answer:
        records: dict[str, Any] = {}
        blobs: list[bytes] = []
        head_left, blobs_left = HEAD_BYTES, self._limit - MARGIN_BYTES
        for name in names:
            if not isinstance(name, str) or name not in self._shell.user_ns:
                continue
            found = self._record(self._shell.user_ns[name], seconds)
            head, rest = packed_size(found)
            if head > head_left or rest > blobs_left:
                found = opaque_record(self._shell.user_ns[name], "large")
                head, rest = packed_size(found)
            head_left, blobs_left = head_left - head, blobs_left - rest
            records[name] = pack(found, blobs)
        return {"records": records}, blobs

    def _record(self, value: object, seconds: float) -> Record:
        try:
            with _printing_to(Tape(0)), time_limit(seconds):
                return record(value, self.keep)
        except BaseException:  # the limit, or what the value's own methods raise
            return opaque_record(value, "slow")
        finally:
            close_figures()

    def _call(self, head: dict[str, Any], blobs: Sequence[bytes], seconds: float) -> Answer:
        self._shell.screen = Screen()  # whatever a call shows may carry hidden inputs: it is dropped
        try:
            with _printing_to(Tape(0)), time_limit(seconds):
                args = tuple(_live(mirror(unpack(raw, blobs), self)) for raw in head["args"])
                kwargs = {str(name): _live(mirror(unpack(raw, blobs), self)) for name, raw in head["kwargs"].items()}
                found = record(self.call(str(head["handle"]), args, kwargs), self.keep)
        except BaseException as raised:
            return {"raised": clip(type(raised).__name__, NAME)}, []
        finally:
            close_figures()
        attached: list[bytes] = []
        return {"record": pack(found, attached)}, attached


def _seconds(head: dict[str, Any]) -> float:
    seconds = head.get("seconds", SECONDS)
    return float(seconds) if isinstance(seconds, int | float) else SECONDS


@contextlib.contextmanager
def _printing_to(tape: Tape) -> Iterator[None]:
    with contextlib.redirect_stdout(tape), contextlib.redirect_stderr(tape):
        yield


def _split(screen: Screen) -> tuple[list[dict[str, Any]], list[bytes]]:
    shown: list[dict[str, Any]] = []
    blobs: list[bytes] = []
    for item in screen.shown:
        if item.png:
            shown.append({"mime": item.mime, "blob": len(blobs)})
            blobs.append(item.png)
        else:
            shown.append({"mime": item.mime, "text": item.text})
    return shown, blobs


def _told(error: BaseException, count: int) -> dict[str, Any]:
    """Return an exception's name and message, and the line of the cell it came from (0 when it came from none)."""
    try:
        message = clip(error.msg if isinstance(error, SyntaxError) else str(error), MESSAGE)
    except BaseException:
        message = ""
    return {"name": clip(type(error).__name__, NAME), "message": message, "line": _line(error, count)}


def _line(error: BaseException, count: int) -> int:
    if isinstance(error, SyntaxError):
        return error.lineno or 0
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith(f"<ipython-input-{count}-"):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _live(value: object) -> object:
    """Return an argument as the student's own code would meet it: a tensor is a tensor again."""
    if isinstance(value, TensorMirror) and "tensorflow" in sys.modules:
        return sys.modules["tensorflow"].convert_to_tensor(value.numpy())
    if type(value) in (list, tuple):
        return type(value)(_live(item) for item in value)  # type: ignore[attr-defined,call-arg]
    return value


__all__ = ["CellTimeout", "Notebook", "main"]
