"""The channel: messages arrive whole, and whatever else arrives ends in one of three errors."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.mirrors import wire as module
from autograder.mirrors.wire import Wire, WireClosed, WireError, WireTimeout


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def frame(envelope: object, *blobs: bytes) -> bytes:
    content = envelope if isinstance(envelope, bytes) else json.dumps(envelope).encode()
    return struct.pack(">I", len(content)) + content + b"".join(blobs)


def test_a_message_arrives_as_it_was_sent(pair):
    ours, theirs = pair
    head = {"op": "run", "seconds": 1.5, "names": ["ñ", None, True, [1, {"a": "b"}]]}
    Wire(ours, 100).send(head, (b"abc", b"", b"\x00" * 50))
    assert Wire(theirs, 100).receive(1) == (head, (b"abc", b"", b"\x00" * 50))


def test_a_message_larger_than_the_socket_buffer_arrives(pair):
    ours, theirs = pair
    blob = b"x" * (5 << 20)
    sender = threading.Thread(target=Wire(ours, 6 << 20).send, args=({"op": "x"}, (blob,)))
    sender.start()
    assert Wire(theirs, 6 << 20).receive(10) == ({"op": "x"}, (blob,))
    sender.join()


@pytest.mark.parametrize(
    "content",
    [
        frame(b"not json"),
        frame([]),
        frame({"head": {}}),
        frame({"head": {}, "blobs": [], "more": 1}),
        frame({"head": [], "blobs": []}),
        frame({"head": {}, "blobs": {}}),
        frame({"head": {}, "blobs": [True]}, b"x"),
        frame({"head": {}, "blobs": [-1]}),
        frame({"head": {}, "blobs": [1.0]}, b"x"),
        frame({"head": {}, "blobs": [101]}, b"x" * 101),
        frame({"head": {}, "blobs": [60, 60]}, b"x" * 120),
        frame({"head": {}, "blobs": [1 << 62]}),
        frame({"head": {}, "blobs": [0] * 5000}),
        frame(b'{"head": {"x": NaN}, "blobs": []}'),
        frame(b'{"head": {"x": -Infinity}, "blobs": []}'),
        frame(b'{"head": {"x": 1e999}, "blobs": []}'),
        frame(b'{"head": {"x": 1, "x": 2}, "blobs": []}'),
        frame(b'{"head": {"x": "\\ud800"}, "blobs": []}'),
        frame(b'{"head": {"x": "\xff"}, "blobs": []}'),
        frame(b'{"head": {"x": ' + b"9" * 30 + b'}, "blobs": []}'),
        frame(b'{"head": {"x": ' + b"9" * 5000 + b'}, "blobs": []}'),
        frame(b'{"head": {"x": ' + b"[" * 70 + b"]" * 70 + b'}, "blobs": []}'),
        frame(b"[" * 100_000),
        struct.pack(">I", (4 << 20) + 1),
        struct.pack(">I", 0xFFFFFFFF),
    ],
)
def test_what_is_no_message_is_refused(pair, content):
    ours, theirs = pair
    ours.sendall(content)
    wire = Wire(theirs, 100)
    with pytest.raises(WireError):
        wire.receive(0.2)
    with pytest.raises(WireClosed):  # a beginning is never guessed
        wire.receive(0.2)


@given(st.binary(max_size=200), st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_bytes_at_all_end_in_an_error_of_ours(content, framed):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(frame(content) if framed else content)
        ours.shutdown(socket.SHUT_WR)
        with pytest.raises(WireError):
            Wire(theirs, 100).receive(1)


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(_JSON, _JSON, st.lists(st.binary(max_size=20), max_size=3))
@settings(max_examples=200, deadline=None)
def test_any_json_ends_in_a_message_or_an_error_of_ours(head, sizes, blobs):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(frame({"head": head, "blobs": sizes}, *blobs))
        ours.shutdown(socket.SHUT_WR)
        try:
            received, attached = Wire(theirs, 100).receive(1)
        except WireError:
            return
        assert received == head
        assert [len(blob) for blob in attached] == sizes


def test_a_peer_that_stops_in_the_middle_is_closed(pair):
    ours, theirs = pair
    ours.sendall(frame({"head": {}, "blobs": [50]}, b"x" * 49))
    ours.close()
    with pytest.raises(WireClosed):
        Wire(theirs, 100).receive(1)


def test_a_peer_that_is_silent_or_drips_is_timed_out(pair):
    ours, theirs = pair

    def drip() -> None:
        for byte in frame({"head": {}, "blobs": []})[:12]:
            ours.send(bytes([byte]))
            time.sleep(0.03)

    thread = threading.Thread(target=drip)
    thread.start()
    began = time.monotonic()
    with pytest.raises(WireTimeout):
        Wire(theirs, 100).receive(0.15)
    assert time.monotonic() - began < 0.3
    thread.join()


def test_a_peer_that_takes_nothing_times_the_sender_out(pair):
    with pytest.raises(WireTimeout):
        Wire(pair[0], 64 << 20).send({}, (b"x" * (32 << 20),), timeout=0.1)


@pytest.mark.parametrize(
    ("head", "blobs"),
    [
        ({"x": float("nan")}, ()),
        ({"x": b"bytes"}, ()),
        ({"x": "\ud800"}, ()),
        ({"x": "y" * module.HEAD_BYTES}, ()),
        ({}, (b"x" * 101,)),
        ({}, (b"",) * (module.BLOBS + 1)),
    ],
)
def test_what_cannot_be_sent_leaves_the_wire_as_it_was(pair, head, blobs):
    ours, theirs = pair
    wire = Wire(ours, 100)
    with pytest.raises(WireError):
        wire.send(head, blobs)
    wire.send({"still": "good"})
    assert Wire(theirs, 100).receive(1) == ({"still": "good"}, ())
