"""The page of an attempt, and who may see it."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest

from autograder.cohort.desk import Act
from autograder.cohort.releases import ReleaseKind, set_release
from autograder.exchange.queue import TRIES
from tests.web.conftest import NOW, make_bundle, make_graded

NOTEBOOK = b'{"cells": [], "nbformat": 4}'


def hand_in(visitor, lab="lab2", content=NOTEBOOK):
    token = visitor.xsrf(f"submit/{lab}")
    files = {"notebook": ("../../etc/passwd", content)}
    return visitor.bare_post(f"submit/{lab}/notebook?_xsrf={token}", files=files)


def grade(services, share=1.0):
    job = services.queue.lease("w", services.clock())
    attempt = next(one for one in services.gradebook.attempts() if one.id == job.attempt)
    content = services.gradebook.submission(attempt)
    services.gradebook.record(attempt, make_graded(make_bundle(job.lab), content, share), services.clock())
    services.queue.finish(job, "w", services.clock())


def test_before_handing_in_the_date_and_what_is_left_are_seen(sign_in):
    page = sign_in("ana").get("submit/lab2").text
    assert "viernes 16 de octubre" in page
    assert ">4</dd>" in page


def test_handing_in_shows_the_receipt_and_the_place_in_the_queue(sign_in):
    caro = sign_in("caro")
    answer = hand_in(caro)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/services/autograder/attempts/lab2/1")
    page = caro.get("attempts/lab2/1").text
    assert "Guardado" in page
    assert "lugar 1" in page
    assert "http-equiv" in page


def test_a_graded_attempt_shows_its_points_and_its_feedback(sign_in, services):
    caro = sign_in("caro")
    hand_in(caro)
    grade(services)
    page = caro.get("attempts/lab2/1")
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert "/attempts/lab2/1/feedback" in page.text
    feedback = caro.get("attempts/lab2/1/feedback")
    assert "Ríos, Caro" in feedback.text
    assert feedback.headers["Content-Security-Policy"].startswith("sandbox allow-same-origin;")


def test_attempts_are_compared(sign_in):
    page = sign_in("ana").get("attempts/lab1/2").text
    assert "Intento 1" in page
    assert "+" in page


def test_a_late_one_is_received_and_said_to_be_late(sign_in, clock):
    clock.now += timedelta(days=3)
    beto = sign_in("beto")
    assert "cada día de atraso cuesta 10 %" in beto.get("submit/lab2").text
    hand_in(beto)
    assert "Llegó tarde" in beto.get("attempts/lab2/1").text


def test_a_surplus_one_is_kept_and_said_to_be_so(sign_in, services):
    beto = sign_in("beto")
    for number in range(6):
        assert hand_in(beto, content=NOTEBOOK + b" " * number).status_code == 303
    assert "Ya usaste tus intentos" in beto.get("submit/lab2").text
    assert "Pasa del límite" in beto.get("attempts/lab2/6").text
    assert len(services.queue.live()) == 5


def test_the_same_notebook_is_the_same_attempt(sign_in):
    caro = sign_in("caro")
    assert hand_in(caro).headers["Location"] == hand_in(caro).headers["Location"]


def test_our_own_failure_is_said_to_be_ours(sign_in, services, clock):
    hand_in(sign_in("caro"))
    job = services.queue.lease("w", clock())
    attempt = services.gradebook.attempts("lab2", "caro")[0]
    from autograder.course.result import Verdict

    graded = make_graded(make_bundle("lab2"), NOTEBOOK, verdict=Verdict.INTERNAL)
    services.gradebook.record(attempt, graded, clock())
    services.queue.finish(job, "w", clock(), internal=f"{TRIES} times")
    assert "falló algo nuestro" in sign_in("caro").get("attempts/lab2/1").text


def test_feedback_that_staff_holds_back_is_not_shown_to_students(sign_in, services):
    act = Act(actor="profe", at=NOW, cohort="2026-2")
    with services.desk.writing() as session:
        set_release(session, act, services.cohort(), lab="lab1", kind=ReleaseKind.FEEDBACK, released=False)
    page = sign_in("ana").get("attempts/lab1/2").text
    assert "todavía no publica" in page
    assert "10 <span" not in page
    assert sign_in("ana").get("attempts/lab1/2/feedback").status_code == 404
    assert sign_in("profe").get("attempts/ana/lab1/2/feedback").status_code == 200


@pytest.mark.parametrize("path", ["", "/feedback", "/notebook", "/events"])
def test_nobody_sees_the_attempt_of_another(sign_in, path):
    assert sign_in("caro").get(f"attempts/lab1/2{path}").status_code == 404
    assert sign_in("caro").get(f"attempts/ana/lab1/2{path}").status_code == 403
    assert sign_in("asis").get(f"attempts/ana/lab1/2{path}").status_code == 200


def test_events_tell_where_it_is_and_end(sign_in, services):
    caro = sign_in("caro")
    hand_in(caro)
    with caro.session.get(f"{caro.address}attempts/lab2/1/events", stream=True, timeout=10) as events:
        lines = events.iter_lines()
        first = json.loads(next(line for line in lines if line.startswith(b"data"))[6:])
        assert first == {"state": "queued", "position": 1, "says": "En la cola: lugar 1", "over": False}
        grade(services)
        told = [json.loads(line[6:]) for line in lines if line.startswith(b'data: {"')]
    assert told[-1]["over"]


def test_behind_a_proxy_that_may_not_stream_the_state_is_told_once(sign_in):
    beto, caro = sign_in("beto"), sign_in("caro")
    hand_in(beto)
    hand_in(caro)
    answer = caro.get("attempts/lab2/1/events", headers={"X-Forwarded-For": "10.0.0.1"})
    assert answer.text.startswith("retry: 2300\ndata: {")
    assert '"position": 2' in answer.text


def test_what_was_handed_in_comes_back_byte_for_byte(sign_in):
    answer = sign_in("ana").get("attempts/lab1/2/notebook")
    assert answer.content == b"ana 1.2"
    assert answer.headers["Content-Disposition"].endswith('filename="lab1-ana-2.ipynb"')


def test_a_file_that_is_no_notebook_costs_no_attempt(sign_in, services):
    answer = hand_in(sign_in("caro"), content=b"PK\x03\x04")
    assert answer.status_code == 400
    assert "No cuenta como intento" in answer.text
    assert services.gradebook.attempts("lab2", "caro") == []


def test_who_leaves_is_no_longer_told(sign_in, services):
    caro = sign_in("caro")
    hand_in(caro)
    with caro.session.get(f"{caro.address}attempts/lab2/1/events", stream=True, timeout=10) as events:
        next(events.iter_lines())
        assert "autograder_watching 1.0" in caro.get("metrics").text
    deadline = time.monotonic() + 5
    while "autograder_watching 0.0" not in caro.get("metrics").text:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert services.queue.live()
