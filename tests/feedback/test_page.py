"""The page says everything a student needs, loads nothing, and takes nothing of a student's as HTML."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser

import pytest

from autograder.course.bundle import Bundle
from autograder.course.result import CellOutput, Exhibit, Flag, GradedAttempt, QuestionResult, Verdict
from autograder.feedback import render
from autograder.feedback.page import number

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> `</code><b>` {{ 7*7 }} {x} %s \x1b[31m\u202e\0\ud800"
VOID = {"meta", "img", "path", "circle", "rect", "br"}


class Page(HTMLParser):
    """The tags and attributes of a page, and whether its tags are balanced."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == [], f"left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


def test_the_page_says_who_what_how_much_and_when(graded: GradedAttempt, bundle: Bundle) -> None:
    lima = timezone(timedelta(hours=-5))
    when = datetime(2021, 10, 18, 3, 40, tzinfo=UTC)
    html = render(graded, bundle, "Quispe Mamani, José", attempt=3, received_at=when, zone=lima)
    text = Page(html).text
    for part in (
        "Laboratorio 2: convolución y ReLU",
        "Quispe Mamani, José",
        "Intento 3",
        "recibido el 17 de octubre de 2021, 22:40",
        "2.5 de 20 puntos",
        "0123456789ab",
        "6.24 s",
    ):
        assert part in text
    assert '<html lang="es">' in html
    html.encode()


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_verdict_has_a_word_an_icon_and_its_sentence(
    graded: GradedAttempt, bundle: Bundle, language: str
) -> None:
    page = Page(render(graded, bundle, "Ana", language=language))
    words = {
        "es": (
            "Correcta",
            "Parcialmente correcta",
            "Por corregir",
            "Sin responder",
            "Depende de otra",
            "Tardó demasiado",
        ),
        "en": ("Right", "Partly right", "To fix", "Not answered", "Depends on another", "Took too long"),
    }
    for word in words[language]:
        assert word in page.text
    assert sum(tag == "article" for tag, _ in page.tags) == len(Verdict)
    for verdict in Verdict:
        assert f"Lo de {verdict.value}." in page.text or verdict is Verdict.ERROR  # its error stands in its place


def test_a_hint_is_given_until_the_question_is_right(graded: GradedAttempt, bundle: Bundle) -> None:
    text = Page(render(graded, bundle, "Ana")).text
    shown = {verdict for verdict in Verdict if f"Mira {verdict.value}." in text}
    assert shown == set(Verdict) - {Verdict.PASSED, Verdict.INTERNAL}


def test_an_error_comes_with_what_to_look_at(graded: GradedAttempt, bundle: Bundle) -> None:
    text = Page(render(graded, bundle, "Ana")).text
    assert "IndexError: index 14 is out of bounds" in text
    assert "se cuenta desde 0" in text
    assert "fila 1" in text
    assert "NameError: name 'x' is not defined" in text
    assert "Una celda que agregaste (own-1)" in text


def test_what_to_do_next_links_to_the_worst_questions_first(graded: GradedAttempt, bundle: Bundle) -> None:
    html = render(graded, bundle, "Ana")
    links = re.findall(r'<a href="#(q\d+)">', html)
    ids = [verdict.value for verdict in Verdict]
    assert [ids[int(link[1:]) - 1] for link in links] == ["error", "timed out", "out of memory"]
    assert "las otras 3 preguntas que faltan" in html
    for link in links:
        assert f'id="{link}"' in html


def test_nothing_hidden_is_in_the_page(graded: GradedAttempt, bundle: Bundle) -> None:
    assert "SECRET" not in render(graded, bundle, "Ana")


def test_the_page_loads_nothing_and_runs_nothing(graded: GradedAttempt, bundle: Bundle) -> None:
    html = render(graded, bundle, "Ana")
    page = Page(html)
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = next(str(attrs["content"]) for _, attrs in page.tags if attrs.get("http-equiv"))
    assert policy.startswith(f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'")
    assert "unsafe" not in policy
    assert not {"script", "link", "iframe", "object", "form", "base"} & {tag for tag, _ in page.tags}
    for tag, attrs in page.tags:
        assert "style" not in attrs, f"the policy refuses the style of <{tag}>"
        assert not [name for name in attrs if name.startswith("on")]
        assert str(attrs.get("href", "#")).startswith("#")
        assert str(attrs.get("src", "data:image/png;base64,")).startswith("data:image/png;base64,")
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_ids_are_unique_and_every_picture_has_words(graded: GradedAttempt, bundle: Bundle) -> None:
    page = Page(render(graded, bundle, "Ana"))
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    images = [attrs for tag, attrs in page.tags if tag == "img"]
    assert len(images) == 3
    assert all(attrs["alt"] for attrs in images)
    drawings = [attrs for tag, attrs in page.tags if tag == "svg"]
    assert all(attrs.get("aria-hidden") == "true" or attrs.get("aria-labelledby") in ids for attrs in drawings)
    labels = [label for _, attrs in page.tags for label in str(attrs.get("aria-labelledby", "")).split()]
    assert set(labels) <= set(ids)


def test_hostile_text_in_every_field_stays_text(graded: GradedAttempt, bundle: Bundle) -> None:
    question = bundle.questions[0].id
    hostile = GradedAttempt(
        lab=EVIL,
        bundle=EVIL,
        submission=EVIL,
        questions=(
            QuestionResult(id=question, points=2, score=1, verdict=Verdict.FAILED, message=EVIL),
            QuestionResult(id=EVIL, points=2, score=1, verdict=Verdict.PARTIAL, message=EVIL),
        ),
        flags=(Flag(id=EVIL, cell=EVIL, message=EVIL),),
        exhibits=(
            Exhibit(question=question, kind="curves", data={"series": {EVIL: [1.0, 2.0], "val_" + EVIL: [1.0, 3.0]}}),
            Exhibit(question=question, kind="confusion", data={"name": EVIL, "classes": [EVIL], "counts": [[3]]}),
            Exhibit(
                question=question, kind="pictures", data={"captions": [EVIL]}, images=graded.exhibits[2].images[:1]
            ),
            Exhibit(question=question, kind=EVIL, data={EVIL: EVIL}),
        ),
        outputs=(
            CellOutput(cell=f"{question} answer", text=EVIL, error=EVIL, png=(EVIL.encode("utf-8", "replace"),)),
            CellOutput(cell=EVIL, text=EVIL, error=EVIL),
        ),
    )
    questions = (replace(bundle.questions[0], title=EVIL, hint=EVIL),)
    html = render(hostile, replace(bundle, title=EVIL, questions=questions), EVIL, attempt=1)
    page = Page(html)
    assert {tag for tag, _ in page.tags} <= {
        *("html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "article", "div"),
        *("h1", "h2", "h3", "p", "span", "bdi", "strong", "em", "code", "pre", "samp", "ul", "ol", "li", "a"),
        *("details", "summary", "figure", "figcaption", "img", "svg", "path", "circle", "rect", "text"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    }
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    assert "49" not in page.text
    assert not re.search("[\x00\x1b\u202e\ud800]", html)
    assert page.text.count("<script>alert(1)</script>") >= 10


def test_a_picture_that_cannot_be_shown_is_told_and_the_rest_goes_on(graded: GradedAttempt, bundle: Bundle) -> None:
    broken = (
        Exhibit(question="passed", kind="pictures", data={"captions": []}, images=(b"not an array",)),
        Exhibit(question="passed", kind="curves", data={"series": {"loss": ["x"]}}),
        Exhibit(question="passed", kind="confusion", data={"classes": ["a"], "counts": [[-1]]}),
        Exhibit(question="nobody's", kind="curves", data={}),
    )
    text = Page(render(replace(graded, exhibits=broken), bundle, "Ana")).text
    assert "Hubo 3 figuras que no pudimos mostrar." in text


def test_exhibits_come_with_their_words(graded: GradedAttempt, bundle: Bundle) -> None:
    text = Page(render(graded, bundle, "Ana")).text
    assert "entrenamiento: de 0.9 a 0.4" in text
    assert "Matriz de confusión de las fotos de validación" in text
    assert "Tu modelo acertó 97 de 120." in text
    assert "De 60 que eran Car, reconoció 51." in text
    assert "Tu kernel" in text


@pytest.mark.parametrize(
    ("verdicts", "headline", "advice"),
    [
        ([Verdict.PASSED], "¡Todo correcto!", "este laboratorio está completo"),
        ([Verdict.PASSED, Verdict.MANUAL], "Todo correcto. Falta que te lean.", "leerá tu respuesta"),
        ([Verdict.MANUAL], "Aún no hay respuestas", "leerá tu respuesta"),
        ([Verdict.NOT_ATTEMPTED, Verdict.SKIPPED], "Buen comienzo", "Responde"),
        ([Verdict.NOT_ATTEMPTED], "Aún no hay respuestas", "Responde"),
        ([Verdict.PASSED, Verdict.INTERNAL], "Hay algo que estamos revisando.", "volvemos a calificarlo"),
        ([Verdict.FAILED], "Buen comienzo", "Corrige"),
        ([Verdict.PASSED, Verdict.FAILED], "Vas por buen camino.", "Corrige"),
    ],
)
def test_the_headline_and_the_advice_fit(bundle: Bundle, verdicts: list[Verdict], headline: str, advice: str) -> None:
    questions = tuple(
        QuestionResult(
            id=verdict.value,
            points=2,
            score={Verdict.PASSED: 2.0, Verdict.MANUAL: None, Verdict.INTERNAL: None}.get(verdict, 0.0),
            verdict=verdict,
            message="",
        )
        for verdict in verdicts
    )
    text = Page(render(GradedAttempt(lab="lab2", bundle="b", submission="s", questions=questions), bundle, "Ana")).text
    assert headline in text
    assert advice in text


def test_an_attempt_without_questions_is_still_a_page(bundle: Bundle) -> None:
    Page(render(GradedAttempt(lab="lab2", bundle="b", submission="s", questions=()), bundle, "Ana"))


@pytest.mark.parametrize(("points", "shown"), [(2.0, "2"), (2.5, "2.5"), (1 / 3, "0.33"), (0.0, "0"), (1200, "1200")])
def test_points_are_written_as_people_write_them(points: float, shown: str) -> None:
    assert number(points) == shown


def test_the_page_of_an_ordinary_attempt_is_light(graded: GradedAttempt, bundle: Bundle) -> None:
    assert len(render(graded, bundle, "Ana").encode()) < 60_000
