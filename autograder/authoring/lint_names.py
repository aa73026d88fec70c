"""Names that a cell reads although nothing a student's notebook runs before it has bound them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import dedent

from autograder.authoring.finding import Finding, finding, warning
from autograder.authoring.make_bundle import role_of
from autograder.authoring.names import names_of
from autograder.authoring.notebook import Notebook, grade_id
from autograder.authoring.release import Notebooks
from autograder.course.bundle import Bundle, Role


@dataclass(slots=True, kw_only=True)
class _Bound:
    """Who has bound which names so far."""

    locked: set[str] = field(default_factory=set)
    answers: set[str] = field(default_factory=set)
    tests: set[str] = field(default_factory=set)
    star: bool = False

    def read(self, names: frozenset[str]) -> tuple[list[str], list[str]]:
        """Return those that only a test has bound, and those that nothing has."""
        missing = names - self.locked - self.answers
        return sorted(missing & self.tests), [] if self.star else sorted(missing - self.tests)


def name_findings(notebooks: Notebooks, bundle: Bundle) -> Iterator[Finding]:
    """Yield names out of reach, reading the solved notebook from top to bottom."""
    roles = {cell.id: cell.role for cell in bundle.cells}
    tests = {cell.id: cell.source for cell in bundle.cells if cell.role is Role.TEST}
    imported = {question.id: question.imports for question in bundle.questions}
    bound = _Bound()
    for id, source in _code(notebooks.solution):
        names = names_of(source)
        if roles.get(id) is Role.TEST:
            reads = names_of(tests[id]).reads - _names_imported(imported[id])
            yield from _out_of_reach(notebooks, id, reads, bound)
            hidden = names_of(_hidden_part(tests[id], source)).reads
            for name in sorted((reads & hidden & bound.locked) - bound.answers):
                yield warning("name_of_locked", notebooks.path, id, name=name)
            bound.tests |= names.binds | names.imports.keys()
            continue
        yield from _out_of_reach(notebooks, id, names.reads, bound)
        bound.star = bound.star or names.star
        is_answer = roles.get(id) in (Role.ANSWER, Role.MANUAL)
        (bound.answers if is_answer else bound.locked).update(names.binds | names.imports.keys())


def _hidden_part(whole: str, visible: str) -> str:
    """Return the lines of a test that its release does not show; the whole test where those alone are no Python."""
    shown = visible.split("\n")
    hidden = []
    for line in whole.split("\n"):
        if shown and line == shown[0]:
            shown.pop(0)
        else:
            hidden.append(line)
    return _or_empty(dedent("\n".join(hidden))) or whole


def _out_of_reach(notebooks: Notebooks, id: str, reads: frozenset[str], bound: _Bound) -> Iterator[Finding]:
    of_tests, unknown = bound.read(reads)
    for name in of_tests:
        yield finding("name_of_test", notebooks.path, id, name=name)
    for name in unknown:
        yield finding("unknown_name", notebooks.path, id, name=name)


def _names_imported(statements: tuple[str, ...]) -> frozenset[str]:
    return frozenset(names_of("\n".join(statements)).imports)


def _code(notebook: Notebook) -> Iterator[tuple[str, str]]:
    """Yield id and source of each code cell. A test that a region cut to less than Python has nothing to say here."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            id = grade_id(cell) or cell["id"]
            if grade_id(cell) is not None and role_of(cell) is Role.TEST:
                yield id, _or_empty(cell["source"])
            else:
                yield id, cell["source"]


def _or_empty(source: str) -> str:
    try:
        names_of(source)
    except SyntaxError:
        return ""
    return source
