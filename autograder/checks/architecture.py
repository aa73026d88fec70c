"""What a model must be made of, whichever of the equivalent ways it was written in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from autograder.checks.expected import AnyOf, Difference, Expected, difference, joined_expectations
from autograder.checks.failure import CheckFailed
from autograder.checks.parts import Part, check_model, parts_of
from autograder.checks.values import brief
from autograder.messages import say


def layers(
    name: str,
    model: object,
    expected: Sequence[Expected],
    ignore: Iterable[str] = (),
    after: object = None,
) -> None:
    """Fail unless ``model`` is made of the ``expected`` layers, in that order and no others.

    Equivalent: Sequential and functional; an activation as setting, layer or operation, as name, function or object;
    an input layer or none. ``ignore``: class names or patterns that may stand anywhere (``checks.PREPROCESSING``,
    ``checks.REGULARIZATION``). ``after``: a base model; only what follows it is compared, whether the base is one
    layer of the model or its layers were taken over one by one. Raises ``CheckFailed``.
    """
    patterns = tuple(ignore)
    found = parts_of(name, model, patterns)
    if after is not None:
        found = found[_length_of_base(found, after, patterns) :]
    wanted = joined_expectations(list(expected))
    if len(found) != len(wanted):
        raise CheckFailed(_count_sentence(name, found, wanted, based=after is not None))
    # The first wrong class explains more than a wrong setting before it.
    differences = [difference(part, want) for part, want in zip(found, wanted, strict=True)]
    places = [index for index, one in enumerate(differences) if one is not None]
    for index in sorted(places, key=lambda place: (bool(_found(differences[place]).setting), place)):
        place = _place(name, index, len(found), based=after is not None)
        raise CheckFailed(_sentence(place, found[index], wanted[index], _found(differences[index])))


def last_activation(name: str, model: object) -> str:
    """Return the activation that the model's output goes through, "linear" when none."""
    found = parts_of(name, model)
    return found[-1].activation or "linear" if found else "linear"


def shapes(
    name: str,
    model: object,
    input_shape: Sequence[int | None] | None = None,
    output_shape: Sequence[int | None] | None = None,
) -> None:
    """Fail unless the model takes and gives such shapes, written without the batch axis: (224, 224, 3) and (1,)."""
    check_model(name, model)
    taken, made = _shape(model, "input_shape"), _shape(model, "output_shape")
    if input_shape is not None and not _fits(taken, input_shape):
        got, want = _shown(taken), _shown(tuple(input_shape))
        raise CheckFailed(say("checks.architecture.input_shape", name=name, got=got, want=want))
    if output_shape is not None and not _fits(made, output_shape):
        got, want = _shown(made), _shown(tuple(output_shape))
        raise CheckFailed(say("checks.architecture.output_shape", name=name, got=got, want=want))


def _found(one: Difference | None) -> Difference:
    assert one is not None
    return one


def _length_of_base(found: list[Part], base: object, ignore: tuple[str, ...]) -> int:
    """Return how many parts at the front are the base: one model, or as many as the base itself has."""
    for index, part in enumerate(found):
        if part.kind == "Model":
            return index + 1
    own = [part.kind for part in parts_of("base", base, ignore)]
    return len(own) if [part.kind for part in found[: len(own)]] == own else 0


def _count_sentence(name: str, found: list[Part], wanted: list[Expected], based: bool) -> str:
    got = ", ".join(f"`{part.kind}`" for part in found) or "–"
    want = ", ".join(str(one) for one in wanted) or "–"
    if based:
        return say(
            "checks.architecture.count_after", name=name, count=len(found), got=got, total=len(wanted), want=want
        )
    return say("checks.architecture.count", name=name, count=len(found), got=got, total=len(wanted), want=want)


def _place(name: str, index: int, total: int, based: bool) -> str:
    if index == total - 1:
        return say("checks.architecture.last_layer", name=name)
    if based:
        return say("checks.architecture.layer_after", name=name, number=index + 1)
    return say("checks.architecture.nth_layer", name=name, number=index + 1)


def _sentence(place: str, part: Part, wanted: Expected, found: Difference) -> str:
    if not found.setting:
        kind = f"Activation({part.activation!r})" if part.kind == "Activation" else part.kind
        return say("checks.architecture.kind", place=place, got=kind, want=str(wanted))
    if found.setting == "activation":
        return _activation_sentence(place, str(found.got), found.want)
    values = {"setting": found.setting, "kind": part.kind, "got": brief(found.got), "want": _wanted(found.want)}
    if isinstance(wanted, AnyOf):
        values["want"] = str(wanted)
    return say("checks.architecture.setting", place=place, **values)


def _activation_sentence(place: str, got: str, want: Any) -> str:
    wanted = _wanted(want)
    if got == "linear" and want == "relu":
        return say("checks.architecture.no_relu", place=place)
    if want == "sigmoid":
        if got == "linear":
            return say("checks.architecture.no_sigmoid", place=place)
        return say("checks.architecture.sigmoid", place=place, got=got)
    if want == "softmax":
        return say("checks.architecture.softmax", place=place, got=got)
    return say("checks.architecture.activation", place=place, got=got, want=wanted)


def _wanted(want: Any) -> str:
    return str(getattr(want, "__name__", want)) if not isinstance(want, str) else want


def _shape(model: object, which: str) -> tuple[int | None, ...] | None:
    shape = getattr(model, which, None)  # a model that was never built has none
    return tuple(shape)[1:] if isinstance(shape, list | tuple) else None


def _fits(got: tuple[int | None, ...] | None, want: Sequence[int | None]) -> bool:
    return (
        got is not None and len(got) == len(want) and all(b is None or a == b for a, b in zip(got, want, strict=True))
    )


def _shown(shape: tuple[int | None, ...] | None) -> str:
    return "?" if shape is None else str(shape).replace("None", "?")
