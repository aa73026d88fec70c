"""What a figure must show: lines, pictures, and labels that say what they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograder.checks.arrays import matching
from autograder.checks.failure import CheckFailed, given, type_name
from autograder.messages import say


def lines(name: str, figure: object, at_least: int = 2, of: Sequence[ArrayLike] = ()) -> None:
    """Fail unless ``figure`` draws ``at_least`` lines of two points or more, and one with each of the values in ``of``.

    ``figure``: a matplotlib ``Figure``, its ``Axes`` or an array of them, or their mirror. Raises ``CheckFailed``.
    """
    drawn = [curve for axes in _axes(name, figure) for curve in _curves(axes)]
    if len(drawn) < at_least:
        raise CheckFailed(say("checks.figures.lines", name=name, count=len(drawn), want=at_least))
    for wanted in of:
        values = np.asarray(wanted, np.float64).reshape(-1)
        if not any(one.shape == values.shape and matching(one, values, 1e-4).all() for one in drawn):
            raise CheckFailed(say("checks.figures.data", name=name, count=len(values)))


def pictures(name: str, figure: object, at_least: int = 1) -> None:
    """Fail unless ``figure`` shows ``at_least`` pictures (``imshow``), in all its axes together."""
    shown = sum(len(list(axes.get_images())) for axes in _axes(name, figure))
    if shown < at_least:
        raise CheckFailed(say("checks.figures.pictures", name=name, count=shown, want=at_least))


def labelled(
    name: str, figure: object, x: bool = True, y: bool = True, legend: bool = True, title: bool = False
) -> None:
    """Fail unless every axes of ``figure`` that draws something has the labels asked; a legend only where there are
    two lines or more. A label of the figure itself (``supxlabel``, ``suptitle``) counts for all its axes."""
    every = _axes(name, figure)
    used = [axes for axes in every if _curves(axes) or list(axes.get_images())]
    if not used:
        raise CheckFailed(say("checks.figures.empty", name=name))
    if x and not (_shared(figure, "get_supxlabel") or all(_text(axes.get_xlabel()) for axes in used)):
        raise CheckFailed(say("checks.figures.x_label", name=name))
    if y and not (_shared(figure, "get_supylabel") or all(_text(axes.get_ylabel()) for axes in used)):
        raise CheckFailed(say("checks.figures.y_label", name=name))
    if title and not (_shared(figure, "get_suptitle") or all(_text(axes.get_title()) for axes in used)):
        raise CheckFailed(say("checks.figures.title", name=name))
    shared_legend = bool(getattr(figure, "legends", None))
    if legend and not shared_legend and any(len(_curves(axes)) > 1 and axes.get_legend() is None for axes in used):
        raise CheckFailed(say("checks.figures.legend", name=name))


def _axes(name: str, figure: object) -> list[Any]:
    given(name, figure)
    axes = getattr(figure, "axes", None) if not isinstance(figure, np.ndarray) else None
    if isinstance(axes, list | tuple):
        found = list(axes)
    elif isinstance(figure, np.ndarray | list | tuple):
        found = [one for item in figure for one in (_axes(name, item) if _is_many(item) else [item])]
    else:
        found = [figure]
    if any(not hasattr(one, "get_lines") for one in found):
        raise CheckFailed(say("checks.figures.not_figure", name=name, type=type_name(figure)))
    return found


def _is_many(value: object) -> bool:
    return isinstance(value, Iterable) or isinstance(getattr(value, "axes", None), list | tuple)


def _curves(axes: Any) -> list[NDArray[np.float64]]:
    """Return the heights of each line with two points or more."""
    heights = [np.asarray(line.get_ydata(), np.float64).reshape(-1) for line in axes.get_lines()]
    return [values for values in heights if values.size > 1]


def _shared(figure: object, getter: str) -> bool:
    read = getattr(figure, getter, None)
    return callable(read) and _text(read())


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
