"""*Mi ruta*, a lab's attempts compared, and the worked solution."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from autograder.cohort.decisions import grant_extension
from autograder.cohort.desk import Act
from autograder.cohort.letters import send
from autograder.cohort.releases import ReleaseKind, set_release
from autograder.cohort.reviews import NoteKind, add_note
from autograder.web.time_left import amount

NEW_DATE = "martes 20 de octubre"


@pytest.fixture
def act(services):
    return Act(actor="profe", at=services.clock(), reason="Estuvo enferma.", cohort=services.cohort().slug)


def test_a_student_sees_the_six_lessons_where_she_stands_and_what_comes_next(sign_in):
    page = sign_in("ana").get("").text
    for title in ("El clasificador convolucional", "La ventana deslizante", "Aumento de datos"):
        assert title in page
    assert "Sesión de feedback 1" in page
    assert "Avance 1" in page
    assert "1 día 11 h" in page  # lab 2 is due tomorrow at 23:59 in Lima
    assert "2 de 5 intentos usados" in page
    assert "Cerrado" in page
    assert "En camino" in page


def test_late_days_and_their_cost_are_told(sign_in):
    page = sign_in("beto").get("").text
    assert "Días de atraso" in page
    assert "× 0.9" in page or "× 0.8" in page


def test_staff_are_shown_the_cohort_instead(sign_in):
    answer = sign_in("asis").get("")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/services/autograder/cohort")


def test_an_extension_moves_the_date(sign_in, services, act):
    due = services.cohort().dates("lab2").due + timedelta(days=4)
    with services.desk.writing() as session:
        grant_extension(session, act, services.cohort(), user="ana", lab="lab2", due=due)
    assert NEW_DATE in sign_in("ana").get("").text
    assert "Con prórroga" in sign_in("ana").get("").text
    assert NEW_DATE not in sign_in("beto").get("").text


def test_a_grade_that_is_held_back_is_not_told(sign_in, services, act):
    with services.desk.writing() as session:
        set_release(session, act, services.cohort(), lab="lab1", kind=ReleaseKind.FEEDBACK, released=False)
    ana = sign_in("ana")
    assert "Aún no se publica" in ana.get("").text
    assert "Correcta" not in ana.get("labs/lab1").text


def test_a_lab_that_is_held_back_cannot_be_looked_into(sign_in, services, act):
    with services.desk.writing() as session:
        set_release(session, act, services.cohort(), lab="lab1", kind=ReleaseKind.LAB, released=False)
    assert sign_in("ana").get("labs/lab1").status_code == 404


def test_a_message_is_there_until_it_is_read_and_only_for_whom_it_is(sign_in, services, act):
    with services.desk.writing() as session:
        message = send(session, act, to=["ana"], audience="A", subject="Trae <tu> laboratorio", body="El domingo.")
    ana = sign_in("ana")
    assert "Trae &lt;tu&gt; laboratorio" in ana.get("").text
    assert "1 sin leer" in ana.get("").text
    assert ana.bare_post(f"messages/{message}/read").status_code == 403
    assert ana.post(f"messages/{message}/read", seen="").status_code == 303
    assert "1 sin leer" not in ana.get("").text
    assert "laboratorio" not in sign_in("beto").get("").text.partition("Las lecciones")[0].partition("Mensajes")[2]


def test_an_agreement_of_the_last_review_is_shown_to_whom_it_is_about(sign_in, services, act):
    with services.desk.writing() as session:
        add_note(session, act, review="avance-1", user="ana", kind=NoteKind.AGREEMENT, text="Repetir la pregunta 1.")
        add_note(session, act, review="avance-1", user="ana", kind=NoteKind.NOTE, text="Solo para el equipo.")
    assert "Repetir la pregunta 1." in sign_in("ana").get("").text
    assert "Solo para el equipo." not in sign_in("ana").get("").text
    assert "Repetir la pregunta 1." not in sign_in("beto").get("").text


def test_attempts_are_compared_question_by_question_with_hints_for_what_is_missing(sign_in):
    page = sign_in("ana").get("labs/lab2").text
    assert "El kernel" in page
    assert "Mira el borde." in page
    assert "Mira el borde." not in sign_in("ana").get("labs/lab1").text  # its newest attempt has it right


@pytest.mark.parametrize(("user", "path"), [("ana", "labs/lab9"), ("asis", "labs/lab1"), ("ana", "labs/lab9/solution")])
def test_what_is_not_there_is_not_found(sign_in, user, path):
    assert sign_in(user).get(path).status_code == 404


def test_the_solution_asks_before_it_is_shown_and_ends_what_counts(sign_in, services, clock):
    beto = sign_in("beto")
    asked = beto.get("labs/lab1/solution").text
    assert "ya no cuenta" in asked
    assert "Una solución" not in asked
    assert beto.post("labs/lab1/solution", seen="labs/lab1/solution").status_code == 303
    assert "Una solución" in beto.get("labs/lab1/solution").text
    assert services.watch.look(clock()).decisions.seen == {("beto", "lab1"): clock()}
    assert "Abriste la solución" in beto.get("").text
    assert "Abriste la solución" not in sign_in("caro").get("").text


def test_the_solution_stays_closed_until_the_date_has_passed(sign_in, clock):
    caro = sign_in("caro")
    answer = caro.get("labs/lab2/solution")
    assert answer.status_code == 403
    assert "3 intentos" in answer.text
    assert caro.post("labs/lab2/solution").status_code == 403
    clock.now += timedelta(days=3)
    assert caro.get("labs/lab2/solution").status_code == 200


def test_so_many_queries_however_many_attempts_there_are(sign_in, services):
    ana = sign_in("ana")
    ana.get("")
    found: list[str] = []
    listen = lambda connection, cursor, statement, *rest: found.append(statement)  # noqa: ARG005, E731
    event.listen(services.gradebook.engine, "before_cursor_execute", listen)
    counts = []
    for extra in (0, 30):
        for n in range(extra):
            services.gradebook.receive("ana", "lab2", f"more {n}".encode(), services.clock())
        ana.get("")
        found.clear()
        assert ana.get("").status_code == 200
        counts.append(len([one for one in found if one.lstrip().startswith(("SELECT", "WITH"))]))
    event.remove(services.gradebook.engine, "before_cursor_execute", listen)
    assert counts[0] == counts[1] <= 8


def test_a_cohort_that_has_ended_says_that_nothing_is_left(sign_in, clock):
    clock.now += timedelta(days=60)
    page = sign_in("caro").get("").text
    assert "Aún puedes entregar" in page
    clock.now -= timedelta(days=60)
    assert "Próxima entrega" in sign_in("caro").get("").text


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(days=12, hours=3), "12 días"),
        (timedelta(days=1, hours=6), "1 día 6 h"),
        (timedelta(hours=5, minutes=3), "5 horas 3 min"),
        (timedelta(seconds=3), "1 minuto"),
        (-timedelta(days=2), "2 días"),
    ],
)
def test_how_much_time_is_left(length, said):
    assert amount(length, "es") == said


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("Europe%2FMadrid", "sábado 17 de octubre, 06:59"),
        ("../etc/passwd", "viernes 16 de octubre, 23:59"),
        ("Nowhere", "viernes 16 de octubre, 23:59"),
        ("America", "viernes 16 de octubre, 23:59"),
    ],
)
def test_hours_are_those_of_where_the_browser_lives(sign_in, told, shown):
    ana = sign_in("ana")
    ana.session.headers["Cookie"] = f"autograder-zone={told}"
    assert shown in ana.get("").text
