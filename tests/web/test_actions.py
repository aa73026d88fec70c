"""What an instructor does on the pages: each action with its form, its question, its effect, its line in the trail."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from autograder.cohort.changes import with_changes
from autograder.cohort.decisions import read_decisions
from autograder.cohort.desk import Act, note, trail
from autograder.cohort.letters import letters_of
from autograder.cohort.manual import points_of
from autograder.cohort.regrades import regrades
from autograder.exchange.queue import JobState
from autograder.web.services import PublishFailed

WHY = "Lo pidió antes de la fecha."


@pytest.fixture
def profe(sign_in):
    return sign_in("profe")


def newest(services):
    with services.desk.reading() as session:
        return trail(session, limit=1)[0]


def decisions(services):
    with services.desk.reading() as session:
        return read_decisions(session)


# ── Who may ──────────────────────────────────────────────────────────────────────────────────────────────────────────

PAGES = [
    "actions",
    "actions/audit",
    "actions/extension",
    "actions/override",
    "actions/policy",
    "actions/dates/lab2",
    "actions/regrade",
    "messages",
    "releases",
]
POSTS = [
    "actions/extension",
    "actions/override",
    "actions/revoke",
    "actions/policy",
    "actions/dates/lab2",
    "actions/regrade",
    "messages",
    "releases/lab1/publish",
    "releases/lab1/lab",
    "releases/lab1/feedback",
]


@pytest.mark.parametrize("user", ["ana", "asis"])
def test_only_an_instructor_decides(sign_in, services, user):
    visitor = sign_in(user)
    assert {visitor.get(page).status_code for page in PAGES} == {403}
    assert {visitor.post(page, {"reason": WHY, "confirm": "yes"}).status_code for page in POSTS} == {403}
    with services.desk.reading() as session:
        assert trail(session) == []


def test_an_instructor_sees_every_page_in_both_languages(profe):
    for page in PAGES:
        for language in ("es", "en"):
            assert profe.get(page, headers={"Accept-Language": language}).status_code == 200, page


def test_a_form_that_is_not_ours_does_nothing(profe, services):
    assert {profe.bare_post(page, {"reason": WHY, "confirm": "yes"}).status_code for page in POSTS} == {403}
    with services.desk.reading() as session:
        assert trail(session) == []


# ── One student ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_extension_is_given_seen_and_taken_back(profe, sign_in, services):
    form = {"user": "caro", "lab": "lab2", "due": "2026-10-20T23:59", "attempts": "1", "reason": WHY}
    answer = profe.post("actions/extension", form)
    assert (answer.status_code, answer.headers["Location"].partition("?")[2]) == (303, "done=extension")
    page = profe.get("actions?done=extension").text
    assert "Prórroga dada." in page
    assert WHY in page
    caro = sign_in("caro").get("").text
    assert "martes 20 de octubre" in caro
    assert "0 de 6 intentos usados" in caro
    gone = {"what": "extension", "user": "caro", "lab": "lab2"}
    asked = profe.post("actions/revoke", gone)
    assert (asked.status_code, "Motivo" in asked.text) == (200, True)
    assert profe.post("actions/revoke", {**gone, "confirm": "yes", "reason": " "}).status_code == 422
    assert profe.post("actions/revoke", {**gone, "confirm": "yes", "reason": WHY}).status_code == 303
    assert decisions(services).extensions == ()
    assert "martes 20 de octubre" not in sign_in("caro").get("").text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"due": "2026-10-01T10:00"}, "después de la fecha de todos"),
        ({"due": "mañana"}, "no es una fecha"),
        ({"due": "", "attempts": "0"}, "fecha nueva"),
        ({"attempts": "uno"}, "no es un número"),
        ({"attempts": "1.5"}, "no es un número"),
        ({"reason": ""}, "motivo"),
        ({"user": "profe"}, "no es estudiante"),
    ],
)
def test_a_form_with_a_mistake_comes_back_with_what_was_typed(profe, services, change, words):
    form = {"user": "caro", "lab": "lab2", "due": "2026-10-20T23:59", "attempts": "0", "reason": WHY, **change}
    answer = profe.post("actions/extension", form)
    assert answer.status_code == 422
    assert words in answer.text
    assert form["reason"] in answer.text
    assert decisions(services).extensions == ()


def test_a_grade_is_set_after_a_question_that_shows_before_and_after(profe, sign_in, services):
    form = {"user": "beto", "lab": "lab1", "score": "9,5", "reason": WHY}
    asked = profe.post("actions/override", form)
    assert asked.status_code == 200
    assert "a 9.5 sobre 10" in asked.text
    assert decisions(services).overrides == {}
    assert profe.post("actions/override", {**form, "confirm": "yes"}).status_code == 303
    assert decisions(services).overrides == {("beto", "lab1"): 9.5}
    assert "Puesta por tu docente" in sign_in("beto").get("").text
    assert newest(services).detail["score"] == 9.5


@pytest.mark.parametrize("score", ["11", "-1", "nan", "inf", "", "diez"])
@pytest.mark.parametrize("confirm", ["", "yes"])
def test_a_grade_outside_the_lab_is_refused(profe, services, score, confirm):
    form = {"user": "beto", "lab": "lab1", "score": score, "reason": WHY, "confirm": confirm}
    assert profe.post("actions/override", form).status_code == 422
    assert decisions(services).overrides == {}


def test_staff_see_one_student_with_what_was_decided_and_agreed(sign_in, profe):
    form = {"user": "caro", "lab": "lab2", "due": "2026-10-20T23:59", "attempts": "1", "reason": WHY}
    profe.post("actions/extension", form)
    profe.post("avance/avance-1/notes", {"user": "caro", "kind": "agreement", "text": "Empezar por el kernel."})
    page = profe.get("students/caro").text
    for words in ("Ríos, Caro", WHY, "Empezar por el kernel.", "Todavía no ha entregado nada", "dio una prórroga"):
        assert words in page
    assert "actions/extension?user=caro" in page
    assert "Última entrega hace" in sign_in("asis").get("students/ana").text
    assert "actions/extension?user=ana" not in sign_in("asis").get("students/ana").text
    assert profe.get("students/profe").status_code == 404
    assert sign_in("ana").get("students/ana").status_code == 403


# ── Everybody ────────────────────────────────────────────────────────────────────────────────────────────────────────

POLICY = {
    "grace": "30",
    "per_day": "20",
    "floor": "50",
    "free_days": "0",
    "attempts": "3",
    "counts": "best",
    "solution_after": "0",
    "reason": WHY,
}


def test_a_policy_shows_whose_grades_move_before_it_is_changed(profe, services):
    asked = profe.post("actions/policy", POLICY)
    assert asked.status_code == 200
    assert "Ñahui, Beto" in asked.text
    assert "Quispe Mamani, Ana" not in asked.text
    with services.desk.reading() as session:
        assert with_changes(session, services.cohort()) == services.cohort()
    assert profe.post("actions/policy", {**POLICY, "confirm": "yes"}).status_code == 303
    with services.desk.reading() as session:
        changed = with_changes(session, services.cohort()).policy
    assert (changed.per_day, changed.grace, changed.attempts) == (0.2, timedelta(minutes=30), 3)
    assert newest(services).action == "policy.change"
    assert "0.1 → 0.2" in profe.get("actions/audit").text


@pytest.mark.parametrize(
    "bad", [{"per_day": "120"}, {"floor": "-1"}, {"grace": "99999"}, {"attempts": "x"}, {"reason": ""}]
)
def test_a_policy_that_makes_no_sense_is_refused(profe, services, bad):
    assert profe.post("actions/policy", {**POLICY, **bad}).status_code == 422
    assert profe.post("actions/policy", {**POLICY, **bad, "confirm": "yes"}).status_code == 422
    with services.desk.reading() as session:
        assert trail(session) == []


def test_dates_are_moved_in_the_cohort_s_zone(profe, services):
    form = {"opens": "2026-10-01T08:00", "due": "2026-10-12T20:00", "attempts": "", "reason": WHY}
    asked = profe.post("actions/dates/lab1", form)
    assert "Ñahui, Beto" in asked.text
    assert profe.post("actions/dates/lab1", {**form, "confirm": "yes"}).status_code == 303
    with services.desk.reading() as session:
        dates = with_changes(session, services.cohort()).dates("lab1")
    assert dates.due.isoformat() == "2026-10-12T20:00:00-05:00"
    wrong = {**form, "due": "2026-09-01T20:00"}
    assert profe.post("actions/dates/lab1", wrong).status_code == 422
    assert profe.get("actions/dates/lab9").status_code == 404


# ── Grading again, and by hand ───────────────────────────────────────────────────────────────────────────────────────


def test_a_regrade_queues_each_student_s_latest_attempt_and_shows_before_and_after(profe, services, book):
    form = {"lab": "lab1", "scope": "latest", "reason": "La prueba era muy estricta."}
    assert "se recalifican 2 intentos" in profe.post("actions/regrade", form).text
    assert services.queue.counts()[JobState.QUEUED] == 0
    answer = profe.post("actions/regrade", {**form, "confirm": "yes"})
    assert answer.status_code == 303
    assert [(job.student, job.number, job.regrade) for job in services.queue.live()] == [
        ("ana", 2, True),
        ("beto", 1, True),
    ]
    page = f"actions/regrade/{answer.headers['Location'].rpartition('/')[2]}"
    assert "0 de 2 recalificados" in profe.get(page).text
    grade_again(services, book, "beto", gained=2.0)
    shown = profe.get(page).text
    assert "1 de 2 recalificados" in shown
    assert "+2" in shown
    with services.desk.reading() as session:
        assert regrades(session)[0].reason == "La prueba era muy estricta."
    assert profe.get("actions/regrade/999").status_code == 404


def grade_again(services, book, student: str, gained: float) -> None:
    """Do what a worker does for the job of a student, by a test that gives more points."""
    row = book.grades("lab1", student)[-1]
    attempt = book.attempts("lab1", student)[-1]
    graded = book.graded(row.run)
    first = graded.questions[0]
    questions = (replace(first, score=first.score + gained), *graded.questions[1:])
    book.record(attempt, replace(graded, questions=questions), services.clock())


def test_an_attempt_that_was_never_graded_is_not_regraded(profe, services, book):
    book.receive("caro", "lab1", b"surplus", services.clock())
    form = {"lab": "lab1", "scope": "all", "reason": WHY}
    assert "se recalifican 3 intentos" in profe.post("actions/regrade", form).text


def test_nothing_to_regrade_is_said(profe):
    form = {"lab": "lab1", "scope": "all", "reason": ""}
    assert profe.post("actions/regrade", form).status_code == 422
    assert profe.post("actions/regrade", {**form, "lab": "lab9", "reason": WHY}).status_code == 404


def test_an_assistant_reads_an_answer_and_gives_points_that_count(sign_in, services, book, clock):
    asis = sign_in("asis")
    listed = asis.get("grading").text
    assert "3 entregas esperan" in listed
    assert "grading/lab1/ana/2" in listed
    page = asis.get("grading/lab1/ana/2")
    assert page.status_code == 200
    form = {"score-essay": "1,5", "text-essay": "Falta <citar> la curva."}
    answer = asis.post("grading/lab1/ana/2", form, seen="grading/lab1/ana/2")
    assert answer.status_code == 303
    assert "grading/lab1/beto/1" in answer.headers["Location"]
    graded = book.grades("lab1", "ana")[-1]
    assert (graded.score, graded.pending_manual) == (9.5, ())
    assert services.watch.look(clock()).standing["ana"]["lab1"].score == 9.5
    assert newest(services).action == "points.give"
    assert "Falta &lt;citar&gt; la curva." in asis.get("grading/lab1/ana/2").text
    with services.desk.reading() as session:
        attempt = book.attempts("lab1", "ana")[-1]
        assert [one.score for one in points_of(session, attempt.id)] == [1.5]


def test_points_are_told_to_nbgrader_s_gradebook(sign_in, services, book, clock):
    attempt = book.attempts("lab1", "ana")[-1]
    services.queue.put(attempt.id, clock())
    job = services.queue.lease("w", clock())
    services.queue.finish(job, "w", clock())
    services.queue.mirrored(job)
    assert services.queue.to_mirror() is None
    assert sign_in("asis").post("grading/lab1/ana/2", {"score-essay": "1"}).status_code == 303
    assert services.queue.to_mirror().attempt == attempt.id


@pytest.mark.parametrize("score", ["2.5", "-1", "x", "nan"])
def test_points_outside_the_question_are_refused_and_keep_what_was_typed(sign_in, book, score):
    asis = sign_in("asis")
    answer = asis.post("grading/lab1/ana/2", {"score-essay": score, "text-essay": "Mi texto."}, seen="about")
    assert answer.status_code == 422
    assert "Mi texto." in answer.text
    assert book.grades("lab1", "ana")[-1].pending_manual == ("essay",)


def test_points_wait_while_the_attempt_is_being_graded(sign_in, services, book):
    services.queue.put(book.attempts("lab1", "ana")[-1].id, services.clock())
    answer = sign_in("asis").post("grading/lab1/ana/2", {"score-essay": "1"}, seen="about")
    assert answer.status_code == 422
    assert "se está calificando" in answer.text


@pytest.mark.parametrize("path", ["grading", "grading/lab1/ana/2"])
def test_a_student_grades_nobody(sign_in, path):
    assert sign_in("ana").get(path).status_code == 403


@pytest.mark.parametrize("path", ["grading/lab9/ana/1", "grading/lab1/ana/9", "grading/lab1/zoe/1"])
def test_an_answer_that_is_not_there_is_not_found(sign_in, path):
    assert sign_in("asis").get(path).status_code == 404


# ── Messages and releases ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_message_goes_to_whom_a_filter_means_after_they_were_shown(profe, services):
    form = {"to": "missing:lab2", "subject": "Falta tu laboratorio", "body": "¿Te ayudo?"}
    asked = profe.post("messages", form)
    assert asked.status_code == 200
    assert "Ñahui, Beto" in asked.text
    assert "Ríos, Caro" in asked.text
    assert "Quispe Mamani, Ana" not in asked.text
    assert profe.post("messages", {**form, "confirm": "yes"}).status_code == 303
    with services.desk.reading() as session:
        assert [one.subject for one in letters_of(session, "caro")] == ["Falta tu laboratorio"]
        assert letters_of(session, "ana") == []
    assert "0 de 2 lo leyeron" in profe.get("messages").text


@pytest.mark.parametrize(
    ("to", "count"),
    [("all", 3), ("group:A", 2), ("group:Z", 0), ("user:ana", 1), ("user:profe", 0), ("stuck:lab2", 0), ("<x>", 0)],
)
def test_whom_a_filter_means(profe, to, count):
    answer = profe.post("messages", {"to": to, "subject": "Hola", "body": "Hola."})
    assert answer.status_code == (200 if count else 422)
    if count:
        assert ("estudiantes:" if count > 1 else "Lo verá 1 estudiante:") in answer.text


@pytest.mark.parametrize("bad", [{"subject": " "}, {"body": ""}, {"subject": "x" * 151}, {"body": "x" * 4001}])
def test_a_message_without_words_is_refused(profe, services, bad):
    form = {"to": "all", "subject": "Hola", "body": "Hola.", "confirm": "yes", **bad}
    assert profe.post("messages", form).status_code == 422
    with services.desk.reading() as session:
        assert letters_of(session, "ana") == []


def test_a_lab_and_its_grades_are_held_back_and_opened(profe, sign_in):
    assert profe.post("releases/lab1/feedback", {"do": "hold"}).status_code == 303
    assert "Aún no se publica" in sign_in("ana").get("").text
    assert "Retenido" in profe.get("releases").text
    assert profe.post("releases/lab1/feedback", {"do": "open"}).status_code == 303
    assert "Aún no se publica" not in sign_in("ana").get("").text
    assert profe.post("releases/lab1/lab", {"do": "hold"}).status_code == 303
    assert sign_in("ana").get("labs/lab1").status_code == 404
    assert profe.post("releases/lab9/lab", {"do": "hold"}).status_code == 404


def test_a_lab_is_built_and_published_and_the_trail_says_by_whom(profe, services):
    assert profe.post("releases/lab1/publish").status_code == 303
    line = newest(services)
    assert (line.actor, line.action, line.lab) == ("profe", "release.publish", "lab1")


class TestFormgrader:
    @pytest.fixture
    def taken(self):
        return []

    @pytest.fixture
    def services(self, services, taken):
        return replace(services, take_manual=lambda lab, act: taken.append((lab, act.actor)) or 1)

    def test_what_was_graded_in_formgrader_is_taken_over_before_grades_are_shown(self, profe, taken):
        profe.post("releases/lab1/feedback", {"do": "hold"})
        assert taken == []
        profe.post("releases/lab1/feedback", {"do": "open"})
        assert taken == [("lab1", "profe")]


class TestAnotherPress:
    @pytest.fixture
    def services(self, services):
        def publish(lab: str, by: str):
            raise PublishFailed(f"{lab}: falta una celda <de {by}>")

        return replace(services, publish=publish)

    def test_a_lab_that_cannot_be_built_says_why(self, profe):
        answer = profe.post("releases/lab1/publish")
        assert answer.status_code == 409
        assert "falta una celda &lt;de profe&gt;" in answer.text


class TestMail:
    @pytest.fixture
    def sent(self):
        return []

    @pytest.fixture
    def services(self, services, sent):
        def mail(people, subject, body):
            sent.append((subject, body))
            return [person.user for person in people if person.email]

        return replace(services, mail=mail)

    def test_a_message_goes_by_mail_too_to_whoever_has_an_address(self, profe, sent):
        form = {"to": "all", "subject": "Hola", "body": "El domingo."}
        assert "Y 1 lo recibe por correo" in profe.post("messages", form).text
        assert sent == []
        profe.post("messages", {**form, "confirm": "yes"})
        until = time.monotonic() + 10
        while "1 por correo" not in profe.get("messages").text:
            assert time.monotonic() < until
        assert sent == [("Hola", "El domingo.")]


def test_the_trail_is_narrowed_and_turned_like_pages(profe, services):
    profe.post("releases/lab1/feedback", {"do": "open"})
    with services.desk.writing() as session:
        for n in range(70):
            note(session, Act(actor="profe", at=services.clock()), "review.note", user="ana", n=n)
        note(session, Act(actor="profe", at=services.clock()), "from.another.version", user="ana")
    first = profe.get("actions/audit").text
    assert "from.another.version" in first
    older = first.partition("before=")[2].partition('"')[0]
    assert "anotó en una sesión" in profe.get(f"actions/audit?before={older}").text
    assert "publicó" in profe.get("actions/audit?action=release").text
    assert "anotó" not in profe.get("actions/audit?action=release").text.partition("<ol")[2]
    assert "Nada todavía" in profe.get("actions/audit?user=beto").text
    assert profe.get("actions/audit?before=x&action=<b>").status_code == 200
