"""Loopback ports of the hub's own parts: free ones, kept, so that running servers find the hub again."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where hub, proxy and service listen for each other, on 127.0.0.1."""

    hub: int
    proxy: int
    service: int


def keep_ports(file: Path) -> Ports:
    """Return the ports written in ``file``; free ones are chosen and written there when there are none."""
    with suppress(OSError, ValueError, TypeError):
        return Ports(**json.loads(file.read_text()))
    ports = Ports(**dict(zip(("hub", "proxy", "service"), _free(3), strict=True)))
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.write_text(json.dumps(asdict(ports)))
    return ports


def _free(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()
