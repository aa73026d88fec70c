"""Arrays: NumPy's and its scalars, TensorFlow's tensors and variables, as ``.npy`` bytes read by our own grammar."""

from __future__ import annotations

import io
import math
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.mirrors.crossing import Pair, Read, Reader, TooLarge, Writer
from autograder.mirrors.errors import malformed
from autograder.mirrors.lineage import descends
from autograder.mirrors.record import Json

ARRAY_BYTES = 160 << 20
DIMENSIONS = 16

_MAGIC = b"\x93NUMPY\x01\x00"
_HEADER = re.compile(
    rb"\{'descr': '(?P<dtype>\|b1|\|[iu]1|<[iu][248]|<f[248]|<c8|<c16|<U\d{1,7}|\|S\d{1,7})', "
    rb"'fortran_order': (?P<fortran>True|False), 'shape': \((?P<shape>(?:\d{1,12},? ?)*)\), \} *\n"
)
_TENSOR_CLASSES = ("EagerTensor", "Tensor", "BaseResourceVariable", "ResourceVariable", "KerasVariable", "Variable")


class Shape(tuple[int, ...]):
    """A tuple of sizes that answers as TensorFlow's ``TensorShape`` does, too."""

    __slots__ = ()

    @property
    def rank(self) -> int:
        """Number of dimensions."""
        return len(self)

    ndims = rank

    def as_list(self) -> list[int]:
        """Return the sizes as a list."""
        return list(self)

    def num_elements(self) -> int:
        """Return the product of the sizes."""
        return math.prod(self)


class TensorMirror(np.ndarray[Any, Any]):
    """A tensor's numbers: an array that also answers ``.numpy()`` and a tensor's ``.shape``."""

    def numpy(self) -> NDArray[Any]:
        """Return the numbers as a plain array."""
        return self.view(np.ndarray)

    @property  # type: ignore[misc]
    def shape(self) -> Shape:
        """The sizes, as a tuple that also has ``as_list()`` and ``rank``."""
        return Shape(super().shape)


def npy(array: NDArray[Any]) -> bytes:
    """Return an array as ``.npy`` bytes: little-endian, C order, no pickle.

    Raises ``ValueError`` for a dtype that does not cross: kinds b, i, u, f (up to 64 bits), c, U and S do.
    """
    plain = np.ascontiguousarray(array).reshape(np.shape(array))
    if plain.dtype.kind not in "biufcUS":
        raise ValueError(f"an array of {plain.dtype} does not cross")
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, plain.astype(_narrow(plain.dtype), copy=False), (1, 0), allow_pickle=False)
    return buffer.getvalue()


def _narrow(dtype: np.dtype[Any]) -> np.dtype[Any]:
    if dtype.kind == "f" and dtype.itemsize > 8:
        return np.dtype("<f8")
    if dtype.kind == "c" and dtype.itemsize > 16:
        return np.dtype("<c16")
    return dtype.newbyteorder("<")


def read_npy(content: bytes) -> NDArray[Any]:
    """Return the array that ``npy`` wrote, writable. Raises ``ValueError`` for other bytes; nothing is evaluated."""
    header, start = _header(content)
    dtype = np.dtype(header["dtype"].decode())
    shape = tuple(int(size) for size in header["shape"].replace(b",", b" ").split())
    count = math.prod(shape)
    if len(shape) > DIMENSIONS or dtype.itemsize == 0 or count * dtype.itemsize != len(content) - start:
        raise ValueError("the bytes do not fill the shape")
    order = "F" if header["fortran"] == b"True" else "C"
    array: NDArray[Any] = np.frombuffer(content, dtype, count, start).reshape(shape, order=order).copy()  # type: ignore[call-overload]
    _check_content(array)
    return array.astype(dtype.newbyteorder("="), copy=False)


def _header(content: bytes) -> tuple[re.Match[bytes], int]:
    if not content.startswith(_MAGIC) or not 10 <= len(content) <= ARRAY_BYTES + 1024:
        raise ValueError("not .npy, or too large")
    start = 10 + int.from_bytes(content[8:10], "little")
    match = _HEADER.fullmatch(content[10:start]) if start <= 1024 else None
    if match is None:
        raise ValueError("not a header that we write")
    return match, start


def _check_content(array: NDArray[Any]) -> None:
    """Refuse bytes that NumPy takes for a value and Python does not: booleans beyond 1, letters beyond Unicode."""
    if array.dtype.kind == "b" and array.size and array.view(np.uint8).max() > 1:
        raise ValueError("not booleans")
    if array.dtype.kind == "U" and array.size:
        letters = np.ascontiguousarray(array).reshape(-1).view(np.uint32)
        if letters.max() > 0x10FFFF or ((letters >= 0xD800) & (letters <= 0xDFFF)).any():
            raise ValueError("not text")


def write_array(value: object, writer: Writer) -> Pair | None:
    """Write an array, a NumPy scalar or a tensor. Symbolic tensors and arrays of objects raise."""
    of = _of(value)
    if of is None:
        return None
    array = np.asarray(value.numpy() if of == "tensor" else value)  # type: ignore[attr-defined]
    if array.nbytes > ARRAY_BYTES:
        raise TooLarge
    content = npy(_storable(array))
    if len(content) > ARRAY_BYTES:
        raise TooLarge
    return of, writer.blob(content)


def _of(value: object) -> str | None:
    cls = type(value)
    if issubclass(cls, TensorMirror) or descends(value, ("tensorflow", "keras"), *_TENSOR_CLASSES):
        return "tensor"
    if issubclass(cls, np.ndarray):
        return "array"
    return "scalar" if issubclass(cls, np.generic) else None


def _storable(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array in a dtype that crosses: bfloat16 and its like as float32 (exact), text in objects as text."""
    if array.dtype.kind == "V" and array.dtype.names is None and array.dtype.name != "void":
        return array.astype(np.float32)
    if is_text(array):
        return array.astype(type(array.flat[0]))
    if array.dtype.kind in "US" and array.dtype.itemsize == 0:
        return array.astype(f"{array.dtype.kind}1")
    return array


def is_text(array: NDArray[Any]) -> bool:
    """Return whether an array of objects holds texts, or bytes, alone."""
    return array.dtype.kind == "O" and {type(item) for item in array.flat} in ({bytes}, {str})


def _read_array(data: Json, reader: Reader) -> object:
    return read_npy(reader.blob(data))


def _read_tensor(data: Json, reader: Reader) -> object:
    return read_npy(reader.blob(data)).view(TensorMirror)


def _read_scalar(data: Json, reader: Reader) -> object:
    array = read_npy(reader.blob(data))
    if array.shape != ():
        raise malformed("scalar")
    return array[()]


READ: dict[str, Read] = {"array": _read_array, "tensor": _read_tensor, "scalar": _read_scalar}
