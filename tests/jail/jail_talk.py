"""How the tests of this folder talk to the program ``snippets`` in a jail."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from autograder.jail import Jail, JailLimits, Job, Zygote

PROGRAMS = Path(__file__).parent / "programs"
SNIPPETS = "snippets:main"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a snippet printed, and what it raised as ``Type: message``; both empty when it took the jail with it."""

    printed: str = ""
    raised: str | None = None
    gone: bool = False

    @property
    def seen(self) -> str:
        return f"{self.printed}{self.raised or ''}"


def tell(jail: Jail, code: str) -> None:
    jail.socket.sendall(json.dumps({"code": code}).encode() + b"\n")


def ask(jail: Jail, code: str, seconds: float = 60) -> Answer:
    """Run ``code`` in the jail and return its answer."""
    jail.socket.settimeout(seconds)
    tell(jail, code)
    line = b""
    while not line.endswith(b"\n"):
        received = jail.socket.recv(1 << 16)
        if not received:
            return Answer(gone=True)
        line += received
    return Answer(**json.loads(line))


def snippets_job(**limits: float) -> Job:
    return Job(program=SNIPPETS, limits=JailLimits(**limits))


def snippets_zygote(*preload: str, **options) -> Zygote:
    return Zygote(preload=("snippets", *preload), path=(PROGRAMS,), **options)
