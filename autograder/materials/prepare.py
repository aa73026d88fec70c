"""A lab's data and base, made once and found again: what students see in one folder, what they never see in another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from autograder.course.model import Lab, Materials
from autograder.materials import cifar10, drawn, efficientnet, folder, vgg16
from autograder.materials.failure import MaterialsError
from autograder.materials.files import hidden_files, public_files, replace_files
from autograder.materials.photos import PhotoSet

RECORD = "prepared.json"
VERSION = 2
"""Of what is made of the same settings: raise it when this room makes something else."""


class Provider(Protocol):
    """A source of photographs."""

    def found(self, materials: Materials) -> str | None:
        """Return None when it has none here, else something that changes when its photographs do. Quick."""

    def photographs(self, materials: Materials) -> PhotoSet:
        """Return them in three parts. Called only where ``found`` is not None."""


PROVIDERS: Mapping[str, Provider] = MappingProxyType({"folder": folder, "cifar10": cifar10, "drawn": drawn})


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Where a lab's files lie: ``public`` by path relative to the notebook, ``hidden`` by name."""

    provider: str  # "" for a lab without data of its own
    public: Mapping[str, Path]
    hidden: Mapping[str, Path]


def prepare(lab: Lab, release: Path, hidden: Path) -> Prepared:
    """Put a lab's public files into ``release`` and its hidden ones into ``hidden``; called again, change nothing.

    What lies there already is told by its sha256 and kept. Raises ``MaterialsError`` when no provider has
    photographs or the base cannot be had.
    """
    wanted = [name for name in lab.materials.providers if name in PROVIDERS]
    if not wanted:
        return Prepared(provider="", public={}, hidden={})
    provider, state = _first_found(wanted, lab.materials)
    key = _key(lab.materials, provider, state)
    record = hidden / RECORD
    if (kept := _kept(record, key, release, hidden)) is not None:
        return kept
    photos = PROVIDERS[provider].photographs(lab.materials)
    base = build_base(lab.materials)
    record.unlink(missing_ok=True)
    public = replace_files(release, public_files(photos, lab.materials, base))
    secret = replace_files(hidden, hidden_files(photos, lab.materials, base))
    record.write_text(json.dumps({"key": key, "provider": provider, "public": public, "hidden": secret}, indent=1))
    return _prepared(provider, public, secret, release, hidden)


def build_base(materials: Materials) -> Any:
    """Return the pretrained base that a lab names, None for a lab without one. Imports Keras."""
    if materials.base == "vgg16":
        return vgg16.build(materials.image_size, materials.base_cut, path=materials.vgg16_weights)
    if materials.base == "efficientnet-lite0":
        return efficientnet.build(materials.image_size, materials.base_cut)
    return None


def _first_found(names: list[str], materials: Materials) -> tuple[str, str]:
    for name in names:
        if (state := PROVIDERS[name].found(materials)) is not None:
            return name, state
    raise MaterialsError("materials.none_found", names=", ".join(names))


def _key(materials: Materials, provider: str, state: str) -> str:
    """Return a digest of all that decides what is made."""
    facts = {"version": VERSION, "materials": asdict(materials), "provider": provider, "state": state}
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


def _kept(record: Path, key: str, release: Path, hidden: Path) -> Prepared | None:
    """Return what was made before, when it was made of the same and every file is still what it was."""
    try:
        noted = json.loads(record.read_text())
        if noted["key"] != key or not (_hold(release, noted["public"]) and _hold(hidden, noted["hidden"])):
            return None
        return _prepared(noted["provider"], noted["public"], noted["hidden"], release, hidden)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _hold(folder: Path, digests: Mapping[str, str]) -> bool:
    return all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == one for name, one in digests.items())


def _prepared(
    provider: str, public: Mapping[str, str], secret: Mapping[str, str], release: Path, hidden: Path
) -> Prepared:
    return Prepared(
        provider=provider,
        public={name: release / name for name in public},
        hidden={name: hidden / name for name in secret},
    )
