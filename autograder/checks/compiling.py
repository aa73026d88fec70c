"""How a model was compiled: optimizer, loss and metric, whichever of the equivalent ways they were named in.

A string, a class, an object and a function of the same thing are equal: ``"adam"`` and ``keras.optimizers.Adam(1e-4)``,
``"binary_crossentropy"`` and ``keras.losses.BinaryCrossentropy()``. The string ``"accuracy"`` is equal to
``"binary_accuracy"`` for a model with one output: Keras itself replaces it by ``binary_accuracy`` when the last axis
of the predictions has length 1 (https://keras.io/api/models/model_training_apis/, ``metrics``). The *object*
``keras.metrics.Accuracy()`` is not: it counts how often predictions equal labels exactly, and 0.97 never equals 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from autograder.checks.architecture import last_activation
from autograder.checks.failure import CheckFailed
from autograder.checks.parts import check_model
from autograder.messages import say

_SHORT = {
    "bce": "binary_crossentropy",
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "acc": "accuracy",
    "rm_sprop": "rmsprop",
    "adam_w": "adamw",
}


def compiled(
    name: str,
    model: object,
    optimizer: object = None,
    loss: object = None,
    metric: object = None,
    accept: Iterable[str] = ("accuracy",),
) -> None:
    """Fail unless ``model`` was compiled with the settings given; those that are None are free.

    Each may be a name, a class, an object or a function, or a set of names of which any will do. ``accept``: names
    that count as ``metric`` too (see above; pass () to insist). Other metrics beside it do no harm. A loss that expects
    logits fails after a sigmoid or softmax. Raises ``CheckFailed``.
    """
    check_model(name, model)
    settings = _settings(model)
    if not settings:
        raise CheckFailed(say("checks.compiling.never", name=name))
    if optimizer is not None:
        _check_optimizer(name, settings, _names(optimizer))
    if loss is not None:
        _check_loss(name, model, settings, _names(loss))
    if metric is not None:
        _check_metric(name, settings, _names(metric), _names(set(accept)))


def canonical(setting: object) -> str:
    """Return the one name of a string, class, object, function or serialized optimizer, loss or metric."""
    if isinstance(setting, Mapping):
        kind, config = str(setting.get("class_name", "?")), setting.get("config")
        return _snake(config if kind == "function" and isinstance(config, str) else kind)
    if isinstance(setting, str):
        return _snake(setting)
    return _snake(str(getattr(setting, "__name__", type(setting).__name__)))


def _settings(model: Any) -> Mapping[str, Any]:
    read = getattr(model, "get_compile_config", None)
    return (read() if callable(read) else None) or {}


def _check_optimizer(name: str, settings: Mapping[str, Any], wanted: set[str]) -> None:
    got = canonical(settings.get("optimizer"))
    if got not in wanted:
        raise CheckFailed(say("checks.compiling.optimizer", name=name, got=got, want=_shown(wanted)))


def _check_loss(name: str, model: object, settings: Mapping[str, Any], wanted: set[str]) -> None:
    found = _flat(settings.get("loss"))
    got = canonical(found[0]) if found else ""
    if not got:
        raise CheckFailed(say("checks.compiling.no_loss", name=name, want=_shown(wanted)))
    if got not in wanted or len(found) > 1:
        raise CheckFailed(say("checks.compiling.loss", name=name, got=got, want=_shown(wanted)))
    config = found[0].get("config") if isinstance(found[0], Mapping) else None
    if isinstance(config, Mapping) and config.get("from_logits") and last_activation(name, model) != "linear":
        raise CheckFailed(say("checks.compiling.logits", name=name, activation=last_activation(name, model)))


def _check_metric(name: str, settings: Mapping[str, Any], wanted: set[str], accepted: set[str]) -> None:
    found = _flat(settings.get("metrics"))
    names = [canonical(one) for one in found]
    if not names:
        if _flat(settings.get("loss_weights")):  # the third place in compile(…) is not for metrics
            raise CheckFailed(say("checks.compiling.misplaced", name=name, want=_shown(wanted)))
        raise CheckFailed(say("checks.compiling.no_metric", name=name, want=_shown(wanted)))
    for setting, got in zip(found, names, strict=True):
        exact = got in wanted
        replaced = got in accepted and isinstance(setting, str)
        if exact or replaced:
            return
    if any(got == "accuracy" and not isinstance(one, str) for one, got in zip(found, names, strict=True)):
        raise CheckFailed(say("checks.compiling.exact_accuracy", name=name, want=_shown(wanted)))
    raise CheckFailed(say("checks.compiling.metric", name=name, got=_shown(names), want=_shown(wanted)))


def _names(setting: object) -> set[str]:
    several = setting if isinstance(setting, set | frozenset | list | tuple) else (setting,)
    return {canonical(one) for one in several}


def _flat(settings: Any) -> list[Any]:
    """Return a setting that may be one thing, a list (of lists), or a dict by output as a flat list of them."""
    if settings is None or settings == "":
        return []
    if isinstance(settings, Mapping) and "class_name" not in settings:
        settings = list(settings.values())
    if isinstance(settings, list | tuple):
        return [one for setting in settings for one in _flat(setting)]
    return [settings]


def _snake(name: str) -> str:
    spaced = re.sub(r"([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])", r"\1\3_\2", name).lower()
    return _SHORT.get(spaced, spaced)


def _shown(names: Iterable[str]) -> str:
    return ", ".join(f"`{one}`" for one in sorted(names))
