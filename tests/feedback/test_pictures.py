"""Pictures are drawn anew from pixels alone, and what is no picture is refused."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from autograder.feedback.pictures import PictureRefused, from_array, from_png
from tests.feedback.conftest import npy, png


def pixels(url: str) -> NDArray[Any]:
    content = base64.b64decode(url.removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(io.BytesIO(content)))


@pytest.mark.parametrize("shape", [(3, 3), (28, 28, 3), (1, 200), (256, 1)])
def test_an_array_is_shown_pixel_by_pixel(shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    picture = from_array(npy(array), "Tu kernel")
    assert np.array_equal(pixels(picture.url), array)
    assert picture.alt == "Tu kernel"
    assert max(picture.width, picture.height) >= 112
    assert picture.width * shape[0] == picture.height * shape[1]


def test_an_array_stored_by_columns_is_the_same_picture() -> None:
    array = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert np.array_equal(pixels(from_array(npy(np.asfortranarray(array)), "").url), array)


def lying_header() -> bytes:
    return npy(np.zeros((2, 2), np.uint8)).replace(b"(2, 2)", b"(9, 9)")


def archive() -> bytes:
    file = io.BytesIO()
    np.savez(file, a=np.zeros((2, 2), np.uint8))
    return file.getvalue()


def pickled() -> bytes:
    file = io.BytesIO()
    np.save(file, np.array([[object()]]), allow_pickle=True)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x93NUMPY",
        archive(),
        pickled(),
        lying_header(),
        npy(np.zeros((2, 2), np.float32)),
        npy(np.zeros((2, 2, 4), np.uint8)),
        npy(np.zeros((2,), np.uint8)),
        npy(np.zeros((0, 4), np.uint8)),
        npy(np.zeros((1, 2000), np.uint8)),
        npy(np.zeros((2, 2), np.uint8)) + b"more",
        b"\x93NUMPY\x01\x00\x10\x00" + b"(" * 16,
    ],
)
def test_what_is_no_small_uint8_picture_is_refused(content: bytes) -> None:
    with pytest.raises(PictureRefused):
        from_array(content, "")


def test_a_figure_of_a_student_is_drawn_again_on_white_without_anything_else_it_carried() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "<script>", zip=False)
    file = io.BytesIO()
    image = Image.new("RGBA", (3000, 20), (255, 0, 0, 0))
    image.save(file, "PNG", pnginfo=info, icc_profile=b"profile", exif=b"Exif\0\0secret")
    picture = from_png(file.getvalue(), "Figura")
    content = base64.b64decode(picture.url.partition(",")[2])
    assert picture.width == 1000
    assert (pixels(picture.url) == 255).all()
    kinds = []
    at = 8
    while at < len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        kinds.append(kind)
        at += 12 + length
    assert set(kinds) == {b"IHDR", b"IDAT", b"IEND"}


def bomb(width: int, height: int) -> bytes:
    """Return a PNG that is small as a file and huge as a picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg onload=alert(1)>",
        png()[:50],
        bomb(30_000, 30_000),
        bomb(5000, 5000),
        b"\0" * (9 << 20),
        b"GIF89a" + png(),
    ],
    ids=["empty", "svg", "cut", "bomb", "large", "heavy", "gif"],
)
def test_what_is_no_reasonable_png_is_refused(content: bytes) -> None:
    with pytest.raises(PictureRefused):
        from_png(content, "")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_any_kind_of_png_can_be_shown(mode: str) -> None:
    assert from_png(png(mode=mode), "Figura").width == 40
