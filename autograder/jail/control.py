"""Messages between the trusted processes of the jail: one JSON object a packet, file descriptors alongside."""

from __future__ import annotations

import array
import json
import os
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from autograder.jail.errors import LayerMissing

LARGEST = 1 << 20


class HungUp(Exception):
    """The other side closed the connection."""


def pair() -> tuple[socket.socket, socket.socket]:
    """Return two connected sockets that keep packets apart."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send(to: socket.socket, message: Mapping[str, Any], fds: Sequence[int] = ()) -> None:
    """Send one message, with copies of ``fds``."""
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
    to.sendmsg([json.dumps(message).encode()], rights)


def receive(source: socket.socket, timeout: float | None = None) -> tuple[dict[str, Any], list[int]]:
    """Return the next message and its file descriptors. Raises ``HungUp`` and ``TimeoutError``."""
    source.settimeout(timeout)
    try:
        data, ancillary, flags, _ = source.recvmsg(LARGEST, socket.CMSG_SPACE(64))
    except ConnectionResetError as error:
        raise HungUp from error
    finally:
        source.settimeout(None)
    if not data:
        raise HungUp
    fds = array.array("i")
    for _, _, payload in ancillary:
        fds.frombytes(payload[: len(payload) - len(payload) % fds.itemsize])
    if flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC):
        for fd in fds:
            os.close(fd)
        raise ValueError("a control message was cut short")
    message: dict[str, Any] = json.loads(data)
    return message, list(fds)


def tell_failure(report: socket.socket, error: BaseException) -> None:
    """Say which layer failed. Whoever should hear it may be gone."""
    layer, reason = (error.layer, error.reason) if isinstance(error, LayerMissing) else ("root", repr(error))
    with suppress(OSError):
        send(report, {"missing": layer, "reason": reason})
