"""Pictures for the page, drawn anew: nothing that came from elsewhere is embedded byte for byte.

An exhibit's image is an array in ``.npy`` bytes, read strictly. A picture that the student's process made is opened as
PNG under limits and drawn again from its pixels alone, so that nothing else a file can carry reaches the page.
"""

from __future__ import annotations

import base64
import io
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

MOST_BYTES = 8 << 20
MOST_PIXELS = 12_000_000
LARGEST_SIDE = 1024  # of an exhibit's image
SHOWN_WIDTH = 1000  # pixels of a student's figure: sharp on any phone
_SMALL = 112  # an image smaller than this is shown enlarged
_MATRIX = 32  # and one up to this is a matrix more than a photograph: its pixels are to be seen


class PictureRefused(ValueError):
    """These bytes are no picture that we show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A PNG as a data URL, the size to show it at, and the words for those who do not see it."""

    url: str
    width: int
    height: int
    alt: str
    caption: str = ""
    pixelated: bool = False


def from_array(npy: bytes, caption: str) -> Picture:
    """Return the picture of an array, uint8 of shape (height, width) or (height, width, 3), in ``.npy`` bytes.

    Raises ``PictureRefused`` on anything else: pickles, archives, other types, and sizes past 1024 pixels a side.
    """
    pixels = _read_npy(npy)
    height, width = pixels.shape[:2]
    scale = max(1, -(-_SMALL // max(height, width)))
    image = Image.fromarray(pixels)
    return Picture(
        url=_data_url(image),
        width=width * scale,
        height=height * scale,
        alt=caption,
        caption=caption,
        pixelated=max(height, width) <= _MATRIX,
    )


def from_png(png: bytes, alt: str) -> Picture:
    """Return a student's figure, drawn again on white. Raises ``PictureRefused`` when it is no PNG or too large."""
    if len(png) > MOST_BYTES:
        raise PictureRefused("too many bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise PictureRefused("too many pixels")
                pixels = image.convert("RGBA")
    except Exception as error:  # hostile bytes: whatever a decoder raises, it is no picture
        raise PictureRefused(str(error)) from error
    clean = Image.new("RGB", pixels.size, "white")
    clean.paste(pixels, mask=pixels.getchannel("A"))
    clean.thumbnail((SHOWN_WIDTH, 2 * SHOWN_WIDTH))
    return Picture(url=_data_url(clean), width=clean.width, height=clean.height, alt=alt)


def _read_npy(npy: bytes) -> NDArray[np.uint8]:
    """Return the array after looking at its header alone: a header may claim any size."""
    if len(npy) > MOST_BYTES:
        raise PictureRefused("too many bytes")
    file = io.BytesIO(npy)
    try:
        if np.lib.format.read_magic(file) != (1, 0):
            raise PictureRefused("not .npy version 1.0")
        shape, by_column, dtype = np.lib.format.read_array_header_1_0(file)
    except Exception as error:  # the header is parsed as Python: a broken one raises whatever the tokenizer does
        raise PictureRefused(str(error)) from error
    if dtype != np.uint8 or shape[2:] not in ((), (3,)) or not 2 <= len(shape) <= 3:
        raise PictureRefused(f"not a picture: {dtype} {shape}")
    if not all(1 <= side <= LARGEST_SIDE for side in shape[:2]):
        raise PictureRefused(f"size {shape}")
    content = npy[file.tell() :]
    if len(content) != int(np.prod(shape)):
        raise PictureRefused("not the length that its header says")
    return np.ascontiguousarray(np.frombuffer(content, np.uint8).reshape(shape, order="F" if by_column else "C"))


def _data_url(image: Image.Image) -> str:
    file = io.BytesIO()
    image.save(file, "PNG", optimize=image.width * image.height < 250_000)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
