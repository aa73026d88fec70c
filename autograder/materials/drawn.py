"""Cars and trucks drawn by our own code: the data set that needs neither internet nor anybody's permission.

Each picture is told by the seed, its part, its class and its number alone, so that the parts never meet and more
pictures leave the first ones as they were.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image

from autograder.course.model import Materials
from autograder.materials.canvas import Canvas, Colour, View
from autograder.materials.photos import Photos, PhotoSet, Pixels, content_hash, stacked
from autograder.materials.vehicles import Drawing, car, look, shaded, truck

CLASSES: tuple[Drawing, ...] = (car, truck)
LENGTHS: dict[Drawing, float] = {
    car: 4.4,
    truck: 6.6,
}  # metres: both fill the frame, size must not tell them apart
PARTS = ("train", "valid", "hidden")


def found(materials: Materials) -> str | None:  # noqa: ARG001 (a provider's face; this one is always there)
    """Return what tells this source of photographs from another: nothing but the settings does."""
    return ""


def photographs(materials: Materials) -> PhotoSet:
    """Return the drawn set: every count of ``materials`` is met exactly, and no picture is in two parts."""
    seen: set[str] = set()
    counts = dict(zip(PARTS, (materials.train, materials.valid, materials.hidden), strict=True))
    drawn = {part: _part(materials, part, count, seen) for part, count in counts.items()}
    return PhotoSet(provider="drawn", **drawn)


def _part(materials: Materials, part: str, count: int, seen: set[str]) -> Photos:
    classes = []
    for label, drawing in enumerate(CLASSES):
        stream = [materials.seed, PARTS.index(part), label]
        classes.append([_fresh(drawing, [*stream, number], materials.image_size, seen) for number in range(count)])
    return stacked(classes, materials.image_size)


def _fresh(drawing: Drawing, stream: list[int], side: int, seen: set[str]) -> Pixels:
    """Return the stream's first picture that is not among ``seen``. Noise makes the first try all but certain."""
    attempt = 0
    while (content := content_hash(picture := scene(drawing, np.random.default_rng([*stream, attempt]), side))) in seen:
        attempt += 1
    seen.add(content)
    return picture


def scene(drawing: Drawing, random: Generator, side: int) -> Pixels:
    """Return one picture, uint8 RGB (side, side, 3): a vehicle somewhere, in some weather, with something before it."""
    sky, ground = _colours(random)
    canvas = Canvas(side, sky)
    horizon = float(random.uniform(0.45, 0.75))
    _background(canvas, random, horizon, sky, ground)
    view = _view(canvas, random, horizon, metres=LENGTHS[drawing])
    canvas.polygon(
        [view.place(point) for point in ((-2.4, -0.12), (2.4, -0.12), (2.2, 0.2), (-2.2, 0.2))], shaded(ground, 0.5)
    )
    drawing(canvas, view, look(random))
    _foreground(canvas, random, view)
    return _photographed(canvas.blurred(float(random.uniform(0.0, 0.6))), random)


def _colours(random: Generator) -> tuple[Colour, Colour]:
    skies = ((150, 188, 226), (205, 212, 218), (236, 204, 160), (70, 84, 120), (222, 232, 240), (120, 112, 104))
    grounds = ((96, 98, 100), (128, 122, 112), (88, 118, 66), (176, 156, 118), (200, 204, 208), (58, 58, 62))
    return skies[int(random.integers(len(skies)))], grounds[int(random.integers(len(grounds)))]


def _view(canvas: Canvas, random: Generator, horizon: float, metres: float) -> View:
    """Return where the vehicle stands: often off the middle, sometimes cut by the frame."""
    return View(
        x=canvas.side * float(random.uniform(0.4, 0.6)),
        y=canvas.side * min(0.9, horizon + float(random.uniform(0.05, 0.25))),
        scale=canvas.side * float(random.uniform(0.68, 1.0)) / metres,
        flip=1 if random.random() < 0.5 else -1,
        angle=float(random.normal(0, 0.05)),
        lean=float(random.normal(0, 0.08)),
    )


def _background(canvas: Canvas, random: Generator, horizon: float, sky: Colour, ground: Colour) -> None:
    side = canvas.side
    for step in range(8):  # the sky is lighter near the ground
        canvas.band(horizon * step / 8, horizon * (step + 1) / 8, shaded(sky, 0.85 + 0.04 * step))
    for _ in range(int(random.integers(0, 6))):  # houses, boxes and signs, some as large as a lorry
        left, width, height = (float(random.uniform(*span)) * side for span in ((-0.2, 1), (0.08, 0.5), (0.05, 0.5)))
        foot, wall = horizon * side, shaded((150, 140, 130), float(random.uniform(0.4, 1.5)))
        canvas.polygon([(left, foot), (left + width, foot), (left + width, foot - height), (left, foot - height)], wall)
        for _ in range(int(random.integers(0, 5))):
            x, y = left + width * float(random.random()), foot - height * float(random.random())
            canvas.polygon([(x, y), (x + 12, y), (x + 12, y + 14), (x, y + 14)], shaded(wall, 0.6))
    for _ in range(int(random.integers(0, 5))):  # trees
        centre = (float(random.uniform(0, side)), side * (horizon - float(random.uniform(0.0, 0.12))))
        canvas.disc(
            centre, side * float(random.uniform(0.04, 0.16)), shaded((60, 96, 52), float(random.uniform(0.5, 1.4)))
        )
    canvas.band(horizon, 1.0, ground)
    if random.random() < 0.6:
        canvas.band(horizon + 0.12, 1.0, shaded(ground, float(random.uniform(0.6, 1.2))))


def _foreground(canvas: Canvas, random: Generator, view: View) -> None:
    """Put posts and bushes before the vehicle: wheels and outline are not always to be seen."""
    side = canvas.side
    for _ in range(int(random.integers(0, 3))):
        x, colour = float(random.uniform(0, side)), shaded((110, 104, 96), float(random.uniform(0.3, 1.6)))
        if random.random() < 0.5:
            width, top = side * float(random.uniform(0.02, 0.07)), side * float(random.uniform(0.1, 0.7))
            canvas.polygon([(x, side), (x + width, side), (x + width, top), (x, top)], colour)
        else:
            radius = side * float(random.uniform(0.06, 0.2))
            canvas.disc((x, view.y + radius * 0.5), radius, shaded((64, 92, 48), float(random.uniform(0.5, 1.3))))


def _photographed(picture: Image.Image, random: Generator) -> Pixels:
    """Return the picture as a poor camera would give it: exposure, contrast, a tint, a gradient of light, noise."""
    pixels = np.asarray(picture, np.float64) / 255
    side = len(pixels)
    pixels = (pixels - 0.5) * random.uniform(0.7, 1.2) + 0.5 + random.uniform(-0.15, 0.15)
    pixels = pixels * random.uniform(0.85, 1.15, size=3)
    pixels = pixels * np.linspace(random.uniform(0.7, 1.1), random.uniform(0.7, 1.1), side)[None, :, None]
    pixels = pixels + random.normal(0, random.uniform(0.0, 0.04), size=pixels.shape)
    return np.asarray(np.clip(np.round(pixels * 255), 0, 255), np.uint8)
