"""Matplotlib figures and axes, drawn in the jail: what they say and show, as numbers and text, and a picture."""

from __future__ import annotations

import io
from collections.abc import Iterable
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.mirrors.axes import AxesMirror, axes_from
from autograder.mirrors.crossing import Pair, Read, Reader, Writer
from autograder.mirrors.errors import malformed
from autograder.mirrors.lineage import clip, descends
from autograder.mirrors.record import Json

AXES = 100
ARTISTS = 200
BARS = 1000
TEXT = 500
DPI = 80
PIXELS = 16_000_000
PNG_BYTES = 8 << 20
DATA_BYTES = 4 << 20  # one line's or one picture's numbers; a larger one crosses without them

_PNG = b"\x89PNG\r\n\x1a\n"


class FigureMirror:
    """A figure: its axes, titles, and ``png``, how it looks (empty when it could not be drawn)."""

    class_name = "Figure"

    def __init__(self, axes: list[AxesMirror], texts: dict[str, str], png: bytes, legends: list[list[str]]) -> None:
        self.axes = axes
        self.legends = legends  # the figure's own, each as its texts
        self.png = png
        self._texts = texts

    def get_axes(self) -> list[AxesMirror]:
        """Return the axes."""
        return self.axes

    def get_suptitle(self) -> str:
        """Return the title over all axes; "" when there is none."""
        return self._texts["suptitle"]

    def get_supxlabel(self) -> str:
        """Return the label under all axes."""
        return self._texts["supxlabel"]

    def get_supylabel(self) -> str:
        """Return the label beside all axes."""
        return self._texts["supylabel"]


def write_figure(value: Any, writer: Writer) -> Pair | None:
    """Write a figure, or axes that stand alone."""
    if descends(value, ("matplotlib",), "_AxesBase"):
        return "axes", writer.node(_axes(value))
    if not descends(value, ("matplotlib",), "Figure"):
        return None
    parts = {
        "axes": [_axes(axes) for axes in value.axes[:AXES]],
        "texts": {name: clip(getattr(value, f"get_{name}")(), TEXT) for name in ("suptitle", "supxlabel", "supylabel")},
        "png": _drawn(value),
        "legends": [
            [clip(text.get_text(), TEXT) for text in _some(legend.get_texts())] for legend in _some(value.legends)
        ],
    }
    return "figure", writer.node(parts)


def _drawn(figure: Any) -> bytes:
    width, height = figure.get_size_inches()
    if width * height * DPI * DPI > PIXELS:
        return b""
    buffer = io.BytesIO()
    try:
        figure.savefig(buffer, format="png", dpi=DPI)
    except Exception:  # a label that is no formula, a student's own artist: the numbers still count
        return b""
    return buffer.getvalue() if buffer.tell() <= PNG_BYTES else b""


def _axes(axes: Any) -> dict[str, Any]:
    legend = axes.get_legend()
    handles, labels = axes.get_legend_handles_labels()
    return {
        "title": clip(axes.get_title() or axes.get_title("left") or axes.get_title("right"), TEXT),
        "xlabel": clip(axes.get_xlabel(), TEXT),
        "ylabel": clip(axes.get_ylabel(), TEXT),
        "legend": None if legend is None else [clip(text.get_text(), TEXT) for text in legend.get_texts()[:ARTISTS]],
        "labels": [clip(label, TEXT) for label in labels[:ARTISTS]] if handles else [],
        "lines": [_line(line) for line in _some(axes.get_lines())],
        "images": [_numbers(image.get_array()) for image in _some(axes.get_images())],
        "bars": [_bar(patch) for patch in islice(axes.patches, BARS) if descends(patch, ("matplotlib",), "Rectangle")],
        "points": [_numbers(drawn.get_offsets()) for drawn in _some(axes.collections)],
        "xlim": [float(end) for end in axes.get_xlim()],
        "ylim": [float(end) for end in axes.get_ylim()],
        "shown": bool(axes.axison),
    }


def _some(artists: Iterable[Any]) -> list[Any]:
    return list(artists)[:ARTISTS]


def _line(line: Any) -> dict[str, Any]:
    return {
        "x": _numbers(line.get_xdata()),
        "y": _numbers(line.get_ydata()),
        "label": clip(str(line.get_label()), TEXT),
    }


def _bar(patch: Any) -> list[float]:
    return [float(patch.get_x()), float(patch.get_y()), float(patch.get_width()), float(patch.get_height())]


def _numbers(data: Any) -> NDArray[Any] | None:
    """Return drawn data as a plain array, masked numbers as NaN; None for what is no numbers, or too many."""
    try:
        array = np.asarray(np.ma.filled(np.ma.asarray(data).astype(float), np.nan) if np.ma.isMA(data) else data)
        array = array.astype(float) if array.dtype.kind == "O" else array
    except (TypeError, ValueError):
        return None
    return array if array.dtype.kind in "biuf" and array.nbytes <= DATA_BYTES else None


def _read_figure(data: Json, reader: Reader) -> object:
    parts = reader.node(data)
    if not isinstance(parts, dict) or parts.keys() != {"axes", "texts", "png", "legends"}:
        raise malformed("figure")
    axes, texts, png, legends = parts["axes"], parts["texts"], parts["png"], parts["legends"]
    if not isinstance(axes, list) or len(axes) > AXES or not isinstance(texts, dict):
        raise malformed("figure")
    if not isinstance(png, bytes) or len(png) > PNG_BYTES or not (png == b"" or png.startswith(_PNG)):
        raise malformed("figure")
    named = {name: texts[name] for name in ("suptitle", "supxlabel", "supylabel")}
    if not all(type(text) is str for text in [*named.values(), *(text for legend in legends for text in legend)]):
        raise malformed("figure")
    return FigureMirror([axes_from(one) for one in axes], named, png, legends)


def _read_axes(data: Json, reader: Reader) -> object:
    return axes_from(reader.node(data))


READ: dict[str, Read] = {"figure": _read_figure, "axes": _read_axes}
