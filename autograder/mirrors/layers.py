"""Keras layers: class, settings, own ``trainable`` flag; the weights' shapes from whoever loaded the model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from autograder.messages import say
from autograder.mirrors.crossing import Pair, Read, Reader, Writer
from autograder.mirrors.errors import MirrorError
from autograder.mirrors.lineage import descends
from autograder.mirrors.record import Json
from autograder.mirrors.settings import (
    NamedMirror,
    SettingMirror,
    described,
    named_class,
    read_described,
    write_described,
)
from autograder.mirrors.specs import DType, SpecMirror, SpecShape


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightMirror:
    """A weight without its numbers. ``learns``: it does, unless its layer is frozen (a moving average never does)."""

    shape: tuple[int, ...]
    dtype: DType
    learns: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerFacts:
    """What only loading tells of a layer, a model included. ``digest``: sha256 of its weights."""

    weights: tuple[WeightMirror, ...]
    digest: str
    built: bool
    input_shape: SpecShape | None
    output_shape: SpecShape | None


class Loaded(Protocol):
    """Whoever can load the model that a layer is part of."""

    def facts(self, path: str) -> LayerFacts: ...


class Unloaded:
    """A layer outside of a model: there is no file to load."""

    def facts(self, path: str) -> LayerFacts:  # noqa: ARG002
        raise MirrorError(say("mirrors.layer.alone"))


class LayerMirror(SettingMirror):
    """A layer. ``path``: the names of the models it is in and its own, joined by "/"; "" for a whole model."""

    def __init__(self, class_name: str, config: dict[str, Any], path: str, loaded: Loaded) -> None:
        super().__init__(class_name, config)
        self.path = path
        self._loaded = loaded

    @property
    def name(self) -> str:
        """The layer's name."""
        return str(self._config.get("name", ""))

    @property
    def trainable(self) -> bool:
        """The layer's own flag."""
        return self._config.get("trainable", True) is not False

    @property
    def activation(self) -> NamedMirror:
        """The activation, with its name. Raises ``AttributeError`` for a layer that has none."""
        found = self.__getattr__("activation")
        if found is None or isinstance(found, str):
            return NamedMirror(found or "linear")
        return found if isinstance(found, NamedMirror) else NamedMirror(found.class_name)

    @property
    def built(self) -> bool:
        """Whether the layer knows its input's shape, and so has its weights."""
        return self._facts().built

    @property
    def weights(self) -> list[WeightMirror]:
        """All weights, in Keras' order."""
        return list(self._facts().weights)

    @property
    def trainable_weights(self) -> list[WeightMirror]:
        """The weights that training would change."""
        return [weight for weight in self.weights if weight.learns] if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[WeightMirror]:
        """The weights that training would leave."""
        return [weight for weight in self.weights if not weight.learns] if self.trainable else self.weights

    trainable_variables = trainable_weights
    non_trainable_variables = non_trainable_weights
    variables = weights

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """Shape of the one input, the batch's axis None. Raises ``AttributeError`` when there is no one shape."""
        return _known(self._facts().input_shape, "input_shape")

    @property
    def output_shape(self) -> tuple[int | None, ...]:
        """Shape of the one output, likewise."""
        return _known(self._facts().output_shape, "output_shape")

    @property
    def input(self) -> SpecMirror:
        """The symbolic input: its shape."""
        return SpecMirror(shape=SpecShape(self.input_shape), dtype=DType("float32"))

    @property
    def output(self) -> SpecMirror:
        """The symbolic output: its shape."""
        return SpecMirror(shape=SpecShape(self.output_shape), dtype=DType("float32"))

    def count_params(self) -> int:
        """Return how many numbers the weights hold, learning or not."""
        return parameter_count(self.weights)

    def weights_digest(self) -> str:
        """Return the sha256 (hex) over each weight's dtype, shape and bytes, in order."""
        return self._facts().digest

    def _facts(self) -> LayerFacts:
        return self._loaded.facts(self.path)


def parameter_count(weights: Sequence[WeightMirror]) -> int:
    """Return how many numbers the weights hold."""
    return sum(math.prod(weight.shape) for weight in weights)


def _known(shape: SpecShape | None, name: str) -> tuple[int | None, ...]:
    if shape is None:
        raise AttributeError(name)
    return tuple(shape)


def write_layer(value: object, writer: Writer) -> Pair | None:
    """Write a layer that stands alone."""
    return ("layer", write_described(value, writer)) if descends(value, ("keras",), "Layer") else None


def _read_layer(data: Json, reader: Reader) -> object:
    name, config = described(read_described(reader.blob(data)))
    return named_class(LayerMirror, name)(name, config, "", Unloaded())


READ: dict[str, Read] = {"layer": _read_layer}
