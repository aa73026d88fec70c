"""The layers a test expects: a class, the settings that matter, and where several would do."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from autograder.checks.parts import Part, activation_name, joined, plain_part
from autograder.messages import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A layer of class ``kind`` whose settings include ``settings``; the settings not named are free."""

    kind: str
    settings: Mapping[str, Any]

    def __str__(self) -> str:
        inside = ", ".join(f"{key}={_shown(value)}" for key, value in self.settings.items())
        return f"`{self.kind}({inside})`" if inside else f"`{self.kind}`"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """One layer for which any of several would do."""

    options: tuple[Layer, ...]

    def __str__(self) -> str:
        first = ", ".join(str(option) for option in self.options[:-1])
        return say("checks.architecture.either", first=first, last=str(self.options[-1]))


Expected: TypeAlias = Layer | AnyOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What keeps a part from being as expected: another class (``setting`` is ""), or one of its settings."""

    setting: str = ""
    got: Any = None
    want: Any = None


def layer(kind: str, /, **settings: Any) -> Layer:
    """Return an expected layer: ``layer("Conv2D", filters=64, kernel_size=3, activation="relu")``.

    ``kind``: a Keras class name; "Model" for a model inside the model. A single number stands for a tuple of it
    (``kernel_size=3``) and for the range that augmentation layers make of it (``factor=0.1``); a set holds the values
    of which any will do; an activation may be a name or a function.
    """
    return Layer(kind=kind, settings=settings)


def any_of(*options: Layer) -> AnyOf:
    """Return an expected layer for which any of ``options`` will do."""
    return AnyOf(options=options)


def joined_expectations(expected: list[Expected]) -> list[Expected]:
    """Return ``expected`` with an expected activation layer joined to the layer before it, as is done to a model."""
    found: list[Expected] = []
    for item in expected:
        before = found[-1] if found else None
        if isinstance(item, Layer) and isinstance(before, Layer):
            parts = joined([plain_part(one.kind, one.settings) for one in (before, item)])
            if len(parts) == 1:
                found[-1] = Layer(kind=before.kind, settings=parts[0].config)
                continue
        found.append(item)
    return found


def difference(part: Part, expected: Expected) -> Difference | None:
    """Return what keeps ``part`` from being as ``expected``; None when it is."""
    if isinstance(expected, AnyOf):
        found = [difference(part, option) for option in expected.options]
        near = [one for one in found if one is None or one.setting]  # the right class counts as nearest
        return None if None in found else (near or found)[0]
    wanted = plain_part(expected.kind, expected.settings)
    if part.kind != wanted.kind:
        return Difference()
    for key, want in wanted.config.items():
        got = part.activation if key == "activation" else part.config.get(key)
        if not _matches(key, got, want):
            return Difference(setting=key, got=got, want=want)
    return None


def _matches(key: str, got: Any, want: Any) -> bool:
    if isinstance(want, set | frozenset):
        return any(_matches(key, got, one) for one in want)
    if key == "activation":
        return bool(got == activation_name(want))
    if isinstance(want, list | tuple):
        return isinstance(got, list | tuple) and len(got) == len(want) and all(map(_same, got, want))
    if isinstance(got, list | tuple):  # one number stands for all, or for the range from -number (or 0) to number
        return all(_same(one, want) for one in got) or (
            len(got) == 2 and _is_number(want) and _same(got[1], want) and (_same(got[0], -want) or _same(got[0], 0))
        )
    return _same(got, want)


def _same(got: Any, want: Any) -> bool:
    if _is_number(got) and _is_number(want):
        return math.isclose(got, want, rel_tol=1e-6, abs_tol=1e-12)
    if isinstance(got, str) and isinstance(want, str):
        return got.lower() == want.lower()
    return isinstance(got, bool) == isinstance(want, bool) and bool(got == want)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    if isinstance(value, set | frozenset):
        return say("checks.architecture.set", values=", ".join(sorted(map(_shown, value))))
    return repr(getattr(value, "__name__", value))
