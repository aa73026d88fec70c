"""Shapes and dtypes without numbers: what a dataset yields, what a layer takes and gives."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.mirrors.crossing import Pair, Read, Reader, Writer
from autograder.mirrors.errors import malformed
from autograder.mirrors.lineage import descends
from autograder.mirrors.record import Json

DIMENSIONS = 16


class DType(str):
    """A dtype's name; equal to the string, and answers ``.name`` as a dtype does."""

    __slots__ = ()

    @property
    def name(self) -> str:
        """The name itself."""
        return str(self)


class SpecShape(tuple[int | None, ...]):
    """A tuple of sizes, None where any will do, that answers as TensorFlow's ``TensorShape`` does, too."""

    __slots__ = ()

    @property
    def rank(self) -> int:
        """Number of dimensions."""
        return len(self)

    def as_list(self) -> list[int | None]:
        """Return the sizes as a list."""
        return list(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecMirror:
    """What a ``tf.TensorSpec`` says."""

    shape: SpecShape
    dtype: DType


def write_spec(value: object, _writer: Writer) -> Pair | None:
    """Write a ``tf.TensorSpec``, a ``tf.TensorShape``, a dtype of TensorFlow's or NumPy's."""
    if isinstance(value, SpecShape) or descends(value, ("tensorflow",), "TensorShape"):
        return "shape", list(value)  # type: ignore[call-overload]
    if isinstance(value, DType) or descends(value, ("tensorflow", "numpy"), "DType", "dtype"):
        return "dtype", str(value.name)  # type: ignore[attr-defined]
    if not descends(value, ("tensorflow",), "TensorSpec"):
        return None
    shape = list(value.shape)  # type: ignore[attr-defined]  # an unknown rank raises: such a spec does not cross
    return "spec", {"shape": shape, "dtype": str(value.dtype.name)}  # type: ignore[attr-defined]


def read_shape(raw: object) -> SpecShape:
    """Return a shape from JSON. Raises ``MirrorError`` for anything but a short list of sizes and nulls."""
    if not isinstance(raw, list) or len(raw) > DIMENSIONS:
        raise malformed("shape")
    if not all(size is None or (type(size) is int and size >= 0) for size in raw):
        raise malformed("shape")
    return SpecShape(raw)


def _read_spec(data: Json, reader: Reader) -> object:
    if not isinstance(data, dict) or data.keys() != {"shape", "dtype"}:
        raise malformed("spec")
    return SpecMirror(shape=read_shape(data["shape"]), dtype=_read_dtype(data["dtype"], reader))


def _read_shape(data: Json, _reader: Reader) -> SpecShape:
    return read_shape(data)


def _read_dtype(data: Json, _reader: Reader) -> DType:
    if not isinstance(data, str) or len(data) > 40:
        raise malformed("dtype")
    return DType(data)


READ: dict[str, Read] = {"spec": _read_spec, "shape": _read_shape, "dtype": _read_dtype}
