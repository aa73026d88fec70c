"""What a figure's axes hold, behind the getters that matplotlib has for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.messages import say
from autograder.mirrors.errors import MirrorError, malformed

Numbers = NDArray[Any]


def _held(array: Numbers | None) -> Numbers:
    if array is None:
        raise MirrorError(say("mirrors.figure.data"))
    return array


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMirror:
    """A text in a figure."""

    text: str

    def get_text(self) -> str:
        """Return the text."""
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendMirror:
    """A legend."""

    texts: tuple[TextMirror, ...]

    def get_texts(self) -> list[TextMirror]:
        """Return its texts."""
        return list(self.texts)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LineMirror:
    """A line: its points and its label."""

    x: Numbers | None
    y: Numbers | None
    label: str

    def get_xdata(self, orig: bool = True) -> Numbers:  # noqa: ARG002
        """Return the points' x."""
        return _held(self.x)

    def get_ydata(self, orig: bool = True) -> Numbers:  # noqa: ARG002
        """Return the points' y."""
        return _held(self.y)

    def get_label(self) -> str:
        """Return the label."""
        return self.label


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImageMirror:
    """A picture shown with ``imshow``."""

    array: Numbers | None

    def get_array(self) -> Numbers:
        """Return its numbers."""
        return _held(self.array)


@dataclass(frozen=True, slots=True, kw_only=True)
class BarMirror:
    """A rectangle, such as a bar."""

    x: float
    y: float
    width: float
    height: float

    def get_x(self) -> float:
        """Return the left end."""
        return self.x

    def get_y(self) -> float:
        """Return the lower end."""
        return self.y

    def get_width(self) -> float:
        """Return the width."""
        return self.width

    def get_height(self) -> float:
        """Return the height."""
        return self.height


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PointsMirror:
    """What ``scatter`` drew."""

    offsets: Numbers | None

    def get_offsets(self) -> Numbers:
        """Return the points, shape (n, 2)."""
        return _held(self.offsets)


class AxesMirror:
    """Axes: titles, labels and what is drawn."""

    class_name = "Axes"

    def __init__(self, parts: dict[str, Any]) -> None:
        self._parts = parts
        self.lines = [LineMirror(**line) for line in parts["lines"]]
        self.images = [ImageMirror(array=array) for array in parts["images"]]
        self.patches = [BarMirror(x=x, y=y, width=width, height=height) for x, y, width, height in parts["bars"]]
        self.collections = [PointsMirror(offsets=offsets) for offsets in parts["points"]]
        self.axison: bool = parts["shown"]

    def get_title(self, loc: str = "center") -> str:  # noqa: ARG002
        """Return the title, at whichever of its three places it stands."""
        return str(self._parts["title"])

    def get_xlabel(self) -> str:
        """Return the label of the x axis."""
        return str(self._parts["xlabel"])

    def get_ylabel(self) -> str:
        """Return the label of the y axis."""
        return str(self._parts["ylabel"])

    def get_xlim(self) -> tuple[float, float]:
        """Return the ends of the x axis."""
        return self._parts["xlim"][0], self._parts["xlim"][1]

    def get_ylim(self) -> tuple[float, float]:
        """Return the ends of the y axis."""
        return self._parts["ylim"][0], self._parts["ylim"][1]

    def get_lines(self) -> list[LineMirror]:
        """Return the lines."""
        return self.lines

    def get_images(self) -> list[ImageMirror]:
        """Return the pictures."""
        return self.images

    def get_legend(self) -> LegendMirror | None:
        """Return the legend, None when there is none."""
        texts = self._parts["legend"]
        return None if texts is None else LegendMirror(texts=tuple(TextMirror(text=text) for text in texts))

    def get_legend_handles_labels(self) -> tuple[list[object], list[str]]:
        """Return what a legend would list: the lines of that label (None for other things), and the labels."""
        labels: list[str] = list(self._parts["labels"])
        by_label = {line.label: line for line in self.lines}
        return [by_label.get(label) for label in labels], labels


def axes_from(parts: object) -> AxesMirror:
    """Return axes from the plain values that crossed. Raises ``MirrorError`` when they do not describe any."""
    if not isinstance(parts, dict) or parts.keys() != {*_TEXTS, *_LISTS, "legend", "xlim", "ylim", "shown"}:
        raise malformed("axes")
    for name in _TEXTS:
        _check(type(parts[name]) is str)
    for name in _LISTS:
        _check(type(parts[name]) is list and len(parts[name]) <= 1000)
    for texts in (parts["labels"], parts["legend"] or []):
        _check(type(texts) is list and all(type(text) is str for text in texts))
    for line in parts["lines"]:
        _check(type(line) is dict and line.keys() == {"x", "y", "label"} and type(line["label"]) is str)
    for array in [*parts["images"], *parts["points"], *(line[end] for line in parts["lines"] for end in "xy")]:
        _check(array is None or (type(array) is np.ndarray and array.dtype.kind in "biuf"))
    for numbers in (*parts["bars"], parts["xlim"], parts["ylim"]):
        _check(type(numbers) is list and all(type(number) is float for number in numbers))
    _check(len(parts["xlim"]) == len(parts["ylim"]) == 2 and all(len(bar) == 4 for bar in parts["bars"]))
    _check(type(parts["shown"]) is bool)
    return AxesMirror(parts)


_TEXTS = ("title", "xlabel", "ylabel")
_LISTS = ("labels", "lines", "images", "bars", "points")


def _check(sound: bool) -> None:
    if not sound:
        raise malformed("axes")
