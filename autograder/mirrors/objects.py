"""NumPy arrays of objects, such as the axes that ``plt.subplots(2, 2)`` gives: a node for each object."""

from __future__ import annotations

import math

import numpy as np

from autograder.mirrors.arrays import DIMENSIONS, is_text
from autograder.mirrors.crossing import Pair, Read, Reader, TooLarge, Writer
from autograder.mirrors.errors import malformed
from autograder.mirrors.record import Json

OBJECTS = 1000


def write_objects(value: object, writer: Writer) -> Pair | None:
    """Write an array of objects that are not all text."""
    if not issubclass(type(value), np.ndarray):
        return None
    array = np.asarray(value)
    if array.dtype.kind != "O" or is_text(array):
        return None
    if array.size > OBJECTS:
        raise TooLarge
    return "objects", {"shape": list(array.shape), "items": [writer.node(item) for item in array.flat]}


def _read_objects(data: Json, reader: Reader) -> object:
    if not isinstance(data, dict) or data.keys() != {"shape", "items"}:
        raise malformed("objects")
    sizes, nodes = data["shape"], data["items"]
    if not isinstance(sizes, list) or not isinstance(nodes, list) or max(len(sizes), 1) > DIMENSIONS:
        raise malformed("objects")
    shape = [size for size in sizes if type(size) is int and size >= 0]
    if shape != sizes or len(nodes) > OBJECTS or math.prod(shape) != len(nodes):
        raise malformed("objects")
    array = np.empty(len(nodes), np.dtype("O"))
    for index, node in enumerate(nodes):
        array[index] = reader.node(node)
    return array.reshape(shape)


READ: dict[str, Read] = {"objects": _read_objects}
