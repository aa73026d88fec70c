"""What a live object is, told by the names of its classes: nothing is imported, and the object is not asked."""

from __future__ import annotations


def descends(value: object, packages: tuple[str, ...], *names: str) -> bool:
    """Return whether a class of ``value`` has one of ``names`` and comes from one of the top-level ``packages``."""
    return any(cls.__name__ in names and _package(cls) in packages for cls in type.mro(type(value)))


def _package(cls: type) -> str:
    module = getattr(cls, "__module__", "")
    return module.partition(".")[0] if isinstance(module, str) else ""


def clip(text: object, most: int) -> str:
    """Return ``text`` as a plain string of at most ``most`` characters that UTF-8 can spell; "" for what is no text."""
    if not isinstance(text, str):
        return ""
    return str.__getitem__(text, slice(0, most)).encode("utf-8", "replace").decode("utf-8")
