"""What ``fit`` returns: its curves as lists of floats, the epochs, the parameters."""

from __future__ import annotations

from typing import Any

from autograder.mirrors.crossing import Pair, Read, Reader, Writer
from autograder.mirrors.errors import malformed
from autograder.mirrors.lineage import descends
from autograder.mirrors.record import Json

CURVES = 200


class HistoryMirror:
    """A training's curves, as ``keras.callbacks.History`` holds them."""

    class_name = "History"

    def __init__(self, history: dict[str, list[float]], epoch: list[int], params: dict[str, Any]) -> None:
        self.history = history
        self.epoch = epoch
        self.params = params

    def __repr__(self) -> str:
        return f"<History of {', '.join(self.history)}>"


def write_history(value: Any, writer: Writer) -> Pair | None:
    """Write a Keras ``History``."""
    if not descends(value, ("keras", "tensorflow"), "History"):
        return None
    curves = {str(name): list(map(float, curve)) for name, curve in value.history.items()}
    epochs = list(map(int, value.epoch))
    params = {str(name): item for name, item in (value.params or {}).items() if type(item) in (int, float, str, bool)}
    return "history", [writer.node(curves), writer.node(epochs), writer.node(params)]


def _read_history(data: Json, reader: Reader) -> object:
    if not isinstance(data, list) or len(data) != 3:
        raise malformed("history")
    curves, epochs, params = (reader.node(part) for part in data)
    if not isinstance(curves, dict) or not isinstance(epochs, list) or not isinstance(params, dict):
        raise malformed("history")
    if len(curves) > CURVES or not all(type(name) is str and type(curve) is list for name, curve in curves.items()):
        raise malformed("history")
    if not all(type(point) is float for curve in curves.values() for point in curve):
        raise malformed("history")
    if not all(type(epoch) is int for epoch in epochs):
        raise malformed("history")
    return HistoryMirror(curves, epochs, params)


READ: dict[str, Read] = {"history": _read_history}
