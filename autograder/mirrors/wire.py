"""The one channel between a grader and a jail: framed messages of a JSON head and some bytes, read strictly.

A frame is the envelope's length (4 bytes, big-endian), the envelope ``{"head": {...}, "blobs": [sizes]}`` as JSON, and
the blobs. Whatever a peer sends, ``receive`` returns a message or raises one of the three errors below.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Sequence
from typing import Any

from autograder.mirrors import strict

HEAD_BYTES = 4 << 20
BLOBS = 4096
CHUNK = 1 << 20
SEND_SECONDS = 60.0

_LENGTH = struct.Struct(">I")


class WireError(Exception):
    """The peer sent, or the caller wants to send, what is not a message."""


class WireClosed(WireError):
    """The peer is gone, or the wire is of no more use after an earlier error."""


class WireTimeout(WireError):
    """The peer did not finish its message, or did not take ours, in time."""


class Wire:
    """Messages over a connected stream socket. After an error it stays closed: a frame's beginning is never guessed."""

    def __init__(self, sock: socket.socket, limit_bytes: int) -> None:
        self._sock = sock
        self._limit = limit_bytes
        self._broken = False

    def send(self, head: dict[str, Any], blobs: Sequence[bytes] = (), timeout: float | None = SEND_SECONDS) -> None:
        """Send a message. Raises ``WireError`` for one too large (nothing is sent then, the wire stays good)."""
        parts = self._pack(head, blobs)
        deadline = _deadline(timeout)
        self._usable()
        try:
            for part in parts:
                self._send_all(part, deadline)
        except BaseException:
            self._broken = True
            raise

    def receive(self, timeout: float | None = None) -> tuple[dict[str, Any], tuple[bytes, ...]]:
        """Return the next message, all of it within ``timeout`` seconds (None: wait for ever)."""
        deadline = _deadline(timeout)
        self._usable()
        try:
            return self._receive(deadline)
        except BaseException:
            self._broken = True
            raise

    def close(self) -> None:
        """Close the socket."""
        self._broken = True
        self._sock.close()

    def _pack(self, head: dict[str, Any], blobs: Sequence[bytes]) -> list[bytes]:
        try:
            envelope = strict.dumps({"head": head, "blobs": [len(blob) for blob in blobs]})
        except (TypeError, ValueError, RecursionError) as error:
            raise WireError("the head is not JSON") from error
        total = sum(len(blob) for blob in blobs)
        if len(envelope) > HEAD_BYTES or len(blobs) > BLOBS or total > self._limit:
            raise WireError(f"too large: head {len(envelope)}, {len(blobs)} blobs of {total} bytes")
        return [_LENGTH.pack(len(envelope)) + envelope, *blobs]

    def _receive(self, deadline: float | None) -> tuple[dict[str, Any], tuple[bytes, ...]]:
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size, deadline))
        if length > HEAD_BYTES:
            raise WireError("the head is too large")
        try:
            envelope = strict.loads(self._read(length, deadline))
        except ValueError as error:
            raise WireError("the head is not strict JSON") from error
        head, sizes = _open(envelope)
        if sum(sizes) > self._limit:
            raise WireError("the message is too large")
        return head, tuple(self._read(size, deadline) for size in sizes)

    def _read(self, size: int, deadline: float | None) -> bytes:
        content = bytearray()
        while len(content) < size:  # grows with what has come, never with what was promised
            try:
                self._sock.settimeout(_remaining(deadline))
                chunk = self._sock.recv(min(CHUNK, size - len(content)))
            except TimeoutError as error:
                raise WireTimeout("the peer did not finish in time") from error
            except OSError as error:
                raise WireClosed(str(error)) from error
            if not chunk:
                raise WireClosed("the peer is gone")
            content += chunk
        return bytes(content)

    def _send_all(self, content: bytes, deadline: float | None) -> None:
        rest = memoryview(content)
        while rest:
            try:
                self._sock.settimeout(_remaining(deadline))
                rest = rest[self._sock.send(rest[:CHUNK]) :]
            except TimeoutError as error:
                raise WireTimeout("the peer did not take it in time") from error
            except OSError as error:
                raise WireClosed(str(error)) from error

    def _usable(self) -> None:
        if self._broken:
            raise WireClosed("an earlier message ended in an error")


def _open(envelope: object) -> tuple[dict[str, Any], list[int]]:
    """Return head and sizes of an envelope. Raises ``WireError`` unless it has just these, of the right types."""
    if not isinstance(envelope, dict) or envelope.keys() != {"head", "blobs"}:
        raise WireError("no envelope")
    head, sizes = envelope["head"], envelope["blobs"]
    if not isinstance(head, dict) or not isinstance(sizes, list) or len(sizes) > BLOBS:
        raise WireError("no message")
    if not all(type(size) is int and size >= 0 for size in sizes):  # a bool is an int, too
        raise WireError("a size is not one")
    return head, sizes


def _deadline(timeout: float | None) -> float | None:
    return None if timeout is None else time.monotonic() + timeout


def _remaining(deadline: float | None) -> float | None:
    if deadline is None:
        return None
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise TimeoutError
    return remaining
