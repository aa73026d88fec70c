"""Jail B: our code and a student's model file, no student code. Loads the model, tells facts, predicts.

``{"op": "load"}`` with the ``.keras`` file, later ``{"op": "facts"}`` → ``{"facts": {"layers": {path: {...}}}}``;
``{"op": "predict"}`` with an ``.npy`` array → the predictions likewise; ``{"refused": "ValueError"}`` when it fails.
"""

from __future__ import annotations

import hashlib
import math
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from autograder.mirrors.arrays import npy, read_npy
from autograder.mirrors.wire import Wire, WireClosed, WireError

CROSSING_BYTES = 256 << 20
BATCH = 64

Answer = tuple[dict[str, Any], list[bytes]]


def main(sock: socket.socket) -> None:
    """Serve one model until the peer is gone."""
    wire = Wire(sock, int(os.environ.get("AUTOGRADER_CROSSING_BYTES", CROSSING_BYTES)))
    server = ModelServer()
    while True:
        try:
            head, blobs = wire.receive(None)
        except WireError:
            return
        answer, attached = server.answer(head, blobs)
        try:
            wire.send(answer, attached)
        except WireClosed:
            return
        except WireError:
            wire.send({"refused": "TooLarge"})


class ModelServer:
    """Answers about one model. Whatever loading or running it raises becomes a refusal, by the error's name."""

    def __init__(self) -> None:
        self._model: Any = None

    def answer(self, head: dict[str, Any], blobs: tuple[bytes, ...]) -> Answer:
        """Return the answer to one request."""
        try:
            match head.get("op"):
                case "load":
                    self._model = _load(blobs[0])
                    return {"facts": facts(self._model)}, []
                case "facts":
                    return {"facts": facts(self._model)}, []
                case "predict":
                    return {"predicted": True}, [npy(_predict(self._model, read_npy(blobs[0])))]
        except BaseException as error:
            return {"refused": type(error).__name__[:100]}, []
        return {"refused": "NoSuchRequest"}, []


def facts(model: Any) -> dict[str, Any]:
    """Return what loading tells of a model and of each layer in it, by path ("" for the model itself)."""
    model.trainable = False  # Keras 3.15 passes a flag on to the layers inside only when the model's own one changes
    model.trainable = True  # every flag on, so that what learns by nature can be told from what never does
    return {"layers": dict(_walk(model, ""))}


def _load(content: bytes) -> Any:
    import keras  # the zygote has it; who only asks for ``facts`` need not

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(content)
        return keras.saving.load_model(path, compile=False, safe_mode=True)


def _walk(layer: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield path, _layer_facts(layer)
    for inner in getattr(layer, "layers", []):
        yield from _walk(inner, f"{path}/{inner.name}" if path else inner.name)


def _layer_facts(layer: Any) -> dict[str, Any]:
    learning = {id(weight) for weight in layer.trainable_weights}
    return {
        "class": type(layer).__name__,
        "built": bool(layer.built),
        "weights": [
            {"shape": list(weight.shape), "dtype": str(weight.dtype), "learns": id(weight) in learning}
            for weight in layer.weights
        ],
        "digest": _digest(layer.get_weights()),
        "parameters": sum(math.prod(weight.shape) for weight in layer.weights),
        "input_shape": _shape(layer, "input"),
        "output_shape": _shape(layer, "output"),
    }


def _digest(weights: list[Any]) -> str:
    """Return the sha256 over each weight's dtype, shape and bytes, as ``checks.weights.digest_of`` defines it."""
    digest = hashlib.sha256()
    for weight in weights:
        plain = np.ascontiguousarray(weight, weight.dtype.newbyteorder("<")).reshape(np.shape(weight))
        digest.update(f"{plain.dtype.str}{plain.shape}".encode())
        digest.update(plain.tobytes())
    return digest.hexdigest()


def _shape(layer: Any, end: str) -> list[int | None] | None:
    """Return the shape of a layer's one input or output; None when it has none, or several."""
    try:  # a model has ``input_shape``, another layer has its symbolic ``input``
        shape = list(getattr(layer, f"{end}_shape", None) or getattr(layer, end).shape)
    except (AttributeError, TypeError, ValueError):
        return None
    return shape if all(size is None or isinstance(size, int) for size in shape) else None


def _predict(model: Any, inputs: Any) -> Any:
    """Return the predictions as floats, in batches; eagerly, which for some hundred inputs beats tracing a graph."""
    parts = [np.asarray(model(inputs[at : at + BATCH], training=False)) for at in range(0, len(inputs), BATCH)]
    if not parts:
        raise ValueError("no inputs")
    return np.concatenate(parts).astype(np.float32)
