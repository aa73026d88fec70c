"""TensorFlow datasets: what they yield, how many, what they are made of, and their first batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.messages import say
from autograder.mirrors.crossing import Pair, Read, Reader, TooLarge, Writer
from autograder.mirrors.errors import MirrorError, malformed
from autograder.mirrors.lineage import clip, descends
from autograder.mirrors.record import Json

BATCHES = 4
FIRST_BYTES = 64 << 20
REST_BYTES = 16 << 20
CHAIN = 50


class DatasetMirror:
    """A ``tf.data.Dataset``: iterating gives the first batches, and says so where the recorded ones end.

    ``kinds``: what it is made of from the last step to the first, such as ("Prefetch", "Cache", "ParallelMap").
    """

    class_name = "Dataset"

    def __init__(
        self, element_spec: Any, size: int, class_names: list[str] | None, kinds: tuple[str, ...], batches: list[Any]
    ) -> None:
        self.element_spec = element_spec
        self.kinds = kinds
        self._size = size
        self._batches = batches
        if class_names is not None:
            self.class_names = class_names

    def cardinality(self) -> np.int64:
        """Return the number of elements (batches); -1 for endless, -2 for unknown."""
        return np.int64(self._size)

    def __len__(self) -> int:
        if self._size < 0:
            raise TypeError("The dataset length is unknown.")
        return self._size

    def __iter__(self) -> Iterator[Any]:
        yield from self._batches
        if self._size != len(self._batches):
            raise MirrorError(say("mirrors.dataset.beyond", count=len(self._batches)))

    def take(self, count: int) -> DatasetMirror:
        """Return a dataset of the first ``count`` elements."""
        size = count if self._size < 0 else min(count, self._size)
        return DatasetMirror(self.element_spec, size, None, ("Take", *self.kinds), self._batches[:count])

    def as_numpy_iterator(self) -> Iterator[Any]:
        """Yield the elements as NumPy arrays."""
        yield from (_plain(batch) for batch in self)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_plain(item) for item in value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value.numpy() if hasattr(value, "numpy") else value


def write_dataset(value: Any, writer: Writer) -> Pair | None:
    """Write a dataset's description and as many of its first elements as are small enough."""
    if not descends(value, ("tensorflow",), "DatasetV2"):
        return None
    names = getattr(value, "class_names", None)
    return "dataset", {
        "spec": writer.node(value.element_spec),
        "size": int(value.cardinality().numpy()),
        "names": [clip(str(name), 200) for name in list(names)[:1000]] if names is not None else None,
        "kinds": list(_chain(value)),
        "batches": _batches(value, writer),
    }


def _chain(value: Any) -> Iterator[str]:
    for _ in range(CHAIN):
        yield clip(type(value).__name__, 100).strip("_").removesuffix("Dataset")
        inputs = value._inputs()
        if not inputs:
            return
        value = inputs[0]


def _batches(value: Any, writer: Writer) -> list[Json]:
    found: list[Json] = []
    first = len(writer.blobs)
    for batch in value.take(BATCHES):
        before = len(writer.blobs)
        try:
            node = writer.node(batch)
        except TooLarge:
            break
        total = sum(len(blob) for blob in writer.blobs[first:])
        if total > (REST_BYTES if found else FIRST_BYTES):
            del writer.blobs[before:]
            break
        found.append(node)
    return found


def _read_dataset(data: Json, reader: Reader) -> object:
    if not isinstance(data, dict) or data.keys() != {"spec", "size", "names", "kinds", "batches"}:
        raise malformed("dataset")
    size, names, kinds, batches = data["size"], data["names"], data["kinds"], data["batches"]
    if type(size) is not int or size < -2 or not _texts(kinds) or not (names is None or _texts(names)):
        raise malformed("dataset")
    if not isinstance(batches, list) or len(batches) > BATCHES or 0 <= size < len(batches):
        raise malformed("dataset")
    return DatasetMirror(
        reader.node(data["spec"]),
        size,
        None if names is None else [str(name) for name in _list(names)],
        tuple(str(kind) for kind in _list(kinds)),
        [reader.node(batch) for batch in batches],
    )


def _texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


READ: dict[str, Read] = {"dataset": _read_dataset}
