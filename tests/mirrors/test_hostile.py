"""Records that no honest jail sends: each is a mirror or a ``MirrorError``, never another exception."""

from __future__ import annotations

import contextlib
import io
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.mirrors import MirrorError, from_bytes, mirror
from autograder.mirrors.arrays import npy, read_npy
from autograder.mirrors.kinds import READ
from autograder.mirrors.record import Record

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 2**63) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
_KINDS = st.sampled_from([*sorted(READ), "spilled", "unknown", ""])
_KEYS = [
    "kind",
    "data",
    "handle",
    "name",
    "parameters",
    "default",
    "type",
    "reason",
    "shape",
    "dtype",
    "items",
    "spec",
    "size",
    "names",
    "kinds",
    "batches",
    "axes",
    "texts",
    "png",
    "lines",
    "legend",
    "class_name",
    "config",
]
_NODES = st.recursive(
    _JSON | st.integers(0, 2),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=5)
        | st.builds(lambda kind, data: {"kind": kind, "data": data}, _KINDS, inner)
    ),
    max_leaves=20,
)
_BLOBS = st.lists(
    st.binary(max_size=40)
    | st.sampled_from(
        [npy(np.zeros(3)), npy(np.array(1)), npy(np.array(["a"])), b'{"class_name": "Dense", "config": {}}']
    ),
    max_size=3,
)


@given(_KINDS, _NODES, _BLOBS)
@settings(max_examples=500, deadline=None)
def test_mirror_is_total(kind, data, blobs):
    with contextlib.suppress(MirrorError):
        mirror(Record(kind=kind, data=data, blobs=tuple(blobs)), None)


@pytest.mark.parametrize(
    "record",
    [
        Record(kind="module", data=None),
        Record(kind="plain", data=[]),
        Record(kind="int", data="0x" + "f" * 10_000),
        Record(kind="int", data="eval"),
        Record(kind="float", data="1.0"),
        Record(kind="list", data="abc"),
        Record(kind="set", data=[{"kind": "list", "data": []}]),
        Record(kind="dict", data=[[1]]),
        Record(kind="array", data=0),
        Record(kind="array", data=True, blobs=(b"", npy(np.zeros(1)))),
        Record(kind="array", data=-1, blobs=(npy(np.zeros(1)),)),
        Record(kind="scalar", data=0, blobs=(npy(np.zeros(2)),)),
        Record(kind="function", data={"handle": "h" * 100, "name": "f", "parameters": None}),
        Record(
            kind="function",
            data={"handle": "h", "name": "f", "parameters": [{"name": "1", "kind": "x", "default": []}]},
        ),
        Record(kind="opaque", data={"type": "x", "reason": "__class__"}),
        Record(kind="spilled", data=None),
        Record(kind="spilled", data=None, blobs=(b'{"kind": "spilled", "data": null}',)),
        Record(kind="model", data=[0, 1], blobs=(b"{}", b"")),
        Record(kind="model", data=[0, 0], blobs=(b'{"class_name": "a b", "config": {}}',)),
        Record(kind="model", data=[0, 0], blobs=(b'{"class_name": "M", "config": {"layers": [1]}}',)),
        Record(kind="model", data=[0, 0], blobs=(b"[" * 100_000,)),
        Record(kind="history", data=[{"kind": "dict", "data": [["loss", "high"]]}, {"kind": "list", "data": []}, None]),
        Record(kind="objects", data={"shape": [2, -1], "items": []}),
        Record(kind="objects", data={"shape": [10**9, 10**9], "items": []}),
    ],
    ids=lambda record: f"{record.kind} {record.data}"[:60],
)
def test_a_malformed_record_is_a_mirror_error(record):
    with pytest.raises(MirrorError):
        mirror(record, None)


def nested(depth: int) -> Record:
    data: object = 1
    for _ in range(depth):
        data = {"kind": "list", "data": [data]}
    return Record(kind="list", data=[data])


def test_nesting_has_an_end():
    assert mirror(nested(5), None) == [[[[[[1]]]]]]
    with pytest.raises(MirrorError):
        mirror(nested(5000), None)


def header(text: str, data: bytes = b"") -> bytes:
    content = text.encode("latin1") + b"\n"
    return b"\x93NUMPY\x01\x00" + len(content).to_bytes(2, "little") + content + data


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x93NUMPY\x01\x00",
        header("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", b"x" * 8),
        header("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", b"x" * 4),
        header("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", b"x" * 5),
        header("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999, 99999999, 99999999), }", b"x" * 4),
        header("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", b""),
        header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", b"x" * 4),
        header("{'descr': '<f4', 'fortran_order': False, 'shape': (__import__('os'),), }", b"x" * 4),
        header("{'descr': '<M8[s]', 'fortran_order': False, 'shape': (1,), }", b"x" * 8),
        header("{'descr': '<U0', 'fortran_order': False, 'shape': (99,), }"),
        header("{'descr': '|b1', 'fortran_order': False, 'shape': (1,), }", b"\x02"),
        header("{'descr': '<U1', 'fortran_order': False, 'shape': (1,), }", b"\xff\xff\xff\x7f"),
        header("{'descr': '<U1', 'fortran_order': False, 'shape': (1,), }", b"\x00\xd8\x00\x00"),
        header("{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1, " * 40 + "), }", b"x" * 4),
        header(" " * 5000),
        b"\x93NUMPY\x02\x00" + b"\x00" * 100,
    ],
)
def test_an_npy_that_we_did_not_write_is_refused(content):
    with pytest.raises(ValueError, match=r"."):
        read_npy(content)


def test_a_pickle_in_an_npy_is_never_read():
    buffer = io.BytesIO()
    np.save(buffer, np.array([object()]), allow_pickle=True)
    with pytest.raises(ValueError, match="header"):
        read_npy(buffer.getvalue())


@given(st.binary(max_size=80), st.booleans())
@settings(max_examples=300)
def test_any_bytes_are_an_array_or_a_value_error(content, framed):
    whole = npy(np.zeros((2, 2)))
    try:
        read_npy(whole[: len(content)] + content if framed else content)
    except ValueError:
        return
    raise AssertionError("no such array was written")


@given(st.binary(max_size=120))
def test_any_bytes_are_a_record_or_a_value_error(content):
    for candidate in (content, b"record1\n" + content):
        try:
            from_bytes(candidate)
        except ValueError:
            continue
        raise AssertionError("no such record was written")


def test_a_models_weights_are_never_opened_in_the_grader():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", b"\0" * (10 << 20))
    config = b'{"class_name": "Sequential", "config": {"name": "m", "layers": []}}'
    found = mirror(Record(kind="model", data=[0, 1], blobs=(config, bomb.getvalue())), None)
    assert type(found).__name__ == "Sequential"
    assert found.layers == []


@pytest.mark.parametrize(
    "facts",
    [None, {}, {"layers": []}, {"layers": {"": {}}}, {"layers": {"": {"digest": "x"}}}, {"layers": {"other": None}}],
)
def test_facts_that_are_none_are_a_mirror_error(facts):
    class Far:
        def model_facts(self, _model):
            return facts

    config = b'{"class_name": "Sequential", "config": {"name": "m", "layers": []}}'
    found = mirror(Record(kind="model", data=[0, 1], blobs=(config, b"")), Far())
    with pytest.raises(MirrorError):
        found.count_params()
