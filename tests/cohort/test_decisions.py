"""What staff decide: it stands, it is refused with a sentence, it can be taken back, and the trail tells it."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from autograder.cohort.changes import change_dates, change_policy, with_changes
from autograder.cohort.decisions import (
    extensions_of,
    grant_extension,
    granted,
    open_solution,
    override_grade,
    read_decisions,
    revoke_extension,
    revoke_override,
)
from autograder.cohort.desk import ActionRefused, trail
from autograder.cohort.feeds import close_feed, feed_owner, has_feed, new_token, open_feed
from autograder.cohort.letters import letters_of, mark_read, send, sent
from autograder.cohort.manual import give_points, points_of, with_points
from autograder.cohort.releases import ReleaseKind, Releases, read_releases, set_release
from autograder.cohort.reviews import NoteKind, add_note, mark_done, review_notes
from autograder.course.cohort import Counts
from autograder.course.result import GradedAttempt, QuestionResult, Verdict
from autograder.messages import say
from autograder.schedule.rules import deadline

DAYS = timedelta(days=3)


def test_an_extension_moves_the_date_and_a_second_takes_its_place(desk, act, cohort):
    due = cohort.dates("lab1").due
    for days in (DAYS, 2 * DAYS):
        with desk.writing() as session:
            grant_extension(session, act, cohort, user="ana", lab="lab1", due=due + days, attempts=1)
    with desk.reading() as session:
        found = read_decisions(session)
        assert len(found.extensions) == len(granted(session)) == 1
        assert deadline(cohort, "lab1", "ana", found.extensions) == due + 2 * DAYS
        assert extensions_of(session, "luis") == ()
        newest = trail(session)[0]
        assert (newest.action, newest.user, newest.reason) == ("extension.grant", "ana", "Viajó por su abuela.")
        assert newest.detail["before"]["attempts"] == 1
    with desk.writing() as session:
        revoke_extension(session, act, user="ana", lab="lab1")
    with desk.reading() as session:
        assert read_decisions(session).extensions == ()


@pytest.mark.parametrize(
    ("change", "id"),
    [
        ({"user": "rosa"}, "cohort.refused.student"),
        ({"lab": "lab9"}, "cohort.refused.lab"),
        ({"earlier": True}, "cohort.refused.extension_earlier"),
        ({"due": None}, "cohort.refused.extension_empty"),
        ({"attempts": -1}, "cohort.refused.attempts"),
        ({"reason": "  "}, "cohort.refused.reason"),
    ],
    ids=["not_a_student", "not_a_lab", "earlier", "empty", "fewer", "no_reason"],
)
def test_an_extension_that_makes_no_sense_is_refused_and_writes_nothing(desk, act, cohort, change, id):
    due = cohort.dates("lab1").due
    wanted = {"user": "ana", "lab": "lab1", "due": due + DAYS, "attempts": 0}
    wanted |= {key: value for key, value in change.items() if key in wanted}
    wanted["due"] = due - DAYS if change.get("earlier") else wanted["due"]
    act = replace(act, reason=change.get("reason", act.reason))
    with pytest.raises(ActionRefused) as refused, desk.writing() as session:
        grant_extension(session, act, cohort, **wanted)
    assert refused.value.id == id
    assert say(refused.value.id, **refused.value.values)
    with desk.reading() as session:
        assert trail(session) == []
        assert granted(session) == []


def test_decisions_are_read_again_only_when_something_moved(desk, act, cohort):
    with desk.reading() as session:
        first = read_decisions(session)
        assert read_decisions(session, first) is first
    with desk.writing() as session:
        override_grade(session, act, cohort, user="ana", lab="lab1", score=12.5, max_score=20.0)
    with desk.reading() as session:
        second = read_decisions(session, first)
    assert second.overrides == {("ana", "lab1"): 12.5}
    with desk.writing() as session:
        revoke_override(session, act, user="ana", lab="lab1")
        open_solution(session, replace(act, actor="ana"), lab="lab1")
        open_solution(session, replace(act, actor="ana", at=act.at + DAYS), lab="lab1")
    with desk.reading() as session:
        third = read_decisions(session, second)
    assert (third.overrides, third.seen) == ({}, {("ana", "lab1"): act.at})


@pytest.mark.parametrize("score", [-1, 20.5, math.nan, math.inf])
def test_an_override_stays_within_the_lab_s_points(desk, act, cohort, score):
    with pytest.raises(ActionRefused), desk.writing() as session:
        override_grade(session, act, cohort, user="ana", lab="lab1", score=score, max_score=20.0)


def test_taking_back_what_is_not_there_is_refused(desk, act):
    for revoke in (revoke_extension, revoke_override):
        with pytest.raises(ActionRefused), desk.writing() as session:
            revoke(session, act, user="ana", lab="lab1")


def test_changed_rules_and_dates_lie_over_the_file(desk, act, cohort):
    dates = cohort.dates("lab1")
    with desk.writing() as session:
        change_policy(session, act, cohort, replace(cohort.policy, per_day=0.2, counts=Counts.LATEST))
        change_dates(session, act, cohort, replace(dates, due=dates.due + DAYS, attempts=9))
    with desk.reading() as session:
        changed = with_changes(session, cohort)
        other = with_changes(session, replace(cohort, slug="other"))
    assert changed.policy == replace(cohort.policy, per_day=0.2, counts=Counts.LATEST)
    assert changed.dates("lab1") == replace(dates, due=dates.due + DAYS, attempts=9)
    assert changed.dates("lab1").due.tzinfo == cohort.zone
    assert other.policy == cohort.policy


@pytest.mark.parametrize("bad", [{"per_day": 1.5}, {"floor": -0.1}, {"grace": timedelta(days=9)}, {"free_days": -1}])
def test_a_policy_that_makes_no_sense_is_refused(desk, act, cohort, bad):
    with pytest.raises(ActionRefused), desk.writing() as session:
        change_policy(session, act, cohort, replace(cohort.policy, **bad))


def test_a_calendar_link_opens_until_it_is_taken_back_and_only_its_hash_is_kept(desk, act, engine):
    mine = replace(act, actor="ana")
    first, second = new_token(), new_token()
    with desk.writing() as session:
        open_feed(session, mine, first)
    with desk.writing() as session:
        assert feed_owner(session, first) == "ana"
        open_feed(session, mine, second)
    with desk.reading() as session:
        assert (feed_owner(session, first), feed_owner(session, second)) == (None, "ana")
        assert has_feed(session, "ana")
    with desk.writing() as session:
        close_feed(session, mine)
    with desk.reading() as session:
        assert feed_owner(session, second) is None
        assert not has_feed(session, "ana")
    with engine.connect() as connection:
        kept = "".join(map(str, connection.exec_driver_sql("SELECT * FROM calendar_feeds").all()))
    assert first not in kept
    assert second not in kept


def test_a_message_is_on_the_page_of_those_it_went_to_and_staff_see_who_read_it(desk, act):
    with desk.writing() as session:
        message = send(session, act, to=["ana", "luis", "ana"], audience="Todos", subject=" Hola ", body="Domingo.")
        mark_read(session, replace(act, actor="ana"), message)
        mark_read(session, replace(act, actor="rosa"), message)
    with desk.reading() as session:
        (mine,) = letters_of(session, "ana")
        assert (mine.subject, mine.read_at) == ("Hola", act.at)
        assert letters_of(session, "rosa") == []
        (one,) = sent(session)
        assert (one.recipients, one.read, one.mailed) == (2, 1, 0)
    for bad in ({"to": []}, {"subject": ""}, {"body": " "}):
        with pytest.raises(ActionRefused), desk.writing() as session:
            send(session, act, **{"to": ["ana"], "audience": "", "subject": "x", "body": "y", **bad})


def test_notes_and_agreements_are_kept_and_an_agreement_can_be_done(desk, act):
    with desk.writing() as session:
        add_note(session, act, review="avance-2", user="ana", kind=NoteKind.AGREEMENT, text="Repetir la pregunta 4.")
        add_note(session, act, review="avance-2", user="", kind=NoteKind.NOTE, text="Ir más lento.")
    with desk.writing() as session:
        (agreement,) = review_notes(session, "c", "ana")
        mark_done(session, act, agreement.id)
    with desk.reading() as session:
        assert [note.done_at for note in review_notes(session, "c")] == [act.at, None]
        assert review_notes(session, "other") == []
    with pytest.raises(ActionRefused), desk.writing() as session:
        mark_done(session, act, agreement.id + 1)


def test_without_a_word_of_staff_s_the_dates_release_a_lab(desk, act, cohort):
    opens = cohort.dates("lab1").opens
    assert not Releases().lab_released(cohort, "lab1", opens - DAYS)
    assert Releases().lab_released(cohort, "lab1", opens)
    assert Releases().feedback_released("lab1")
    with desk.writing() as session:
        set_release(session, act, cohort, lab="lab1", kind=ReleaseKind.FEEDBACK, released=False)
        set_release(session, act, cohort, lab="lab1", kind=ReleaseKind.LAB, released=True)
    with desk.reading() as session:
        found = read_releases(session, "c")
    assert found.lab_released(cohort, "lab1", opens - DAYS)
    assert not found.feedback_released("lab1")


def test_points_by_hand_are_laid_over_every_run_of_the_attempt(desk, act, engine):
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO students (id, name) VALUES (1, 'ana')")
        connection.exec_driver_sql("INSERT INTO labs (id, name) VALUES (1, 'lab1')")
        connection.exec_driver_sql(
            "INSERT INTO attempts (id, student_id, lab_id, number, submission, received_at)"
            " VALUES (7, 1, 1, 1, 'x', '2021-10-01 00:00:00')"
        )
    by_hand = QuestionResult(id="sobreajuste", points=2.0, score=None, verdict=Verdict.MANUAL, message="")
    machine = QuestionResult(id="datos", points=3.0, score=3.0, verdict=Verdict.PASSED, message="")
    graded = GradedAttempt(lab="lab1", bundle="b", submission="x", questions=(by_hand, machine))
    with desk.writing() as session:
        for score in (2.0, 1.5):
            give_points(session, act, attempt=7, user="ana", lab="lab1", question=by_hand, score=score)
    with desk.reading() as session:
        given = points_of(session, 7)
    amended = with_points(graded, given)
    assert [(one.score, one.message) for one in amended.questions] == [(1.5, act.reason), (3.0, "")]
    assert amended.score == 4.5
    for question, score in ((machine, 1.0), (by_hand, 2.5), (by_hand, math.nan)):
        with pytest.raises(ActionRefused), desk.writing() as session:
            give_points(session, act, attempt=7, user="ana", lab="lab1", question=question, score=score)
