"""Which weights of a model learn, how many they are, and whether they are still the ones they were."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from autograder.checks.failure import CheckFailed, type_name
from autograder.checks.parts import check_model, parts_of
from autograder.messages import say


def frozen(name: str, model: object) -> None:
    """Fail unless no weight of ``model`` would learn: ``trainable = False`` on it, or on each of its layers."""
    check_model(name, model)
    if getattr(model, "trainable", True) and trainable_count(model) > 0:
        raise CheckFailed(say("checks.weights.not_frozen", name=name, count=trainable_count(model)))


def unfrozen(name: str, model: object) -> None:
    """Fail unless some weight of ``model`` would learn."""
    check_model(name, model)
    if trainable_count(model) == 0:
        raise CheckFailed(say("checks.weights.frozen", name=name))


def trainable_parameters(name: str, model: object, count: int) -> None:
    """Fail unless exactly ``count`` numbers of ``model`` learn. Fails for a model that does not know its input yet."""
    _check_built(name, model)
    got = trainable_count(model)
    if got > count:
        raise CheckFailed(say("checks.weights.too_many", name=name, got=got, want=count))
    if got < count:
        raise CheckFailed(say("checks.weights.too_few", name=name, got=got, want=count))


def parameters(name: str, model: object, count: int) -> None:
    """Fail unless ``model`` has exactly ``count`` parameters, learning or not."""
    _check_built(name, model)
    got = int(model.count_params())  # type: ignore[attr-defined]
    if got != count:
        raise CheckFailed(say("checks.weights.total", name=name, got=got, want=count))


def same_weights(name: str, model: object, reference: object) -> None:
    """Fail unless the weights of ``model`` are, bit for bit, those of ``reference``: a model, or what
    ``weights_digest`` said of one."""
    check_model(name, model)
    wanted = reference if isinstance(reference, str) else weights_digest(reference)
    if weights_digest(model) != wanted:
        raise CheckFailed(say("checks.weights.changed", name=name))


def uses(name: str, model: object, base: object, base_name: str = "base") -> None:
    """Fail unless ``base`` is a part of ``model``, as one layer or layer by layer from the start.

    The same object, or one with the same layers and number of parameters and, where both can tell, the same weights.
    """
    check_model(base_name, base)
    found = parts_of(name, model)
    if any(part.layer is not None and _is_base(part.layer, base) for part in found if part.kind == "Model"):
        return
    own = parts_of(base_name, base)
    if own and len(found) > len(own) and all(_alike(left, right) for left, right in zip(found, own, strict=False)):
        return
    if any(part.kind == "Model" for part in found):
        raise CheckFailed(say("checks.weights.other_base", name=name, base=base_name))
    raise CheckFailed(say("checks.weights.no_base", name=name, base=base_name))


def weights_digest(model: object) -> str:
    """Return the sha256 (hex) of a model's weights: its mirror's own word, or ``digest_of`` its ``get_weights()``."""
    told = getattr(model, "weights_digest", None)
    if callable(told):
        return str(told())
    return digest_of(model.get_weights())  # type: ignore[attr-defined]


def digest_of(arrays: Iterable[Any]) -> str:
    """Return the sha256 (hex) over each array's dtype, shape and bytes (C order, little-endian), in order."""
    digest = hashlib.sha256()
    for array in arrays:
        plain = np.asarray(array)
        plain = np.ascontiguousarray(plain, plain.dtype.newbyteorder("<")).reshape(plain.shape)  # a scalar keeps ()
        digest.update(f"{plain.dtype.str}{plain.shape}".encode())
        digest.update(plain.tobytes())
    return digest.hexdigest()


def trainable_count(model: object) -> int:
    """Return how many numbers of a model or layer learn, from its trainable weights or, in a mirror, layer by layer."""
    told = getattr(model, "trainable_weights", None)
    if isinstance(told, list | tuple):
        return sum(math.prod(int(length) for length in weight.shape) for weight in told)
    if not getattr(model, "trainable", True):
        return 0
    inside = getattr(model, "layers", None)
    if inside:
        return sum(trainable_count(layer) for layer in inside)
    return _learning_share(model)


def _learning_share(layer: Any) -> int:
    total = int(layer.count_params())
    if type_name(layer) == "BatchNormalization":  # its two moving statistics are parameters that do not learn
        config = layer.get_config()
        learning = bool(config.get("center", True)) + bool(config.get("scale", True))
        return total * learning // (learning + 2)
    return 0 if type_name(layer) == "Normalization" else total


def _check_built(name: str, model: object) -> None:
    check_model(name, model)
    if not getattr(model, "built", True):
        raise CheckFailed(say("checks.weights.not_built", name=name))


def _is_base(candidate: object, base: object) -> bool:
    if candidate is base:
        return True
    ours, theirs = parts_of("base", candidate), parts_of("base", base)
    if [part.kind for part in ours] != [part.kind for part in theirs] or _total(candidate) != _total(base):
        return False
    if all(hasattr(one, "weights_digest") or hasattr(one, "get_weights") for one in (candidate, base)):
        return weights_digest(candidate) == weights_digest(base)
    return True


def _alike(left: Any, right: Any) -> bool:
    same = left.kind == right.kind and left.config.get("name") == right.config.get("name")
    return same and _total(left.layer) == _total(right.layer)


def _total(layer: Any) -> int:
    return int(layer.count_params()) if layer is not None else 0
