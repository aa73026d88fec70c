"""Which names a cell reads, binds and imports."""

import ast
import contextlib
import symtable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.authoring.names import KNOWN, names_of

READS = {
    "plain": ("assert total == 6", {"total"}),
    "builtins are not the student's": ("assert len(print) == abs(-1)", set()),
    "bound before": ("x = 1\nassert x", set()),
    "read before it is bound": ("x = x + 1\nassert x", {"x"}),
    "augmented": ("x += 1", {"x"}),
    "bound in one branch only": ("if a:\n    x = 1\nassert x", {"a", "x"}),
    "bound in both branches": ("if a:\n    x = 1\nelse:\n    x = 2\nassert x", {"a"}),
    "a loop may not run": ("for i in xs:\n    last = i\nassert last", {"xs", "last"}),
    "a try may not finish": ("try:\n    x = f()\nexcept NameError:\n    pass\nassert x", {"f", "x"}),
    "a try that fails binds too": ("try:\n    x = f()\nexcept E as e:\n    x = e\nassert x", {"f", "E"}),
    "finally": ("try:\n    x = 1\nfinally:\n    assert x, y", {"y"}),
    "function": ("def check(v):\n    w = v + bias\n    return w\ncheck(model)", {"bias", "model"}),
    "a function's names come later": ("def f():\n    return g()\ndef g():\n    return 1\nf()", set()),
    "default and annotation": ("def f(a: T = d) -> R:\n    return a", {"T", "d", "R"}),
    "decorator": ("@wrap\ndef f(): ...", {"wrap"}),
    "recursion": ("def f(n):\n    return f(n - 1)", set()),
    "nested function": ("def f():\n    a = 1\n    def g():\n        return a + b\n    return g", {"b"}),
    "nonlocal": ("def f():\n    a = 1\n    def g():\n        nonlocal a\n        a = b\n    return g", {"b"}),
    "global": ("def f():\n    global seen\n    return seen", {"seen"}),
    "lambda": ("f = lambda x, *, k=k0: x + k + y\n", {"k0", "y"}),
    "comprehension": ("[x * s for x in xs if x]", {"xs", "s"}),
    "comprehension in a function call": ("all(abs(g - w) < t for g, w in zip(got, want))", {"got", "want", "t"}),
    "nested comprehension": ("[[c for c in row] for row in image]", {"image"}),
    "walrus": ("if (n := len(xs)) > 3:\n    assert n", {"xs"}),
    "class": ("class A(B):\n    k = v\n    def m(self):\n        return k + A", {"B", "v", "k"}),
    "imports are bound": ("import numpy as np\nfrom a.b import c\nnp.sum(c(x))", {"x"}),
    "with": ("with open(path) as f:\n    f.read()", {"path"}),
    "match": ("match p:\n    case [a, *b]: a, b\n    case {'k': v, **r}: v, r\n    case C(x=q): q", {"p", "C"}),
    "attribute and item": ("model.layers[i].name = n", {"model", "i", "n"}),
    "f-string": ("assert ok, f'{name!r:>{width}}'", {"ok", "name", "width"}),
    "del": ("del x", {"x"}),
    "top-level await": ("await load(x)", {"load", "x"}),
    "magic": ("%matplotlib inline\nassert x", {"x"}),
    "shell": ("files = !ls\nassert x", {"x"}),
    "timed cell": ("%%time\nassert x", {"x"}),
    "empty": ("", set()),
}


@pytest.mark.parametrize(("source", "reads"), READS.values(), ids=READS.keys())
def test_a_cell_reads_what_may_be_unbound(source, reads):
    assert names_of(source).reads == reads


def test_a_cell_binds_what_it_assigns_defines_and_loops_over():
    source = "import os\nx, (y, *z) = 1, (2, 3)\nfor i in y: k = i\ndef f(a): b = a\nclass C: c = 1\n[t for t in z]"
    assert names_of(source).binds == {"x", "y", "z", "i", "k", "f", "C"}


def test_imports_are_kept_as_statements():
    source = "import numpy as np, os.path\nif True:\n    from a.b import c as d, e\nfrom x import *\nimport os.path"
    assert names_of(source).imports == {
        "np": ("import numpy as np",),
        "os": ("import os.path",),
        "d": ("from a.b import c as d",),
        "e": ("from a.b import e",),
    }


def test_what_is_not_python_is_a_syntax_error():
    with pytest.raises(SyntaxError):
        names_of("assert (")


NAMES = st.sampled_from(["a", "b", "c", "d"])


def programs() -> st.SearchStrategy[str]:
    """Return small programs made of every way to bind and read a name."""
    simple = st.one_of(
        st.builds("{} = {}".format, NAMES, NAMES),
        st.builds("{}".format, NAMES),
        st.builds("[{} for {} in [{}]]".format, NAMES, NAMES, NAMES),
        st.builds("{} = lambda {}: {}".format, NAMES, NAMES, NAMES),
        st.builds("def {}({}): return {}".format, NAMES, NAMES, NAMES),
        st.builds("import os as {}".format, NAMES),
    )

    def indent(lines: list[str]) -> str:
        return "\n".join("    " + line for part in lines for line in part.split("\n"))

    def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        body = st.lists(inner, min_size=1, max_size=3).map(indent)
        return st.one_of(
            st.builds("if {}:\n{}\nelse:\n{}".format, NAMES, body, body),
            st.builds("for {} in [{}]:\n{}".format, NAMES, NAMES, body),
            st.builds("def {}({}):\n{}".format, NAMES, NAMES, body),
            st.builds("class {}:\n{}".format, NAMES, body),
            st.builds("try:\n{}\nexcept {} as {}:\n{}".format, body, NAMES, NAMES, body),
        )

    return st.lists(st.recursive(simple, compound, max_leaves=6), min_size=1, max_size=5).map("\n".join)


@settings(max_examples=60, deadline=None)
@given(programs())
@example("class a:\n    for b in [a]:\n        [b for a in [a]]")  # what is in a class does not see its names
@example("class a:\n    b = a\n    class c:\n        d = b")
def test_names_agree_with_pythons_own_symbol_table(source):
    ast.parse(source)
    found, table = names_of(source), symtable.symtable(source, "cell", "exec")
    bound = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported() or s.is_namespace()}
    assert found.binds | found.imports.keys() == bound
    certain = {s.get_name() for s in table.get_symbols() if s.is_referenced()} | outside(
        table, symtable.Symbol.is_global
    )
    possible = certain | outside(table, symtable.Symbol.is_local)
    assert (certain - bound) - KNOWN <= found.reads <= possible


def outside(table, kind):
    """Return the names of one kind that functions and classes look up (a class looks outside until it binds a name)."""
    names = set()
    for child in table.get_children():
        names |= {s.get_name() for s in child.get_symbols() if kind(s) and s.is_referenced()}
        names |= outside(child, kind)
    return names


class Spy(dict):
    """A namespace that notes each name that was looked up and not there, and goes on."""

    def __init__(self):
        super().__init__()
        self.missed = set()

    def __missing__(self, name):
        if name in KNOWN:
            raise KeyError(name)
        self.missed.add(name)
        return 0


@settings(max_examples=60, deadline=None)
@given(programs())
def test_a_name_that_python_misses_is_a_name_that_was_found(source):
    spy = Spy()
    with contextlib.suppress(Exception):  # a program may end early
        exec(compile(source, "cell", "exec"), {}, spy)
    assert spy.missed <= names_of(source).reads
