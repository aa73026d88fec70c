"""Which names a cell reads, binds and imports, from its source alone. A name counts as read when it may be read first.

A test runs in the grader with mirrors of the names it reads, so a name missed here is a test that cannot run, while
one too many costs a copy: whatever may be unbound counts as read.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

KNOWN = frozenset(dir(builtins)) | {"get_ipython", "display", "In", "Out", "_", "__name__", "__file__"}

_PYTHON_MAGICS = ("%%time", "%%capture", "%%prun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """A cell's names. ``reads`` leaves out builtins; ``imports`` maps a bound name to its import statements."""

    reads: frozenset[str]
    binds: frozenset[str]  # without the imported ones
    imports: dict[str, tuple[str, ...]] = field(default_factory=dict)
    star: bool = False  # a star import binds who knows what


def names_of(source: str) -> Names:
    """Return the names of a code cell. Raises ``SyntaxError`` for what is neither Python nor IPython."""
    scope = _Scope()
    scope.block(parse(source).body)
    reads = (scope.reads | (scope.later - scope.binds - scope.imports.keys())) - KNOWN
    imports = {name: tuple(dict.fromkeys(statements)) for name, statements in scope.imports.items()}
    return Names(reads=frozenset(reads), binds=frozenset(scope.binds), imports=imports, star=scope.star)


def parse(source: str) -> ast.Module:
    """Return the tree of a cell, magics included. Raises ``SyntaxError``."""
    first, _, rest = source.lstrip().partition("\n")
    if first.split(" ")[0].strip() in _PYTHON_MAGICS:
        source = rest
    try:
        return ast.parse(source)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager  # 0.5 s, so only where there are magics

        plain: str = TransformerManager().transform_cell(source)
        return ast.parse(plain)


class _Scope(ast.NodeVisitor):
    """Walks one scope in the order in which Python would run it."""

    def __init__(self, bound: Iterable[str] = ()) -> None:
        self.bound = set(bound)  # certainly bound at this point
        self.around: set[str] | None = None  # of a class: what the scopes within it see, which are not its own names
        self.reads: set[str] = set()  # read where they may be unbound
        self.later: set[str] = set()  # read by functions, whenever those are called
        self.binds: set[str] = set()  # bound somewhere in this scope
        self.imports: dict[str, list[str]] = {}
        self.star = False
        self.outer: set[str] = set()  # declared global or nonlocal

    def block(self, body: Sequence[ast.AST]) -> None:
        for node in body:
            self.visit(node)

    def branches(self, *bodies: Sequence[ast.AST]) -> None:
        """Walk alternatives: certainly bound afterwards is what each of them binds."""
        before, after = self.bound, []
        for body in bodies:
            self.bound = set(before)
            self.block(body)
            after.append(self.bound)
        self.bound = set.intersection(*after)

    def bind(self, name: str) -> None:
        self.bound.add(name)
        self.binds.add(name)

    def read(self, name: str) -> None:
        if name not in self.bound:
            self.reads.add(name)

    # ── names ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.bind(node.id)
        else:
            self.read(node.id)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._import(alias.asname or alias.name.partition(".")[0], ast.Import([alias]))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            self.star = self.star or alias.name == "*"
            if alias.name != "*" and node.module != "__future__":
                self._import(alias.asname or alias.name, ast.ImportFrom(node.module, [alias], node.level))

    def _import(self, name: str, statement: ast.stmt) -> None:
        self.bound.add(name)
        self.imports.setdefault(name, []).append(ast.unparse(statement))

    def visit_Global(self, node: ast.Global) -> None:
        self.outer.update(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self.outer.update(node.names)

    # ── statements whose parts run in another order than they are written ──────────────────────────────────────────

    def visit_Assign(self, node: ast.Assign) -> None:
        self.block([node.value, *node.targets])

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.read(node.target.id)
        self.block([node.value, node.target])

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.annotation)
        if node.value is not None:
            self.block([node.value, node.target])

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.block([node.value, node.target])

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self.branches(node.body, node.orelse)

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        self.branches([*node.body, *node.orelse], [])

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self.branches([node.target, *node.body, *node.orelse], [])

    visit_AsyncFor = visit_For  # noqa: N815

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:
        self.branches([*node.body, *node.orelse], *([handler] for handler in node.handlers))
        self.block(node.finalbody)

    visit_TryStar = visit_Try  # noqa: N815

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self.visit(node.type)
        if node.name is not None:
            self.bind(node.name)
        self.block(node.body)
        self.bound.discard(node.name or "")  # Python unbinds it when the handler ends

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        self.branches(*([case] for case in node.cases), [])

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        self.generic_visit(node)
        if node.name is not None:
            self.bind(node.name)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name is not None:
            self.bind(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self.generic_visit(node)
        if node.rest is not None:
            self.bind(node.rest)

    # ── scopes of their own ────────────────────────────────────────────────────────────────────────────────────────

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.block(node.decorator_list)
        self._arguments(node.args)
        if node.returns is not None:
            self.visit(node.returns)
        self.later |= _free(node.args, node.body)
        self.bind(node.name)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._arguments(node.args)
        self.later |= _free(node.args, [node.body])

    def _arguments(self, arguments: ast.arguments) -> None:
        """Walk what the definition itself evaluates: defaults and annotations."""
        self.block([*arguments.defaults, *(default for default in arguments.kw_defaults if default is not None)])
        self.block([argument.annotation for argument in _parameters(arguments) if argument.annotation is not None])

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.block([*node.decorator_list, *node.bases, *node.keywords])
        inner = _Scope(self._seen_within())
        inner.around = self._seen_within()
        inner.block(node.body)
        self.reads |= inner.reads
        self.later |= inner.later  # a method does not see the names of its class
        self.bind(node.name)

    def _seen_within(self) -> set[str]:
        """Return the bound names that a scope within this one sees."""
        return set(self.bound if self.around is None else self.around)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        first, *others = node.generators
        self.visit(first.iter)  # the scope around evaluates it
        inner = _Scope(self._seen_within())
        inner.block([first.target, *first.ifs])
        for part in others:
            inner.block([part.iter, part.target, *part.ifs])
        inner.block([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])
        walrus = {part.target.id for part in ast.walk(node) if isinstance(part, ast.NamedExpr)}
        own = inner.binds - walrus
        self.reads |= inner.reads
        self.later |= inner.later - own
        self.binds |= walrus

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = _comprehension  # noqa: N815


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    starred = [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *starred]


def _free(arguments: ast.arguments, body: Sequence[ast.AST]) -> set[str]:
    """Return the names that a function looks up outside itself."""
    scope = _Scope(parameter.arg for parameter in _parameters(arguments))
    scope.block(body)
    own = ({parameter.arg for parameter in _parameters(arguments)} | scope.binds | scope.imports.keys()) - scope.outer
    return (scope.reads | scope.later | (scope.outer - scope.binds)) - own
