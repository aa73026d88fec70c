"""Which GPUs this machine has, as nvidia-smi lists them: whole ones, or the MIG instances of one that is divided."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass

SECONDS = 20.0
_GPU = re.compile(r"GPU (\d+): (.+?) \(UUID: (GPU-[0-9a-zA-Z-]+)\)")
_MIG = re.compile(r"\s+MIG (\S+)\s+Device\s+\d+: \(UUID: (MIG-[0-9a-zA-Z/-]+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A GPU or a MIG instance: what CUDA_VISIBLE_DEVICES may name, and the number of its card's device file."""

    uuid: str
    name: str
    card: int


def discover() -> tuple[Device, ...]:
    """Return the devices; none without nvidia-smi, or when it fails: then nobody is promised a GPU."""
    try:
        run = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    return parse(run.stdout)


def parse(listing: str) -> tuple[Device, ...]:
    """Return the devices of ``nvidia-smi -L``. A card with MIG instances stands for those, not for itself."""
    cards: list[tuple[Device, list[Device]]] = []
    for line in listing.splitlines():
        if found := _GPU.match(line):
            cards.append((Device(uuid=found[3], name=found[2], card=int(found[1])), []))
        elif (found := _MIG.match(line)) and cards:
            whole, parts = cards[-1]
            parts.append(Device(uuid=found[2], name=f"{whole.name} MIG {found[1]}", card=whole.card))
    return tuple(device for whole, parts in cards for device in (parts or [whole]))
