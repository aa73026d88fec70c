"""Functions: kept in the jail under a handle; the mirror sends inputs there and brings what they return back."""

from __future__ import annotations

import inspect
from typing import Any

from autograder.mirrors.crossing import Pair, Read, Reader, Writer
from autograder.mirrors.errors import malformed
from autograder.mirrors.lineage import clip
from autograder.mirrors.record import Far, Json

NAME = 200
PARAMETERS = 100
HANDLE = 40

_KINDS = {kind.name: kind for kind in type(inspect.Parameter.KEYWORD_ONLY)}  # type: ignore[attr-defined]


class FunctionMirror:
    """A student's function. Calling it runs it in the jail, on copies. Name and signature are the student's claims."""

    def __init__(self, handle: str, name: str, signature: inspect.Signature | None, far: Far) -> None:
        self.__name__ = name
        self.__qualname__ = name
        self.__doc__ = None
        if signature is not None:
            self.__signature__ = signature
        self.handle = handle
        self._far = far

    def __call__(self, *args: object, **kwargs: object) -> object:
        return self._far.call(self.handle, args, kwargs)

    def __repr__(self) -> str:
        return f"<function {self.__name__}>"


def write_function(value: object, writer: Writer) -> Pair | None:
    """Write a handle, name and signature for anything that can be called."""
    if isinstance(value, FunctionMirror):
        return "function", {"handle": value.handle, "name": value.__name__, "parameters": None}
    if not callable(value):
        return None
    name = clip(getattr(value, "__name__", ""), NAME) or type(value).__name__
    return "function", {"handle": writer.keep(value), "name": name, "parameters": _parameters(value, writer)}


def _parameters(value: Any, writer: Writer) -> Json:
    try:
        parameters = list(inspect.signature(value).parameters.values())
    except Exception:  # builtins have none; a student's object may raise anything
        return None
    if len(parameters) > PARAMETERS:
        return None
    return [
        {"name": clip(parameter.name, NAME), "kind": parameter.kind.name, "default": _default(parameter, writer)}
        for parameter in parameters
    ]


def _default(parameter: inspect.Parameter, writer: Writer) -> Json:
    """Return [] for no default, [node] for a small one, [null] for any other."""
    if parameter.default is inspect.Parameter.empty:
        return []
    simple = type(parameter.default) in (bool, int, float, str, tuple)
    return [writer.node(parameter.default) if simple else None]


def _read_function(data: Json, reader: Reader) -> object:
    if not isinstance(data, dict) or data.keys() != {"handle", "name", "parameters"}:
        raise malformed("function")
    handle, name = data["handle"], data["name"]
    if not isinstance(handle, str) or not isinstance(name, str) or len(handle) > HANDLE or len(name) > NAME:
        raise malformed("function")
    return FunctionMirror(handle, name, _signature(data["parameters"], reader), reader.far)


def _signature(raw: Json, reader: Reader) -> inspect.Signature | None:
    """Return the claimed signature; None when it is none that Python allows."""
    if not isinstance(raw, list) or len(raw) > PARAMETERS:
        return None
    parameters = []
    for item in raw:
        default = item["default"] if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(item["name"], str) or not isinstance(default, list):
            raise malformed("function")
        value = reader.node(default[0]) if default else inspect.Parameter.empty
        parameters.append(inspect.Parameter(item["name"], _KINDS[str(item["kind"])], default=value))
    return inspect.Signature(parameters)


READ: dict[str, Read] = {"function": _read_function}
