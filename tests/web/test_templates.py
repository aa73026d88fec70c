"""Every sentence of a page comes from the catalogues: a template holds no words of its own, and nothing that runs."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from autograder import web

FOLDER = Path(web.__file__).parent / "templates"
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))
SPOKEN = ("alt", "title", "placeholder", "aria-label", "aria-description", "label", "content")
NAMES = {
    "PDF",
    "CSV",
    "JSON",
    "nbgrader",
    "English",
    "Español",
    "JupyterLab",
    "Google Calendar",
    "iCalendar",
    "formgrader",
}
"""Words that are the same in every language."""

_JINJA = re.compile(r"\{% block main %\}.*?\{% endblock %\}|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]{2,}")


class Words(HTMLParser):
    """The words of a template that no catalogue says, and what would run or need an exception from the policy."""

    def __init__(self, template: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.runs: list[str] = []
        self.silent = 0
        self.feed(_JINJA.sub(" ", template))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("script", "style", "code")
        for name, value in attrs:
            if name.startswith("on") or name == "style" or (value or "").strip().lower().startswith("javascript:"):
                self.runs.append(f"{tag} {name}")
            if name in SPOKEN and tag != "meta":
                self._hear(value or "")
        if tag == "script" and "src" not in dict(attrs):
            self.runs.append("script without src")
        if tag == "style":
            self.runs.append("style")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style", "code")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self._hear(data)

    def _hear(self, text: str) -> None:
        for name in NAMES:
            text = text.replace(name, " ")
        self.found += _WORD.findall(text)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_has_no_words_of_its_own(name):
    assert Words((FOLDER / name).read_text("utf-8")).found == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_runs_nothing_that_the_policy_would_refuse(name):
    assert Words((FOLDER / name).read_text("utf-8")).runs == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_form_that_changes_something_carries_its_token(name):
    text = (FOLDER / name).read_text("utf-8")
    for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL):
        if re.search(r"method=.post", form):
            assert "_xsrf" in form or "token(xsrf)" in form


def test_the_scan_hears_words():
    assert Words('<p title="Hola">Buenos <b>días</b> {{ say("x.y") }}</p>').found == ["Hola", "Buenos", "días"]
    assert Words('<p onclick="x()" style="a:b"><script>x</script>').runs == [
        "p onclick",
        "p style",
        "script without src",
    ]
