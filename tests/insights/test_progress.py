"""A report says who has what, what moved since the last session, and whom to help; and it can be put on paper."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from autograder.cohort.reviews import NoteKind, ReviewNote
from autograder.insights.exports import report_csv
from autograder.insights.paper import cohort_paper, student_paper
from autograder.insights.progress import Report, asof, before_of, labs_of, next_session, previous_session, report
from autograder.insights.words import reasons, topic_says
from autograder.messages import LANGUAGES, say_in
from tests.insights.conftest import NOW, Town


class Names:
    """Labs and questions by their ids."""

    def lab(self, id: str) -> str:
        return f"Laboratorio {id}"

    def short(self, id: str) -> str:
        return id

    def question(self, lab: str, question: str) -> str:  # noqa: ARG002
        return question


@pytest.fixture(scope="module")
def made(town: Town) -> Report:
    return report_of(town, "avance-1")


def report_of(town: Town, id: str) -> Report:
    session = next(one for one in town.cohort.sessions if one.id == id)
    sight = town.watch.look_back(asof(session, NOW), NOW)
    before = before_of(town.cohort, session, NOW)
    return report(session, sight, town.watch.look_back(before, NOW) if before else None)


def test_everybody_is_in_it_and_who_needs_help_comes_first(town: Town, made: Report) -> None:
    assert sorted(one.person.user for one in made.students) == sorted(person.user for person in town.cohort.students)
    helped = [one.needs_help for one in made.students]
    assert helped == sorted(helped, reverse=True)
    assert 0 < len(made.needing_help) < len(made.students)


def test_what_moved_is_what_came_since_the_session_before(town: Town, made: Report) -> None:
    assert made.previous is not None
    assert made.previous.id == "feedback-1"
    for one in made.students:
        attempts = [
            each for lab in labs_of(town.cohort, made.session) for each in town.sight.facts.lab(lab).of(one.person.user)
        ]
        counted = [each for each in attempts if made.previous.starts < each.received_at <= made.asof]
        assert one.since == len(counted)
    assert sum(lab.since for lab in made.labs) == sum(one.since for one in made.students)
    assert any(one.gained > 0 for one in made.students)


def test_a_session_that_has_begun_keeps_its_figures(town: Town) -> None:
    first = town.cohort.sessions[0]
    assert asof(first, NOW) == first.starts
    later = report_of(town, first.id)
    assert later.asof == first.starts
    assert all(one.last is None or one.last <= first.starts for one in later.students)


def test_a_session_to_come_is_compared_with_the_last_that_was_held(town: Town) -> None:
    first, second, third = town.cohort.sessions
    assert previous_session(town.cohort, third, first.starts + timedelta(hours=1)) is first
    assert previous_session(town.cohort, third, third.starts) is second


def test_the_next_session_is_the_one_that_is_on_or_comes(town: Town) -> None:
    first, second, third = town.cohort.sessions
    assert next_session(town.cohort, first.starts + timedelta(minutes=30)) is first
    assert next_session(town.cohort, first.starts + timedelta(hours=3)) is second
    assert next_session(town.cohort, third.starts + timedelta(days=90)) is third
    assert previous_session(town.cohort, first, NOW) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_topics_and_reasons_are_sentences(made: Report, town: Town, language: str) -> None:
    def say(id: str, /, **values: object) -> str:
        return say_in(language, id, **values)

    assert made.topics
    for topic in made.topics:
        assert topic_says(topic, Names(), say).endswith(".")
    for one in made.needing_help:
        assert all(reason.endswith(".") for reason in reasons(one, Names(), say, town.cohort.zone, language))


def test_the_csv_has_a_row_for_everybody(made: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(report_csv(made))))
    assert [row["student"] for row in rows] == [one.person.user for one in made.students]
    assert "," in rows[0]["name"]
    assert set(rows[0]) >= {"score", "gained", "stuck", "silent", "lab1/state", "lab2/score"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_paper_is_a_pdf_with_its_font_inside(town: Town, made: Report, language: str) -> None:
    note = ReviewNote(
        id=1,
        session="feedback-1",
        user="",
        kind=NoteKind.AGREEMENT,
        text="Repasar la convolución → 你好 ñ",
        actor="profe",
        at=NOW,
        done_at=None,
    )
    paper = cohort_paper(town.cohort, made, [note], Names(), language)
    one = student_paper(town.cohort, made, made.students[0], [], Names(), language)
    for content in (paper, one):
        assert content.startswith(b"%PDF-")
        assert b"DejaVuSans" in content
        assert f"/Lang ({language})".encode() in content
    assert len(paper) > len(one)
