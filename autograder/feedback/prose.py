"""Text on its way to the page: cleaned, escaped, and with the little markup that a sentence or a hint needs.

Nothing is ever taken as HTML: every function escapes first and adds tags of its own after.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from markupsafe import Markup, escape

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
# Controls, lone surrogates, and the marks that turn the direction of whatever text follows them.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_CODE = re.compile(r"(`+)(.+?)\1", re.DOTALL)
_STYLES = ((re.compile(r"\*\*(\S(?:.*?\S)?)\*\*"), "strong"), (re.compile(r"\*(\S(?:[^*]*?\S)?)\*"), "em"))
_MATH = re.compile(r"\$+([^$\n]+?)\$+")
_ITEM = re.compile(r"\s*(?:[-*]|(\d+)[.)])\s+(.*)")
_SYMBOLS = {r"\cdot": "·", r"\times": "×", r"\le": "≤", r"\ge": "≥", r"\to": "→", r"\sum": "Σ", r"\,": " ", r"\ ": " "}


def plain(text: str) -> str:
    """Return text without terminal codes, control characters and direction marks: what a reader can see of it."""
    lines = _ANSI.sub("", text).replace("\r\n", "\n")
    return _UNSEEN.sub("", "\n".join(line.rpartition("\r")[2] for line in lines.split("\n")))


def sentence(text: str) -> Markup:
    """Return a sentence, with what stands between backticks as code."""
    return _with_code(plain(text), escape)


def hint(text: str) -> Markup:
    """Return a hint of the instructor's: paragraphs, lists, code, **strong**, *emphasis* and simple formulas."""
    return Markup("").join(_block(kind, lines) for kind, lines in _blocks(plain(text).strip().split("\n")))


def _with_code(text: str, rest: Callable[[str], Markup]) -> Markup:
    parts: list[Markup] = []
    end = 0
    for match in _CODE.finditer(text):
        parts += [rest(text[end : match.start()]), Markup("<code>{}</code>").format(match[2].strip())]
        end = match.end()
    return Markup("").join([*parts, rest(text[end:])])


def _styled(text: str) -> Markup:
    """Return text, escaped, with its formulas and its strong and emphasised parts."""
    parts: list[str] = []
    end = 0
    for match in _MATH.finditer(text):
        parts += [_emphasised(text[end : match.start()]), f"<i>{_formula(match[1])}</i>"]
        end = match.end()
    return Markup("".join([*parts, _emphasised(text[end:])]))


def _emphasised(text: str) -> str:
    html = str(escape(text))
    for pattern, tag in _STYLES:
        html = pattern.sub(rf"<{tag}>\1</{tag}>", html)
    return html


def _formula(tex: str) -> str:
    """Return a short formula as text: no layout, but nothing with a backslash either."""
    for command, symbol in _SYMBOLS.items():
        tex = re.sub(re.escape(command) + r"(?![a-z])", symbol, tex)
    tex = re.sub(r"\\(?:operatorname|text|mathrm|mathbf)\{([^{}]*)\}", r"\1", tex)
    return str(escape(tex.replace("\\", "").replace("{", "").replace("}", "")))


def _blocks(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield (kind, lines) of a text: "p", "ul", "ol" or "pre"."""
    kind, block, fenced = "p", list[str](), False
    for line in lines:
        if line.strip().startswith("```"):
            yield kind, block
            kind, block, fenced = ("p" if fenced else "pre"), [], not fenced
        elif fenced:
            block.append(line)
        elif not line.strip():
            yield kind, block
            kind, block = "p", []
        elif item := _ITEM.fullmatch(line):
            wanted = "ol" if item[1] else "ul"
            if wanted != kind:
                yield kind, block
                kind, block = wanted, []
            block.append(item[2])
        elif kind in ("ul", "ol"):
            block[-1] += f" {line.strip()}"
        else:
            block.append(line)
    yield kind, block


def _block(kind: str, lines: list[str]) -> Markup:
    if not lines:
        return Markup("")
    if kind == "pre":
        return Markup('<pre tabindex="0"><code>{}</code></pre>').format("\n".join(lines))
    if kind == "p":
        return Markup("<p>{}</p>").format(_with_code(" ".join(lines), _styled))
    items = Markup("").join(Markup("<li>{}</li>").format(_with_code(line, _styled)) for line in lines)
    return Markup("<{0}>{1}</{0}>").format(Markup(kind), items)
