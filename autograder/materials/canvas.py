"""A picture drawn four times too large and then made small: smooth edges from Pillow's plain polygons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Colour: TypeAlias = "tuple[int, int, int]"
Point: TypeAlias = "tuple[float, float]"

OVERSAMPLING = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How the world lies on the canvas: metres to pixels, turned by ``angle`` radians, mirrored when ``flip`` is -1."""

    x: float  # where the origin falls, in pixels
    y: float
    scale: float  # pixels a metre
    flip: int = 1
    angle: float = 0.0
    lean: float = 0.0  # of what stands upright

    def place(self, point: Point) -> Point:
        """Return a point in metres (right, up) as pixels (right, down)."""
        right, up = (point[0] + self.lean * point[1]) * self.flip, point[1]
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        return self.x + self.scale * float(right * cos - up * sin), self.y - self.scale * float(right * sin + up * cos)


class Canvas:
    """A square picture to draw on, in the colours of a photograph."""

    def __init__(self, side: int, colour: Colour) -> None:
        self.side = side * OVERSAMPLING
        self.picture = Image.new("RGB", (self.side, self.side), colour)
        self._draw = ImageDraw.Draw(self.picture)

    def polygon(self, points: Sequence[Point], colour: Colour, view: View | None = None) -> None:
        """Fill a polygon: points in pixels, or in metres with a ``view``."""
        self._draw.polygon([view.place(point) for point in points] if view else list(points), fill=colour)

    def box(self, left: float, bottom: float, width: float, height: float, colour: Colour, view: View) -> None:
        """Fill an upright rectangle of the world, in metres."""
        right, top = left + width, bottom + height
        self.polygon([(left, bottom), (right, bottom), (right, top), (left, top)], colour, view)

    def disc(self, centre: Point, radius: float, colour: Colour, view: View | None = None) -> None:
        """Fill a circle: pixels, or metres with a ``view``."""
        x, y = view.place(centre) if view else centre
        size = radius * view.scale if view else radius
        self._draw.ellipse([x - size, y - size, x + size, y + size], fill=colour)

    def band(self, top: float, bottom: float, colour: Colour) -> None:
        """Fill the picture's whole width between two heights, as shares of the side."""
        self._draw.rectangle([0, top * self.side, self.side, bottom * self.side], fill=colour)

    def blurred(self, pixels: float) -> Image.Image:
        """Return the picture at its true size, out of focus by that many pixels."""
        true = self.side // OVERSAMPLING
        small = self.picture.resize((true, true), Image.Resampling.BOX)
        return small.filter(ImageFilter.GaussianBlur(pixels)) if pixels > 0 else small
