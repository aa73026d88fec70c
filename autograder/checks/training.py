"""What a training must have left behind: curves of finite numbers, one value an epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from autograder.checks.failure import CheckFailed, given, type_name
from autograder.messages import say


def curves(
    name: str,
    history: object,
    keys: Sequence[str | tuple[str, ...]] = ("loss", "val_loss"),
    epochs: int | None = None,
    at_least_epochs: int = 1,
) -> None:
    """Fail unless ``history`` (what ``fit`` returns, or its ``history`` dict) holds every curve asked, all finite.

    A key may be a tuple of names of which any will do: ``("binary_accuracy", "accuracy")``. ``epochs``: how many
    exactly; ``at_least_epochs`` leaves room for early stopping. Raises ``CheckFailed``.
    """
    kept = curves_of(name, history)
    for key in keys:
        names = (key,) if isinstance(key, str) else key
        present = next((one for one in names if one in kept), None)
        if present is None:
            _missing(name, names, kept)
        else:
            _check_curve(name, present, kept[present], epochs, at_least_epochs)


def curves_of(name: str, history: object) -> Mapping[str, Sequence[float]]:
    """Return the curves by name from a ``History``, its mirror or a dict. Fails for anything else."""
    given(name, history)
    kept = getattr(history, "history", history)
    if not isinstance(kept, Mapping):
        raise CheckFailed(say("checks.training.not_history", name=name, type=type_name(history)))
    return kept


def _missing(name: str, names: tuple[str, ...], kept: Mapping[str, object]) -> None:
    if not kept:
        raise CheckFailed(say("checks.training.no_curves", name=name))
    got = ", ".join(f"`{key}`" for key in kept)
    if names[0].startswith("val_") and not any(key.startswith("val_") for key in kept):
        raise CheckFailed(say("checks.training.no_validation", name=name, want=names[0], got=got))
    raise CheckFailed(say("checks.training.no_curve", name=name, want=names[0], got=got))


def _check_curve(name: str, key: str, values: Sequence[float], epochs: int | None, at_least: int) -> None:
    count = len(values)
    if epochs is not None and count != epochs:
        raise CheckFailed(say("checks.training.epochs", name=name, key=key, count=count, want=epochs))
    if count < at_least:
        raise CheckFailed(say("checks.training.few_epochs", name=name, key=key, count=count, want=at_least))
    bad = np.flatnonzero(~np.isfinite(np.asarray(values, dtype=np.float64)))
    if bad.size:
        raise CheckFailed(say("checks.training.not_finite", name=name, key=key, epoch=int(bad[0]) + 1))
