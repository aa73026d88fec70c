"""Anything else: its class's name, and a mirror whose every use says that such a value cannot be read."""

from __future__ import annotations

from typing import Any, NoReturn

from autograder.messages import say
from autograder.mirrors.crossing import Pair, Read, Reader, Writer
from autograder.mirrors.errors import MirrorError, malformed
from autograder.mirrors.lineage import clip
from autograder.mirrors.record import Json

NAME = 100
REASONS = ("kind", "large", "slow")


class OpaqueMirror:
    """A value that does not cross. It can be named and passed on; using it raises ``MirrorError``."""

    def __init__(self, type_name: str, reason: str) -> None:
        self.mirrored_type = type_name
        self._sentence = f"mirrors.opaque.{reason}"

    def __repr__(self) -> str:
        return f"<{self.mirrored_type}>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("mirrored_type", "_sentence"):  # asked by Python itself, by NumPy, by copy
            raise AttributeError(name)
        self._refuse()

    def _refuse(self, *_: object) -> NoReturn:
        raise MirrorError(say(self._sentence, type=self.mirrored_type))

    def __eq__(self, _other: object) -> bool:
        self._refuse()

    def __hash__(self) -> int:
        return id(self)

    __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__

    def __bool__(self) -> bool:
        self._refuse()

    def __array__(self, *_: object, **__: object) -> NoReturn:
        self._refuse()

    __len__ = __iter__ = __getitem__ = __contains__ = _refuse
    __float__ = __int__ = __index__ = __complex__ = __neg__ = __abs__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __truediv__ = __rtruediv__ = __matmul__ = __rmatmul__ = __pow__ = __mod__ = _refuse


def write_opaque(value: object, _writer: Writer) -> Pair | None:
    """Write the name of the value's class, whatever it is."""
    return opaque_pair(value, "kind")


def opaque_pair(value: object, reason: str) -> Pair:
    """Return what is written of a value that does not cross: because of its ``kind``, too ``large`` or too ``slow``."""
    return "opaque", {"type": clip(type(value).__name__, NAME), "reason": reason}


def _read_opaque(data: Json, _reader: Reader) -> object:
    if not isinstance(data, dict) or data.keys() != {"type", "reason"}:
        raise malformed("opaque")
    name, reason = data["type"], data["reason"]
    if not isinstance(name, str) or len(name) > NAME or reason not in REASONS:
        raise malformed("opaque")
    return OpaqueMirror(name, str(reason))


READ: dict[str, Read] = {"opaque": _read_opaque}
