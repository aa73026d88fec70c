"""Plain values: None, booleans, numbers, text, bytes, and lists, tuples, dicts and sets of anything that crosses."""

from __future__ import annotations

import math
from collections.abc import Iterator

from autograder.mirrors import strict
from autograder.mirrors.crossing import Pair, Read, Reader, TooLarge, Writer
from autograder.mirrors.errors import malformed
from autograder.mirrors.lineage import clip
from autograder.mirrors.record import Json

TEXT = 2_000_000
LONG_INT_BITS = 20_000

_CONTAINERS: dict[type, str] = {list: "list", tuple: "tuple", set: "set", frozenset: "frozenset", range: "list"}


def write_plain(value: object, writer: Writer) -> Pair | None:
    """Write a plain value; one of a subclass as its base type, by the base's own methods."""
    if value is None or isinstance(value, bool):
        return "plain", value
    if value is ...:  # how a lab leaves an answer to be written
        return "ellipsis", None
    cls = type(value)
    if issubclass(cls, int):
        return _write_int(int.__index__(value))  # type: ignore[arg-type]
    if issubclass(cls, float):
        return _write_float(float.__float__(value))  # type: ignore[arg-type]
    if issubclass(cls, complex):
        number = complex.__complex__(value)  # type: ignore[arg-type]
        return "complex", [writer.node(number.real), writer.node(number.imag)]
    if issubclass(cls, str):
        if str.__len__(value) > TEXT:  # type: ignore[arg-type]
            raise TooLarge
        return "plain", clip(value, TEXT)
    if issubclass(cls, bytes | bytearray):
        return "bytes", writer.blob(bytes(memoryview(value)))  # type: ignore[arg-type]
    return _write_container(value, cls, writer)


def _write_int(number: int) -> Pair:
    number = number + 0  # an exact int
    if number.bit_length() < strict.INT_BITS:
        return "plain", number
    if number.bit_length() > LONG_INT_BITS:
        raise TooLarge
    return "int", hex(number)


def _write_float(number: float) -> Pair:
    return ("plain", number) if math.isfinite(number) else ("float", str(number))


def _write_container(value: object, cls: type, writer: Writer) -> Pair | None:
    if issubclass(cls, dict):
        items: Iterator[tuple[object, object]] = iter(dict.items(value))  # type: ignore[arg-type]
        return "dict", [[writer.node(key), writer.node(item)] for key, item in items]
    for base in (list, tuple, set, frozenset, range):
        if issubclass(cls, base):
            nodes = [writer.node(item) for item in base.__iter__(value)]  # type: ignore[arg-type]
            return _CONTAINERS[base], sorted(nodes, key=strict.dumps) if base in (set, frozenset) else nodes
    return None


def _read_scalar(data: Json, _reader: Reader) -> object:
    if isinstance(data, list | dict):
        raise malformed("plain")
    return data


def _read_int(data: Json, _reader: Reader) -> object:
    if not isinstance(data, str) or len(data) > LONG_INT_BITS // 4 + 4:
        raise malformed("int")
    return int(data, 16)


def _read_ellipsis(_data: Json, _reader: Reader) -> object:
    return ...


def _read_float(data: Json, _reader: Reader) -> object:
    if data not in ("nan", "inf", "-inf"):
        raise malformed("float")
    return float(str(data))


def _read_complex(data: Json, reader: Reader) -> object:
    real, imag = (reader.node(part) for part in _items(data))
    if type(real) is not float or type(imag) is not float:
        raise malformed("complex")
    return complex(real, imag)


def _read_bytes(data: Json, reader: Reader) -> object:
    return reader.blob(data)


def _read_list(data: Json, reader: Reader) -> object:
    return [reader.node(item) for item in _items(data)]


def _read_tuple(data: Json, reader: Reader) -> object:
    return tuple(reader.node(item) for item in _items(data))


def _read_set(data: Json, reader: Reader) -> object:
    return {reader.node(item) for item in _items(data)}


def _read_frozenset(data: Json, reader: Reader) -> object:
    return frozenset(reader.node(item) for item in _items(data))


def _read_dict(data: Json, reader: Reader) -> object:
    found = {}
    for item in _items(data):
        key, value = _items(item)
        found[reader.node(key)] = reader.node(value)
    return found


def _items(data: Json) -> list[Json]:
    if not isinstance(data, list):
        raise malformed("list")
    return data


READ: dict[str, Read] = {
    "plain": _read_scalar,
    "int": _read_int,
    "ellipsis": _read_ellipsis,
    "float": _read_float,
    "complex": _read_complex,
    "bytes": _read_bytes,
    "list": _read_list,
    "tuple": _read_tuple,
    "set": _read_set,
    "frozenset": _read_frozenset,
    "dict": _read_dict,
}
