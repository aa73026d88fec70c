"""Keras objects by name and settings (an activation, an optimizer, a loss, a layer's configuration), as plain data."""

from __future__ import annotations

import sys
from typing import Any

from autograder.mirrors import strict
from autograder.mirrors.crossing import Pair, Read, Reader, Writer
from autograder.mirrors.errors import malformed
from autograder.mirrors.lineage import descends
from autograder.mirrors.record import Json

NAME = 100
DESCRIBED_BYTES = 8 << 20


class NamedMirror:
    """A function known by its name alone, such as an activation."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __repr__(self) -> str:
        return f"<function {self.__name__}>"


class SettingMirror:
    """A Keras object as its class's name and its settings: each setting is an attribute. ``type(mirror).__name__`` is
    the real class's name."""

    def __init__(self, class_name: str, config: dict[str, Any]) -> None:
        self.class_name = class_name
        self._config = config

    def get_config(self) -> dict[str, Any]:
        """Return the settings as Keras gives them, objects inside them in their serialized form."""
        return {key: _tupled(value) for key, value in self._config.items()}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._config:
            raise AttributeError(f"{self.class_name} has no {name!r}")
        return revived(self._config[name])

    def __repr__(self) -> str:
        return f"<{self.class_name} name={self._config.get('name')!r}>"


def named_class(base: type, class_name: str) -> type:
    """Return a subclass of ``base`` that bears the real class's name."""
    if not class_name.isidentifier() or len(class_name) > NAME:
        raise malformed("class name")
    return type(class_name, (base,), {})


def described(raw: object) -> tuple[str, dict[str, Any]]:
    """Return class name and settings of a serialized Keras object. Raises ``MirrorError`` for what is none."""
    if not isinstance(raw, dict):
        raise malformed("keras object")
    name, config = raw.get("class_name"), raw.get("config")
    if not isinstance(name, str) or not isinstance(config, dict):
        raise malformed("keras object")
    return name, config


def revived(value: Any) -> Any:
    """Return a setting as an attribute holds it: a serialized function as its name, an object as its mirror."""
    if not isinstance(value, dict) or "class_name" not in value:
        return _tupled(value)
    name, config = str(value["class_name"]), value.get("config")
    if isinstance(config, str):  # {"class_name": "function", "config": "relu"}
        return NamedMirror(config)
    if name == "__tuple__":
        return _tupled(value)
    return named_class(SettingMirror, name)(name, config if isinstance(config, dict) else {})


def _tupled(value: Any) -> Any:
    """Return sizes as the tuples they were before JSON, at every depth, and objects without their serial numbers."""
    if isinstance(value, dict):
        if value.get("class_name") == "__tuple__" and isinstance(value.get("items"), list):
            return tuple(map(_tupled, value["items"]))
        return {key: _tupled(item) for key, item in value.items() if key != "shared_object_id"}
    if isinstance(value, list):
        sizes = value and all(item is None or type(item) is int for item in value)
        return tuple(value) if sizes else [_tupled(item) for item in value]
    return value


def write_setting(value: object, writer: Writer) -> Pair | None:
    """Write an optimizer, a loss, a metric, an initializer or a regularizer."""
    if not descends(value, ("keras",), "Optimizer", "Loss", "Metric", "Initializer", "Regularizer"):
        return None
    return "setting", write_described(value, writer)


def write_described(value: object, writer: Writer) -> int:
    """Keep a Keras object's serialized form among the bytes; return its index."""
    return writer.blob(strict.dumps(sys.modules["keras"].saving.serialize_keras_object(value)))


def read_described(content: bytes) -> Any:
    """Return a serialized form from its bytes. Raises ``ValueError``."""
    if len(content) > DESCRIBED_BYTES:
        raise malformed("keras object")
    return strict.loads(content)


def _read_setting(data: Json, reader: Reader) -> object:
    name, config = described(read_described(reader.blob(data)))
    return named_class(SettingMirror, name)(name, config)


READ: dict[str, Read] = {"setting": _read_setting}
