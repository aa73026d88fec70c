"""A model as a plain list of parts, so that equivalent ways of writing it look the same.

Read through Keras' public API alone (``layers``, ``get_config``), which a mirror offers too. ``InputLayer`` is left
out; an activation written as a layer or as an operation joins the layer before it; ``Flatten`` after a global
pooling, which changes nothing, is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from typing import Any

from autograder.checks.failure import CheckFailed, given, type_name
from autograder.messages import say

ALIASES = {
    "MaxPool1D": "MaxPooling1D",
    "MaxPool2D": "MaxPooling2D",
    "AvgPool2D": "AveragePooling2D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
    "Convolution2D": "Conv2D",
    "Functional": "Model",
    "Sequential": "Model",
}
PREPROCESSING = ("Rescaling", "Normalization", "Resizing", "CenterCrop", "TrueDivide", "Multiply", "Random*")
REGULARIZATION = ("Dropout", "SpatialDropout*", "GaussianNoise", "GaussianDropout", "BatchNormalization")
_OPERATIONS = {
    "Elu": "elu",
    "Gelu": "gelu",
    "LeakyRelu": "leaky_relu",
    "Relu": "relu",
    "Relu6": "relu6",
    "Selu": "selu",
    "Sigmoid": "sigmoid",
    "Silu": "silu",
    "Softmax": "softmax",
    "Tanh": "tanh",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One step of a model. ``layer`` is the Keras layer or its mirror; None for a bare operation or an expectation."""

    kind: str  # class name; every model is a "Model"
    config: Mapping[str, Any]
    layer: Any = None

    @property
    def activation(self) -> str:
        """Name of the activation; "" where the layer has no such setting."""
        return activation_name(self.config["activation"]) if "activation" in self.config else ""


def parts_of(name: str, model: object, ignore: Iterable[str] = ()) -> list[Part]:
    """Return the parts of ``model`` in order, without those whose class name matches a pattern of ``ignore``."""
    check_model(name, model)
    patterns = tuple(ignore)
    raw = [part for part in _raw_parts(model) if not any(fnmatch(part.kind, pattern) for pattern in patterns)]
    return joined(raw)


def joined(parts: Iterable[Part]) -> list[Part]:
    """Return ``parts`` with each activation joined to a layer before it that has none yet."""
    found: list[Part] = []
    for part in parts:
        before = found[-1] if found else None
        if part.kind == "Activation":
            if part.activation == "linear":
                continue
            if before is not None and _takes_activation(before):
                config = {**before.config, "activation": part.activation}
                found[-1] = replace(before, config=config)
                continue
        if part.kind == "Flatten" and before is not None and before.kind.startswith("Global"):
            continue
        found.append(part)
    return found


def plain_part(kind: str, config: Mapping[str, Any], layer: Any = None) -> Part:
    """Return a part under its usual name; ReLU, Softmax and the like become an ``Activation``."""
    if kind == "Activation":
        return Part(kind=kind, config=config, layer=layer)
    activation = _OPERATIONS.get(kind) or _activation_layer(kind, config)
    if activation:
        return Part(kind="Activation", config={"activation": activation}, layer=layer)
    own = "Model" if isinstance(getattr(layer, "layers", None), list | tuple) else ALIASES.get(kind, kind)
    return Part(kind=own, config=config, layer=layer)


def check_model(name: str, model: object) -> None:
    """Fail unless ``model`` has what every Keras model has: layers."""
    given(name, model)
    if isinstance(model, type):
        raise CheckFailed(say("checks.architecture.model_class", name=name, type=model.__name__))
    if not isinstance(getattr(model, "layers", None), list | tuple):
        raise CheckFailed(say("checks.architecture.not_model", name=name, type=type_name(model)))


def activation_name(activation: object) -> str:
    """Return the name of an activation given as a string, a function, a layer, None or a serialized object."""
    if activation is None:
        return "linear"
    if isinstance(activation, str):
        return activation.lower()
    if isinstance(activation, Mapping):
        kind, config = str(activation.get("class_name", "")), activation.get("config")
        if isinstance(config, str):  # a function: {"class_name": "function", "config": "relu"}
            return config.lower()
        return _activation_layer(kind, config if isinstance(config, Mapping) else {}) or kind.lower() or "?"
    return str(getattr(activation, "__name__", type_name(activation))).lower()


def _raw_parts(model: Any) -> list[Part]:
    layers = {str(layer.name): layer for layer in model.layers}
    config = model.get_config() if hasattr(model, "get_config") else {}
    described = config.get("layers") if isinstance(config, Mapping) else None
    if isinstance(described, list | tuple) and len(described) > len(layers):  # operations are no layers: keep them
        steps = [
            (
                str(step["class_name"]),
                step.get("config") or {},
                layers.get(str(step.get("name") or step["config"]["name"])),
            )
            for step in described
        ]
    else:
        steps = [(type_name(layer), layer.get_config(), layer) for layer in model.layers]
    return [plain_part(*step) for step in steps if step[0] != "InputLayer"]


def _activation_layer(kind: str, config: Mapping[str, Any]) -> str:
    if kind == "ReLU":
        plain = not config.get("negative_slope") and not config.get("threshold")
        limit = config.get("max_value")
        return "relu" if plain and limit is None else "relu6" if plain and limit == 6 else "relu?"
    names = {"Softmax": "softmax", "LeakyReLU": "leaky_relu", "ELU": "elu"}
    return names.get(kind, "")


def _takes_activation(part: Part) -> bool:
    return part.activation == "linear" or (
        part.layer is None and part.kind in ("Dense", "Conv2D") and not part.activation
    )
