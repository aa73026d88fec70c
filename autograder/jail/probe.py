"""Which layers of the jail this machine gives: found by making one, so the answer is the truth."""

from __future__ import annotations

import os
import socket

from autograder.jail.client import Zygote
from autograder.jail.errors import LAYERS, JailUnavailable
from autograder.jail.types import Job, Layer
from autograder.messages import say


def layers() -> tuple[str, ...]:
    """Return the names of the layers that a jail made here and now has, in the order in which they are put on."""
    unneeded = "user" if os.geteuid() == 0 else "uid"  # root gives each jail an id of its own instead
    return tuple(name for name in LAYERS if name not in ("zygote", "program", unneeded))


def probe() -> tuple[Layer, ...]:
    """Make one small jail; return each layer and, for the one that could not be had, why and how to mend it."""
    try:
        with Zygote(preload=(__name__,)) as zygote, zygote.spawn(Job(program=f"{__name__}:do_nothing")) as jail:
            on = set(jail.layers)
        missing = None
    except JailUnavailable as error:
        missing, on = error, _before(error.layer)
    return tuple(_layer(name, on, missing) for name in layers())


def do_nothing(channel: socket.socket) -> None:
    """Be the smallest program."""
    channel.close()


def _before(layer: str) -> set[str]:
    return set(LAYERS[: LAYERS.index(layer)]) if layer in LAYERS else set()


def _layer(name: str, on: set[str], missing: JailUnavailable | None) -> Layer:
    if name in on:
        return Layer(name=name, on=True)
    if missing is not None and missing.layer in (name, "zygote", "program"):
        return Layer(name=name, on=False, reason=missing.reason, remedy=missing.remedy)
    return Layer(name=name, on=False, reason=say("jail.not_tried"))
