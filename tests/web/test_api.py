"""The API: who may ask what, and how it says no."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from autograder.web.services import PublishFailed
from tests.web.conftest import NOW, Visitor, serving

NOTEBOOK = b'{"cells": [], "nbformat": 4}'
STAFF_ONLY = [
    ("get", "api/labs/lab1/submissions"),
    ("get", "api/submissions/ana/lab1/1"),
    ("post", "api/labs/lab1/release"),
    ("post", "api/labs/lab1/hold"),
    ("post", "api/labs/lab1/feedback/release"),
]


def test_labs_are_listed_with_their_dates_and_ones_own_attempts(sign_in):
    answer = sign_in("ana", token=True).get("api/labs").json()
    assert (answer["course"], answer["zone"]) == ("vision", "America/Lima")
    lab1, lab2 = answer["labs"]
    assert (lab1["lab"], lab1["left"], [one["number"] for one in lab1["attempts"]]) == ("lab1", 3, [1, 2])
    assert (lab1["attempts"][1]["score"], lab1["attempts"][1]["late"]) == (8.0, False)
    assert lab2["label"] == "vence vie 16 oct, 23:59 · quedan 4 intentos"


def test_a_lab_that_is_not_open_yet_can_be_neither_fetched_nor_handed_in(sign_in, clock):
    clock.now = NOW - timedelta(days=30)
    ana, profe = sign_in("ana", token=True), sign_in("profe", token=True)
    assert [lab["released"] for lab in ana.get("api/labs").json()["labs"]] == [False, False]
    assert ana.get("api/labs/lab2/archive").status_code == 404
    assert ana.bare_post("api/labs/lab2/attempts", NOTEBOOK).status_code == 404
    assert profe.get("api/labs/lab2/archive").status_code == 200


def test_a_lab_held_back_can_be_fetched_by_nobody_until_it_is_released_again(sign_in):
    caro, profe = sign_in("caro", token=True), sign_in("profe", token=True)
    assert profe.bare_post("api/labs/lab2/hold").json() == {"lab": "lab2", "released": False}
    assert caro.get("api/labs/lab2/archive").status_code == 404
    assert profe.bare_post("api/labs/lab2/release").status_code == 200
    assert caro.get("api/labs/lab2/archive").content.startswith(b"PK")


def test_a_lab_that_cannot_be_built_is_not_released_and_its_author_is_told_why(services):
    def publish(lab: str, by: str):
        raise PublishFailed(f"{lab} de {by}: la celda q1 no tiene puntos")

    with serving(replace(services, publish=publish)) as address:
        answer = Visitor(address=address, user="profe", token=True).bare_post("api/labs/lab2/release")
    assert answer.status_code == 409
    assert answer.json()["detail"] == "lab2 de profe: la celda q1 no tiene puntos"


def test_a_build_that_takes_long_is_asked_about(services, monkeypatch):
    from autograder.exchange.client import ServiceClient

    def publish(lab: str, by: str):
        time.sleep(1.5)
        return services.publish(lab, by)

    monkeypatch.setattr("autograder.web.builds.Builds.build.__defaults__", (0.2,))
    with serving(replace(services, publish=publish)) as address:
        profe = Visitor(address=address, user="profe", token=True)
        assert profe.bare_post("api/labs/lab2/release").status_code == 202
        assert "Construyéndose" in Visitor(address=address, user="profe").get("releases").text
        client = ServiceClient(url=address.rstrip("/"), token="token-of-profe")
        assert client.release("lab2")["published_by"] == "profe"


def test_a_receipt_says_number_content_and_time(sign_in, services):
    caro = sign_in("caro", token=True)
    answer = caro.bare_post("api/labs/lab2/attempts", NOTEBOOK)
    receipt = answer.json()
    (attempt,) = services.gradebook.attempts("lab2", "caro")
    assert answer.status_code == 201
    assert receipt["attempt"] == 1
    assert receipt["sha256"] == attempt.submission
    assert receipt["received_at"] == NOW.isoformat()
    assert receipt["page"] == "/services/autograder/attempts/lab2/1"
    assert receipt["says"].startswith("Recibido: intento 1")
    state = caro.get("api/labs/lab2/attempts/1").json()
    assert (state["state"], state["position"], state["feedback"]) == ("queued", 1, None)


def test_the_clock_is_ours(sign_in, services):
    headers = {"Date": "Thu, 01 Jan 2015 00:00:00 GMT", "X-Timestamp": "2015-01-01"}
    sign_in("caro", token=True).bare_post("api/labs/lab2/attempts?received_at=2015-01-01", NOTEBOOK, headers=headers)
    assert services.gradebook.attempts("lab2", "caro")[0].received_at == NOW


@pytest.mark.parametrize("trick", ["?user=ana", "?student=ana", "?student_id=ana"])
def test_nobody_hands_in_for_another(sign_in, services, trick):
    before = len(services.gradebook.attempts("lab2", "ana"))
    headers = {"X-User": "ana", "X-Forwarded-User": "ana", "Remote-User": "ana"}
    sign_in("caro", token=True).bare_post(f"api/labs/lab2/attempts{trick}", NOTEBOOK, headers=headers)
    assert len(services.gradebook.attempts("lab2", "ana")) == before
    assert len(services.gradebook.attempts("lab2", "caro")) == 1


@pytest.mark.parametrize(("method", "path"), STAFF_ONLY)
@pytest.mark.parametrize("user", ["caro", "zoe", "unscoped-profe", None])
def test_what_is_for_staff_is_for_staff(sign_in, services, user, method, path):
    visitor = sign_in(user, token=True)
    answer = visitor.get(path) if method == "get" else visitor.bare_post(path)
    assert answer.status_code == (401 if user is None else 403)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert services.editions.current("lab1").published_at == NOW - timedelta(days=14)


@pytest.mark.parametrize(("method", "path"), STAFF_ONLY)
def test_an_assistant_reads_but_releases_nothing(sign_in, method, path):
    asis = sign_in("asis", token=True)
    answer = asis.get(path) if method == "get" else asis.bare_post(path)
    assert answer.status_code == (200 if method == "get" else 403)


@pytest.mark.parametrize("path", [path for method, path in STAFF_ONLY if method == "post"])
def test_an_instructor_is_not_made_to_release_by_another_page(sign_in, path):
    assert sign_in("profe").bare_post(path).status_code in (401, 403)


@pytest.mark.parametrize("path", ["api/labs/lab1/attempts/1", "api/labs/lab1/attempts/1/feedback"])
def test_an_attempt_of_another_is_not_there(sign_in, path):
    assert sign_in("caro", token=True).get(path).status_code == 404
    assert sign_in("ana", token=True).get(path).status_code == 200


def test_an_error_is_a_problem_with_a_sentence(sign_in):
    answer = sign_in("ana", token=True).get("api/labs/lab9/archive")
    problem = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (problem["status"], problem["title"]) == (404, "Aquí no hay nada")
    assert problem["detail"]
    assert problem["instance"]


def test_health_names_nobody_and_says_what_is_wrong(services, address):
    import requests

    assert requests.get(f"{address}health", timeout=5).json() == {"well": True, "parts": {"queue": True}}
    with serving(replace(services, health=lambda: {"zygote": False, "workers": True})) as sick:
        answer = requests.get(f"{sick}health", timeout=5)
    assert (answer.status_code, answer.json()["parts"]["zygote"]) == (503, False)
