"""What a zygote is told once, before any job: what to import, and what every one of its jails may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Plain values only: they travel to the zygote as JSON."""

    preload: tuple[str, ...]
    path: tuple[str, ...]  # folders to import from, seen in the jail too
    readonly: tuple[str, ...]
    environment: Mapping[str, str]
    unsafe: bool

    def to_plain(self) -> dict[str, Any]:
        """Return the settings as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Settings:
        """Return the settings that ``to_plain`` described."""
        listed = {name: tuple(plain[name]) for name in ("preload", "path", "readonly")}
        return cls(**listed, environment=plain["environment"], unsafe=plain["unsafe"])
