"""Value → record → bytes → record → mirror: what comes out is what went in, or says that it cannot be read."""

from __future__ import annotations

import enum
import inspect
import math
from collections import OrderedDict, namedtuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from autograder.mirrors import MirrorError, digest, from_bytes, mirror, record, to_bytes
from autograder.mirrors.arrays import TensorMirror, npy, read_npy


class Nowhere:
    """A far side that nobody may ask."""

    def call(self, *_):
        raise AssertionError

    model_facts = predict = call


def keep(_value: object) -> str:
    return "h0"


def there_and_back(value: object) -> object:
    sent = record(value, keep)
    stored = from_bytes(to_bytes(sent))
    assert stored == sent
    assert digest(stored) == digest(sent)
    return mirror(stored, Nowhere())


class Text(str):
    def __str__(self) -> str:
        return "a lie"

    def __eq__(self, _other: object) -> bool:
        return True

    __hash__ = str.__hash__


class Number(float):
    def __float__(self) -> float:
        return 0.99


class Whole(int):
    def __index__(self) -> int:
        return 99

    __int__ = __index__


class Table(dict):
    def items(self):
        return [("a", "lie")]

    def __iter__(self):
        return iter("lie")


class Row(list):
    def __iter__(self):
        return iter(["a lie"])


class Colour(enum.IntEnum):
    RED = 1


Point = namedtuple("Point", "x y")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (..., ...),
        (True, True),
        (3, 3),
        (-(2**63), -(2**63)),
        (2**200, 2**200),
        (1.5, 1.5),
        (math.inf, math.inf),
        (-0.0, -0.0),
        (1 + 2j, 1 + 2j),
        ("ñandú", "ñandú"),
        ("\ud800", "?"),
        (b"\x00\xff", b"\x00\xff"),
        (bytearray(b"ab"), b"ab"),
        ([1, [2, (3, None)]], [1, [2, (3, None)]]),
        ({"a": 1, 2: [3.0], (1, 2): "b"}, {"a": 1, 2: [3.0], (1, 2): "b"}),
        ({1, "a", None}, {1, "a", None}),
        (frozenset({1}), frozenset({1})),
        (range(3), [0, 1, 2]),
        (Text("the truth"), "the truth"),
        (Number(0.5), 0.5),
        (Whole(7), 7),
        (Table(a=1), {"a": 1}),
        (Row([1]), [1]),
        (Colour.RED, 1),
        (Point(1, 2), (1, 2)),
        (OrderedDict(a=1), {"a": 1}),
        ({"x": np.float64(2)}, {"x": np.float64(2)}),
        (np.dtype("float32"), "float32"),
    ],
)
def test_a_plain_value_comes_back_as_it_was(value, expected):
    found = there_and_back(value)
    assert found == expected
    assert isinstance(found, type(expected))
    assert type(found) is not type(value) or type(value) is type(expected)
    assert math.copysign(1, found) == math.copysign(1, expected) if isinstance(expected, float) else True


def test_nan_comes_back_as_nan():
    assert math.isnan(there_and_back(math.nan))


_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner),
    max_leaves=15,
)


@given(_PLAIN)
def test_any_plain_value_comes_back_as_it_was(value):
    try:
        found = there_and_back(value)
        assert found == value
    except MirrorError:  # nested too deeply
        assert str(value).count("[") + str(value).count("(") + str(value).count("{") > 10
    except UnicodeEncodeError:
        pytest.fail("a text must not stop a record")


@given(npst.arrays(npst.scalar_dtypes(), npst.array_shapes(min_dims=0, min_side=0, max_dims=4, max_side=4)))
def test_any_array_of_numbers_or_text_comes_back_bit_for_bit(array):
    if array.dtype.kind not in "biufc" or array.dtype.itemsize > 16 or array.dtype.str[1:] in ("f16",):
        return
    found = there_and_back(array)
    assert found.dtype == array.dtype.newbyteorder("=")
    assert found.shape == array.shape
    np.testing.assert_array_equal(found, array)
    assert found.flags.writeable


@pytest.mark.parametrize(
    "array",
    [
        np.array(["hola", "ñ"]),
        np.array("x"),
        np.array([b"a", b""]),
        np.asfortranarray(np.arange(6).reshape(2, 3)),
        np.arange(20)[::3],
        np.arange(4, dtype=">i4"),
        np.zeros((0, 3)),
        np.ma.masked_array([1, 2], [False, False]),
        np.array(3),
    ],
    ids=["text", "one text", "bytes", "fortran", "strided", "big endian", "empty", "subclass", "no axes"],
)
def test_an_array_of_any_layout_comes_back(array):
    found = there_and_back(array)
    assert type(found) is np.ndarray
    assert found.shape == array.shape
    np.testing.assert_array_equal(found, np.asarray(array))


def test_numpy_scalars_keep_their_type():
    for value in (np.float32(0.1), np.int8(-3), np.bool_(True), np.str_("a"), np.complex64(1j)):
        found = there_and_back(value)
        assert type(found) is type(value)
        assert found == value


def test_arrays_of_objects_come_back_by_their_items():
    found = there_and_back(np.array([[1, "a"], [None, 2.5]], dtype=object))
    assert found.shape == (2, 2)
    assert found.tolist() == [[1, "a"], [None, 2.5]]
    assert there_and_back(np.array(["a", "b"], dtype=object)).tolist() == ["a", "b"]


def test_a_tensors_mirror_answers_as_an_array_and_as_a_tensor():
    tensor = np.arange(6, dtype=np.float32).reshape(1, 6).view(TensorMirror)
    found = there_and_back(tensor)
    assert type(found.numpy()) is np.ndarray
    assert found.shape == (1, 6)
    assert found.shape.as_list() == [1, 6]
    assert (found.shape.rank, found.shape.num_elements()) == (2, 6)
    assert found.dtype == "float32"
    assert float(found[0, 2]) == 2.0
    assert type(found + 1) is TensorMirror
    np.testing.assert_allclose(found, tensor)


def test_a_functions_mirror_has_its_signature_and_calls_the_far_side():
    def conv2d(image, kernel, *, stride=2, mode="valid", table=()):  # noqa: ARG001
        raise AssertionError("never here")

    calls = []

    class Far(Nowhere):
        def call(self, handle, args, kwargs):
            calls.append((handle, args, kwargs))
            return 42

    found = mirror(record(conv2d, keep), Far())
    assert callable(found)
    assert found.__name__ == "conv2d"
    assert str(inspect.signature(found)) == str(inspect.signature(conv2d))
    assert found(1, kernel=2) == 42
    assert calls == [("h0", (1,), {"kernel": 2})]
    again = mirror(record(found, keep), Far())
    assert (again.handle, again.__name__) == ("h0", "conv2d")


def test_an_exception_of_the_keeper_passes():
    def refuse(_value):
        raise TypeError("not into the jail")

    with pytest.raises(TypeError, match="not into the jail"):
        record({"f": [print]}, refuse)


class Liar:
    def __eq__(self, _other):
        return True

    __hash__ = None

    def __float__(self):
        return 0.93

    def __array__(self, *_):
        raise ValueError

    def __getattr__(self, _name):
        raise RuntimeError


@pytest.mark.parametrize(
    "use",
    [
        lambda value: value == 3,
        lambda value: value != 3,
        lambda value: value > 3,
        lambda value: float(value),
        lambda value: np.asarray(value),
        lambda value: np.allclose(value, 1),
        lambda value: value.shape,
        lambda value: getattr(value, "layers", None),
        lambda value: len(value),
        lambda value: list(value),
        lambda value: value[0],
        lambda value: bool(value),
        lambda value: 1 + value,
        lambda value: 3 in value,
    ],
)
def test_every_use_of_an_opaque_mirror_says_what_cannot_be_read(use, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_LANGUAGE", "es")
    found = there_and_back(Liar())
    assert repr(found) == "<Liar>"
    with pytest.raises(MirrorError, match=r"`Liar` no se puede leer"):
        use(found)


def test_an_opaque_value_in_a_list_spoils_only_itself():
    first, second = there_and_back([1, Liar()])
    assert first == 1
    assert repr(second) == "<Liar>"


def test_values_too_large_or_without_end_are_opaque():
    endless: list[object] = []
    endless.append(endless)
    wide: list[object] = [0]
    for _ in range(9):
        wide = [wide] * 10
    for value in (endless, wide, "x" * 3_000_000, 2**100_000, np.zeros(30 << 20)):
        sent = record(value, keep)
        assert sent.kind == "opaque"
        assert sent.data["reason"] == "large"


def test_a_long_list_travels_beside_the_head_and_comes_back():
    value = [index / 7 for index in range(50_000)]
    assert record(value, keep).data is None
    assert there_and_back(value) == value


def test_equal_sets_have_equal_digests():
    one, other = {"a", "b", "c", 1, 2}, {2, 1, "c", "b", "a"}
    assert digest(record(one, keep)) == digest(record(other, keep))


def test_float16_and_longdouble_cross():
    assert there_and_back(np.array([0.5], np.float16)).dtype == np.float16
    assert there_and_back(np.array([0.5], np.longdouble)).dtype == np.float64


def test_npy_is_numpys_own_format():
    import io

    array = np.arange(6).reshape(2, 3)
    np.testing.assert_array_equal(np.load(io.BytesIO(npy(array)), allow_pickle=False), array)
    np.testing.assert_array_equal(read_npy(npy(array)), array)
