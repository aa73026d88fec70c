"""How one value is written into a record and read out of it, whatever its kinds: nesting, bytes and budgets.

A *node* is the JSON of one value: a scalar as itself, anything else as ``{"kind": …, "data": …}``. The values inside a
value are nodes in turn; arrays and files are bytes beside the JSON, named by their index.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from autograder.mirrors.errors import malformed
from autograder.mirrors.record import Far, Json, Keep

NESTING = 12
NODES = 200_000
BLOBS = 2000
BLOB_BYTES = 200 << 20  # of one value, all its bytes together

Pair: TypeAlias = tuple[str, Json]
Write: TypeAlias = "Callable[[object, Writer], Pair | None]"
Read: TypeAlias = "Callable[[Json, Reader], object]"


class TooLarge(Exception):
    """A value has more parts, levels or bytes than may cross."""


class Writer:
    """In the jail: turns a value into a node and gathers its bytes. The first kind to know a value writes it; one that
    raises leaves it to the last kind, which takes everything."""

    def __init__(self, kinds: Sequence[Write], keep: Keep) -> None:
        self.blobs: list[bytes] = []
        self._keep = keep
        self._refusal: Exception | None = None
        self._kinds = kinds
        self._left = NODES
        self._depth = 0

    def node(self, value: object) -> Json:
        """Return the node of a value inside another."""
        kind, data = self.pair(value)
        return data if kind == "plain" else {"kind": kind, "data": data}

    def pair(self, value: object) -> Pair:
        """Return kind and data of a value. Raises ``TooLarge``."""
        self._left -= 1
        if self._left < 0 or self._depth > NESTING:
            raise TooLarge
        self._depth += 1
        try:
            return self._first(value)
        finally:
            self._depth -= 1

    def keep(self, value: object) -> str:
        """Return the handle under which a live object is kept. Whatever the keeper raises ends the writing."""
        try:
            return self._keep(value)
        except Exception as error:
            self._refusal = error
            raise

    def blob(self, content: bytes) -> int:
        """Keep bytes beside the JSON; return their index. Raises ``TooLarge``."""
        if len(self.blobs) >= BLOBS or sum(map(len, self.blobs)) + len(content) > BLOB_BYTES:
            raise TooLarge
        self.blobs.append(content)
        return len(self.blobs) - 1

    def _first(self, value: object) -> Pair:
        written = len(self.blobs)
        for write in self._kinds:
            try:
                pair = write(value, self)
            except TooLarge:
                raise
            except Exception as error:  # the student's object does as it likes: it is then no value of any kind
                if error is self._refusal:
                    raise
                del self.blobs[written:]
                return self._kinds[-1](value, self) or ("plain", None)
            if pair is not None:
                return pair
        raise TooLarge


class Reader:
    """In the grader: turns nodes into mirrors. A ``Read`` may raise anything at all; ``mirror`` makes it one error."""

    def __init__(self, kinds: Mapping[str, Read], blobs: Sequence[bytes], far: Far) -> None:
        self.far = far
        self._kinds = kinds
        self._blobs = blobs
        self._left = NODES
        self._depth = 0

    def node(self, node: Json) -> object:
        """Return the mirror of the value that a node describes."""
        if not isinstance(node, dict):
            return self.pair("plain", node)
        if node.keys() != {"kind", "data"} or not isinstance(node["kind"], str):
            raise malformed("node")
        return self.pair(node["kind"], node["data"])

    def pair(self, kind: str, data: Json) -> object:
        """Return the mirror of a value of that kind."""
        self._left -= 1
        if kind not in self._kinds or self._left < 0 or self._depth > NESTING:
            raise malformed(kind[:40])
        self._depth += 1
        try:
            return self._kinds[kind](data, self)
        finally:
            self._depth -= 1

    def blob(self, index: Json) -> bytes:
        """Return the bytes of that index."""
        if type(index) is not int or not 0 <= index < len(self._blobs):
            raise malformed("bytes")
        return self._blobs[index]
