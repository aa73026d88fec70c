"""Keras models: the description and the weights' file as saved in the jail; what they do, asked of another jail.

A model crosses as the two parts of its ``.keras`` file, ``config.json`` and ``model.weights.h5``. The grader reads the
first as strict JSON and never opens the second; predictions come from both together, put into one file again.
"""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.messages import say
from autograder.mirrors.arrays import TensorMirror
from autograder.mirrors.crossing import Pair, Read, Reader, Writer
from autograder.mirrors.errors import MirrorError, malformed
from autograder.mirrors.layers import LayerFacts, LayerMirror, Loaded, WeightMirror
from autograder.mirrors.lineage import descends
from autograder.mirrors.record import Far, Json
from autograder.mirrors.settings import described, named_class, read_described, revived
from autograder.mirrors.specs import DType, read_shape

CONFIG, WEIGHTS, METADATA = "config.json", "model.weights.h5", "metadata.json"
LAYERS = 5000

_EPOCH = (1980, 1, 1, 0, 0, 0)
_DIGEST = re.compile(r"[0-9a-f]{64}")


def keras_file(config: bytes, weights: bytes) -> bytes:
    """Return a ``.keras`` file of these parts: the same parts, the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in ((METADATA, b"{}"), (CONFIG, config), (WEIGHTS, weights)):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content)
    return buffer.getvalue()


class ModelFile:
    """One saved model: the file, and what loading it in a jail has told."""

    def __init__(self, config: bytes, weights: bytes, far: Far) -> None:
        self._parts = (config, weights)
        self._far = far
        self._facts: dict[str, LayerFacts] | None = None

    def facts(self, path: str) -> LayerFacts:
        """Return what loading tells of the layer at ``path``."""
        if self._facts is None:
            self._facts = _read_facts(self._far.model_facts(keras_file(*self._parts)))
        if path not in self._facts:
            raise malformed("model")
        return self._facts[path]

    def predict(self, inputs: NDArray[Any]) -> NDArray[Any]:
        """Return the model's predictions."""
        return self._far.predict(keras_file(*self._parts), inputs)


class ModelMirror(LayerMirror):
    """A model: its layers, how it was compiled, and its predictions. ``type(mirror).__name__`` is "Sequential" etc."""

    def __init__(self, raw: dict[str, Any], path: str, file: Loaded) -> None:
        class_name, config = described(raw)
        super().__init__(class_name, config, path, file)
        compiling = raw.get("compile_config")
        self._compile_config: dict[str, Any] = compiling if isinstance(compiling, dict) else {}
        self.layers: list[LayerMirror] = [
            _layer(item, path, file) for item in _listed(config) if _is_layer(item, class_name)
        ]

    @property
    def trainable_weights(self) -> list[WeightMirror]:
        """The weights that training would change: none when the model's own flag is off, else those of its innermost
        layers whose flags are on (as in Keras, where the flag of a model in between silences nothing).

        The flags are the saved description's: Keras 3.15 forgets a nested Sequential's own flag on loading.
        """
        return [weight for leaf in self.leaves() for weight in leaf.trainable_weights] if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[WeightMirror]:
        """The weights that training would leave."""
        if not self.trainable:
            return self.weights
        return [weight for leaf in self.leaves() for weight in leaf.non_trainable_weights]

    trainable_variables = trainable_weights
    non_trainable_variables = non_trainable_weights

    def leaves(self) -> Iterator[LayerMirror]:
        """Yield the layers that are no models, at every depth, in order."""
        for layer in self.layers:
            if isinstance(layer, ModelMirror):
                yield from layer.leaves()
            else:
                yield layer

    def get_layer(self, name: str | None = None, index: int | None = None) -> LayerMirror:
        """Return a layer by name or place. Raises ``ValueError`` for a name it has not."""
        if index is not None:
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(f"No such layer: {name}")

    def get_compile_config(self) -> dict[str, Any]:
        """Return how the model was compiled, as Keras gives it; {} when it never was."""
        return dict(self._compile_config)

    @property
    def compiled(self) -> bool:
        """Whether the model was compiled."""
        return bool(self._compile_config)

    @property
    def optimizer(self) -> Any:
        """The optimizer: its class's name, ``learning_rate`` and other settings; None when never compiled."""
        return revived(self._compile_config.get("optimizer"))

    @property
    def loss(self) -> Any:
        """The loss as it was given: a name, or an object's class and settings."""
        return revived(self._compile_config.get("loss"))

    @property
    def metrics(self) -> list[Any]:
        """The metrics as they were given, names or objects."""
        found = self._compile_config.get("metrics")
        return [revived(metric) for metric in found] if isinstance(found, list) else []

    def predict(self, x: Any, batch_size: int | None = None, verbose: Any = 0) -> NDArray[Any]:  # noqa: ARG002
        """Return the predictions for ``x``, shape (n, ...), made in a jail from the model's file."""
        if self.path or not isinstance(self._loaded, ModelFile):
            raise MirrorError(say("mirrors.model.part"))
        return self._loaded.predict(np.asarray(x))

    def __call__(self, x: Any, training: bool = False) -> TensorMirror:  # noqa: ARG002
        return self.predict(x).view(TensorMirror)


def _listed(config: dict[str, Any]) -> list[Any]:
    found = config.get("layers", [])
    if not isinstance(found, list) or len(found) > LAYERS:
        raise malformed("model")
    return found


_OPERATIONS = ("keras.src.ops", "keras.ops", "keras.src.activations", "keras.activations")


def _is_layer(item: Any, owner: str) -> bool:
    """Return whether Keras counts it among ``.layers``: a bare operation never, a Sequential's input layer neither."""
    name, _ = described(item)
    if owner == "Sequential" and name == "InputLayer":
        return False
    return not str(item.get("module", "")).startswith(_OPERATIONS)


def _layer(raw: dict[str, Any], path: str, file: Loaded) -> LayerMirror:
    class_name, config = described(raw)
    own = str(config.get("name", raw.get("name", "")))
    below = f"{path}/{own}" if path else own
    if isinstance(config.get("layers"), list):
        mirror: LayerMirror = named_class(ModelMirror, class_name)(raw, below, file)
    else:
        mirror = named_class(LayerMirror, class_name)(class_name, config, below, file)
    return mirror


def _read_facts(raw: Any) -> dict[str, LayerFacts]:
    """Return what jail B said, checked: it loaded a student's file, so that is a claim, too."""
    if not isinstance(raw, dict) or not isinstance(raw.get("layers"), dict) or len(raw["layers"]) > LAYERS:
        raise malformed("model")
    try:
        return {str(path): _layer_facts(item) for path, item in raw["layers"].items()}
    except (KeyError, TypeError, ValueError) as error:
        raise malformed("model") from error


def _layer_facts(raw: dict[str, Any]) -> LayerFacts:
    if not isinstance(raw["digest"], str) or not _DIGEST.fullmatch(raw["digest"]):
        raise malformed("model")
    return LayerFacts(
        weights=tuple(_weight(item) for item in raw["weights"]),
        digest=raw["digest"],
        built=raw["built"] is True,
        input_shape=None if raw["input_shape"] is None else read_shape(raw["input_shape"]),
        output_shape=None if raw["output_shape"] is None else read_shape(raw["output_shape"]),
    )


def _weight(raw: dict[str, Any]) -> WeightMirror:
    shape = read_shape(raw["shape"])
    if None in shape:
        raise malformed("model")
    return WeightMirror(
        shape=tuple(size or 0 for size in shape), dtype=DType(str(raw["dtype"])[:40]), learns=raw["learns"] is True
    )


def write_model(value: object, writer: Writer) -> Pair | None:
    """Write a Keras model as the parts of the file that Keras saves."""
    if not descends(value, ("keras",), "Model"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        value.save(path)  # type: ignore[attr-defined]
        with zipfile.ZipFile(path) as archive:
            return "model", [writer.blob(archive.read(CONFIG)), writer.blob(archive.read(WEIGHTS))]


def _read_model(data: Json, reader: Reader) -> object:
    if not isinstance(data, list) or len(data) != 2:
        raise malformed("model")
    config, weights = reader.blob(data[0]), reader.blob(data[1])
    raw = read_described(config)
    class_name, _ = described(raw)
    return named_class(ModelMirror, class_name)(raw, "", ModelFile(config, weights, reader.far))


READ: dict[str, Read] = {"model": _read_model}
