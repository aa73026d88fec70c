"""Reading a submitted notebook: every odd file is a sentence or a flag, never an exception of ours."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.notebook import NOTEBOOK_BYTES, NotebookRefused, read_notebook


def notebook(*cells: object, **top: object) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **top}).encode()


def code(source: object = "x = 1", **metadata: object) -> dict[str, object]:
    return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": [], "execution_count": None}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "vacío"),
        (b"   \n", "vacío"),
        (b"PK\x03\x04\xff\xfe", "no es texto"),
        (b"esto no es JSON", "dañado"),
        (b'{"nbformat": 4, "cells": [', "dañado"),
        (b"[" * 200_000 + b"]" * 200_000, "dañado"),
        (b'{"nbformat": 4, "cells": ' + b"9" * 6000 + b"}", "dañado"),
        (b"[1, 2, 3]", "no es un cuaderno"),
        (b'{"cells": []}', "no es un cuaderno"),
        (b'{"nbformat": 4, "cells": {}}', "no es un cuaderno"),
        (b'{"nbformat": 3, "worksheets": []}', "formato 3"),
        (notebook(), "vacío"),
        (notebook(code("  \n")), "vacío"),
        (b" " * (NOTEBOOK_BYTES + 1), "más de"),
    ],
    ids=lambda value: repr(value[:20]) if isinstance(value, bytes) else value,
)
def test_what_is_no_notebook_is_refused_with_a_sentence(content, sentence):
    with pytest.raises(NotebookRefused, match=sentence):
        read_notebook(content)


@pytest.mark.parametrize(
    ("content", "flag"),
    [
        (notebook(code(), metadata={"kernelspec": {"language": "R"}}), "wrong kernel"),
        (notebook(code(), "not a cell"), "malformed cell"),
        (b'{"nbformat": 4, "nbformat": 4, "cells": [{"cell_type": "code", "source": "x"}]}', "duplicate key"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "x", "n": NaN}]}', "not a number"),
    ],
)
def test_what_is_odd_is_flagged_and_read_on(content, flag):
    read = read_notebook(content)
    assert [item.id for item in read.flags] == [flag]
    assert read.cells[0].source.startswith("x")


def test_a_source_is_text_whether_it_is_written_as_a_string_or_as_lines():
    read = read_notebook(notebook(code(["a = 1\n", "b = 2"]), code("c = 3"), code(None), code([1, "d"])))
    assert [cell.source for cell in read.cells] == ["a = 1\nb = 2", "c = 3", "", "d"]


def test_a_byte_order_mark_and_accents_are_read():
    assert read_notebook(b"\xef\xbb\xbf" + notebook(code("año = 'ñ'"))).cells[0].source == "año = 'ñ'"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["nbformat", "cells", "metadata", "source", "nbgrader", "grade_id"]), inner
            )
        ),
        max_leaves=20,
    )
)
def test_any_json_is_read_or_refused(raw):
    try:
        read_notebook(json.dumps(raw).encode())
    except NotebookRefused as refused:
        assert str(refused)  # noqa: PT017 (most inputs raise nothing)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content):
    try:
        read_notebook(content)
    except NotebookRefused as refused:
        assert str(refused)  # noqa: PT017 (most inputs raise nothing)
