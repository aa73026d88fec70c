"""Cars and trucks as polygons in metres: what is drawn when there are no photographs.

The origin is the ground below the middle; the front looks right. The two classes overlap in size, colour, number of
windows and outline on purpose: a tall off-roader and a short lorry differ in their proportions, as in the street.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from numpy.random import Generator

from autograder.materials.canvas import Canvas, Colour, Point, View

GLASS = ((38, 48, 58), (70, 92, 108), (120, 150, 165), (24, 26, 30), (160, 186, 200))
TYRE = (22, 22, 24)
PAINTS = (
    (178, 28, 32), (28, 62, 140), (232, 232, 228), (24, 26, 30), (120, 124, 128), (196, 198, 202), (218, 168, 36),
    (34, 104, 62), (112, 60, 36), (224, 108, 38), (92, 140, 176), (84, 30, 72), (200, 190, 160), (60, 74, 90),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The colours of one vehicle and the dice for what is left to chance."""

    paint: Colour
    second: Colour
    glass: Colour
    random: Generator

    def between(self, low: float, high: float) -> float:
        """Return a length in metres, any between the two."""
        return float(self.random.uniform(low, high))

    def chance(self, share: float) -> bool:
        """Return True in that share of the cases."""
        return bool(self.random.random() < share)


Drawing = Callable[[Canvas, View, Look], None]


def look(random: Generator) -> Look:
    """Return colours for a vehicle."""
    paint, second = (PAINTS[int(index)] for index in random.integers(len(PAINTS), size=2))
    return Look(paint=paint, second=second, glass=GLASS[int(random.integers(len(GLASS)))], random=random)


def shaded(colour: Colour, factor: float) -> Colour:
    """Return a colour made darker (below 1) or lighter."""
    red, green, blue = (max(0, min(255, round(channel * factor))) for channel in colour)
    return red, green, blue


def car(canvas: Canvas, view: View, look: Look) -> None:
    """Draw a car from its side: saloon, hatchback, coupé, estate or off-roader; now and then from its front or back."""
    if look.chance(0.12):
        _face(canvas, view, look, width=look.between(1.7, 2.1), height=look.between(1.4, 1.9), cabin=0.5, roof=0.74)
        return
    body = CARS[int(look.random.integers(len(CARS)))]
    length, height = look.between(*body.length), look.between(*body.height)
    waist, clearance = height * look.between(0.54, 0.62), look.between(0.22, 0.36)
    left, right = -length / 2, length / 2
    hull = [(left, clearance), (right, clearance), (right, waist * 0.8), (right - 0.1, waist * 0.92)]
    hull += [(left + length * body.bonnet, waist), (left + length * body.tail, waist), (left, waist * 0.95)]
    canvas.polygon(hull, look.paint, view)
    _cabin(canvas, view, look, body, (left, length, waist, height))
    canvas.box(left, clearance, length, 0.14, shaded(look.paint, 0.55), view)
    canvas.box(right - 0.22, waist * 0.68, 0.2, 0.14, (240, 236, 200), view)
    canvas.box(left, waist * 0.7, 0.16, 0.16, (170, 20, 24), view)
    radius = look.between(0.29, 0.39)
    _wheels(canvas, view, look, (left + length * 0.19, right - length * 0.19), radius)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A kind of car: its size in metres, and where cabin and bonnet begin as shares of the length, from the back."""

    length: tuple[float, float]
    height: tuple[float, float]
    tail: float
    roof: tuple[float, float]
    bonnet: float


CARS = (
    Body(length=(4.3, 5.0), height=(1.40, 1.55), tail=0.08, roof=(0.24, 0.56), bonnet=0.74),  # saloon
    Body(length=(3.5, 4.2), height=(1.42, 1.62), tail=0.0, roof=(0.07, 0.56), bonnet=0.76),  # hatchback
    Body(length=(4.0, 4.7), height=(1.22, 1.38), tail=0.04, roof=(0.28, 0.50), bonnet=0.70),  # coupé
    Body(length=(4.5, 5.0), height=(1.42, 1.60), tail=0.0, roof=(0.04, 0.58), bonnet=0.75),  # estate
    Body(length=(4.2, 5.0), height=(1.70, 2.05), tail=0.0, roof=(0.03, 0.60), bonnet=0.73),  # off-roader
)


def _cabin(canvas: Canvas, view: View, look: Look, body: Body, size: tuple[float, float, float, float]) -> None:
    left, length, waist, height = size
    foot, top = (left + length * body.tail, left + length * body.bonnet), [left + length * at for at in body.roof]
    canvas.polygon([(foot[0], waist), (top[0], height), (top[1], height), (foot[1], waist)], look.paint, view)
    rim, sill = height - 0.1, waist + 0.03
    glass = [(foot[0] + 0.18, sill), (top[0] + 0.1, rim), (top[1] - 0.04, rim), (foot[1] - 0.16, sill)]
    canvas.polygon(glass, look.glass, view)
    for at in (0.36, 0.62)[: 2 if look.chance(0.7) else 1]:
        canvas.box(left + length * at, sill - 0.05, 0.09, rim - sill + 0.1, look.paint, view)


def truck(canvas: Canvas, view: View, look: Look) -> None:
    """Draw a big truck from its side, with one of five loads; now and then from its front or back. No pickups."""
    if look.chance(0.12):
        width, height = look.between(2.2, 2.5), look.between(2.6, 3.6)
        _face(canvas, view, look, width=width, height=height, cabin=look.between(0.42, 0.55), roof=0.96)
        return
    length, cab = look.between(5.2, 8.5), look.between(1.5, 2.1)
    height, floor = look.between(2.2, 2.9), look.between(0.75, 1.05)
    left, right = -length / 2, length / 2
    canvas.box(left, floor - 0.25, length, 0.25, shaded(look.second, 0.3), view)
    LOADS[int(look.random.integers(len(LOADS)))](canvas, view, look, (left, right - cab - 0.15, floor, height))
    _cab(canvas, view, look, (right - cab, right, floor - 0.4, height))
    radius = look.between(0.42, 0.54)
    rear = [left + 0.8 + 1.1 * index for index in range(int(look.random.integers(1, 3)))]
    _wheels(canvas, view, look, (*rear, right - cab * look.between(0.4, 0.9)), radius)


Load = tuple[float, float, float, float]  # left, right, floor, the cab's height


def _cab(canvas: Canvas, view: View, look: Look, size: Load) -> None:
    left, right, floor, height = size
    if look.chance(0.35):  # with a bonnet
        nose = look.between(0.7, 1.1)
        canvas.box(right - nose, floor, nose + 0.3, (height - floor) * 0.5, look.paint, view)
        right -= nose
    slant = look.between(0.0, 0.3)
    canvas.polygon(
        [(left, floor), (right, floor), (right, floor + 0.9), (right - slant, height), (left, height)], look.paint, view
    )
    sill, rim = floor + (height - floor) * 0.52, height - 0.2
    canvas.polygon(
        [(left + 0.35, sill), (right - 0.05, sill), (right - slant - 0.02, rim), (left + 0.35, rim)], look.glass, view
    )
    canvas.box(right - 0.2, floor + 0.12, 0.22, 0.2, (240, 236, 200), view)


def _box(canvas: Canvas, view: View, look: Look, size: Load) -> None:
    left, right, floor, height = size
    top = height + look.between(-0.2, 1.0)
    canvas.box(left, floor, right - left, top - floor, look.second, view)
    if look.chance(0.5):
        canvas.box(left, floor + (top - floor) * 0.4, right - left, (top - floor) * 0.2, look.paint, view)
    for rib in range(int(look.random.integers(0, 6))):
        canvas.box(left + 0.4 + rib * 0.8, floor, 0.05, top - floor, shaded(look.second, 0.75), view)


def _tank(canvas: Canvas, view: View, look: Look, size: Load) -> None:
    left, right, floor, height = size
    radius = (height - floor) * look.between(0.4, 0.52)
    middle = floor + radius
    canvas.disc((left + radius, middle), radius, look.second, view)
    canvas.disc((right - radius, middle), radius, look.second, view)
    canvas.box(left + radius, floor, right - left - 2 * radius, 2 * radius, look.second, view)
    canvas.box(
        left + radius, middle + radius * 0.3, right - left - 2 * radius, radius * 0.2, shaded(look.second, 1.3), view
    )


def _flatbed(canvas: Canvas, view: View, look: Look, size: Load) -> None:
    left, right, floor, height = size
    canvas.box(left, floor, right - left, 0.2, look.second, view)
    at = left
    while look.chance(0.8) and at < right - 0.9:
        width, tall = look.between(0.5, min(1.6, right - at)), look.between(0.3, height - floor)
        canvas.box(at, floor + 0.2, width, tall, PAINTS[int(look.random.integers(len(PAINTS)))], view)
        at += width + look.between(0.0, 0.4)


def _dump(canvas: Canvas, view: View, look: Look, size: Load) -> None:
    left, right, floor, height = size
    rim, tilt = height - look.between(0.1, 0.6), look.between(0.0, 0.8) if look.chance(0.5) else 0.0
    tub = [(left + 0.3, floor), (right, floor + tilt), (right, rim + tilt), (left - 0.1, rim)]
    canvas.polygon(tub, look.second, view)
    if look.chance(0.6):
        heap: list[Point] = [
            (left + 0.2, rim),
            ((left + right) / 2, rim + tilt + look.between(0.2, 0.7)),
            (right, rim + tilt),
        ]
        canvas.polygon(heap, (122, 98, 66), view)


def _canvas_cover(canvas: Canvas, view: View, look: Look, size: Load) -> None:
    left, right, floor, height = size
    top = height + look.between(-0.3, 0.4)
    arch = [
        (left, floor + 0.5),
        (left, top - 0.4),
        (left + 0.4, top),
        (right - 0.4, top),
        (right, top - 0.4),
        (right, floor + 0.5),
    ]
    canvas.polygon(arch, shaded(look.second, 0.8), view)
    canvas.box(left, floor, right - left, 0.55, look.second, view)


LOADS: Sequence[Callable[[Canvas, View, Look, Load], None]] = (_box, _tank, _flatbed, _dump, _canvas_cover)


def _face(canvas: Canvas, view: View, look: Look, *, width: float, height: float, cabin: float, roof: float) -> None:
    """Draw a vehicle from its front or back: a box that narrows towards the roof, glass, lamps and two tyres."""
    half, waist, top = width / 2, height * cabin, width / 2 * roof
    for side in (-1, 1):
        canvas.box(side * half * 0.78 - 0.13, 0, 0.26, 0.5, TYRE, view)
    canvas.polygon([(-half, 0.25), (half, 0.25), (half, waist), (-half, waist)], look.paint, view)
    canvas.polygon([(-half, waist), (half, waist), (top, height), (-top, height)], look.paint, view)
    inner, rim = top * 0.86, height - (height - waist) * look.between(0.1, 0.3)
    canvas.polygon([(-half * 0.86, waist), (half * 0.86, waist), (inner, rim), (-inner, rim)], look.glass, view)
    lamp = (240, 236, 200) if look.chance(0.6) else (170, 20, 24)
    for side in (-1, 1):
        canvas.disc((side * half * 0.74, waist * 0.68), 0.14, lamp, view)
    canvas.box(-half * 0.45, waist * 0.45, half * 0.9, waist * 0.22, shaded(look.paint, 0.5), view)


def _wheels(canvas: Canvas, view: View, look: Look, places: Sequence[float], radius: float) -> None:
    rim = shaded((190, 192, 196), look.between(0.4, 1.1))
    for at in places:
        canvas.disc((at, radius), radius, TYRE, view)
        canvas.disc((at, radius), radius * 0.55, rim, view)
