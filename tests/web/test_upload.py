"""Uploads that mean harm or go wrong: each is turned away, and none becomes an attempt."""

from __future__ import annotations

import json
import socket
import time
from datetime import timedelta

import pytest

from autograder.exchange.receive import NOTEBOOK_BYTES
from autograder.web.upload import Traffic
from tests.web.conftest import NOW, PREFIX

NOTEBOOK = b'{"cells": [], "nbformat": 4}'
TARGET = "api/labs/lab2/attempts"


def raw(address: str, head: str, body: bytes = b"", *, wait: float = 5.0) -> bytes:
    """Send bytes as they are and return what comes back."""
    host, port = address.removeprefix("http://").partition("/")[0].split(":")
    with socket.create_connection((host, int(port)), timeout=wait) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
        return connection.recv(65536)


def request(length: str, *, token: str = "token-of-caro") -> str:
    return f"POST {PREFIX}{TARGET} HTTP/1.1\nHost: x\nAuthorization: token {token}\n{length}"


@pytest.fixture
def nothing_received(services):
    yield
    assert services.gradebook.attempts("lab2", "caro") == []


@pytest.mark.usefixtures("nothing_received")
@pytest.mark.parametrize(
    ("length", "status"),
    [
        (f"Content-Length: {NOTEBOOK_BYTES + 1}", 413),
        ("Content-Length: 99999999999999", 413),
        ("Transfer-Encoding: chunked", 411),
        ("Content-Length: -5", 411),
        ("Content-Length: ٣", 411),
    ],
    ids=["a byte too much", "as if endless", "of no said length", "of less than nothing", "in other digits"],
)
def test_a_size_that_cannot_be_is_refused_before_a_byte_of_it_is_read(address, length, status):
    answered = raw(address, request(length)).split()[1:2]  # nothing, where Tornado hangs up by itself
    assert answered in ([str(status).encode()], [b"400"], [])


@pytest.mark.usefixtures("nothing_received")
def test_a_stranger_is_refused_before_a_byte_is_read(address):
    answer = raw(address, request("Content-Length: 1000000", token="stolen"))
    assert answer.split()[1] == b"401"
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["title"] == "Falta iniciar sesión"


@pytest.mark.usefixtures("nothing_received")
def test_one_person_sends_so_many_at_once_and_no_more(address, sign_in):
    held = []
    for _ in range(Traffic().each):
        host, port = address.removeprefix("http://").partition("/")[0].split(":")
        connection = socket.create_connection((host, int(port)))
        connection.sendall(request("Content-Length: 1000").replace("\n", "\r\n").encode() + b"\r\n\r\n{")
        held.append(connection)
    time.sleep(0.3)
    answer = sign_in("caro", token=True).bare_post(TARGET, NOTEBOOK)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "10")
    assert sign_in("beto", token=True).bare_post(TARGET, NOTEBOOK).status_code == 201
    for connection in held:
        connection.close()


def test_one_person_sends_so_many_an_hour_and_no_more():
    traffic, now = Traffic(an_hour=2), NOW
    answers = []
    for _ in range(3):
        answers.append(traffic.enter("ana", now))
        traffic.leave("ana")
    assert answers == [0, 0, 429]
    assert traffic.enter("beto", now) == 0
    assert traffic.enter("ana", now + timedelta(minutes=61)) == 0


def test_who_hung_up_can_send_again(address, sign_in):
    for _ in range(2 * Traffic().each):
        host, port = address.removeprefix("http://").partition("/")[0].split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(request("Content-Length: 1000").replace("\n", "\r\n").encode() + b"\r\n\r\n{")
    time.sleep(0.3)
    assert sign_in("caro", token=True).bare_post(TARGET, NOTEBOOK).status_code == 201


@pytest.mark.usefixtures("nothing_received")
@pytest.mark.parametrize(
    "files",
    [
        [("notebook", (f"{number}.ipynb", NOTEBOOK)) for number in range(1000)],
        [("notebook", ("a.ipynb", NOTEBOOK)), ("notebook", ("b.ipynb", NOTEBOOK))],
        [("other", ("a.ipynb", NOTEBOOK))],
        [("notebook", ("a.ipynb", b""))],
        [("notebook", ("a.zip", b"PK\x03\x04"))],
    ],
    ids=["a thousand", "two", "under another name", "empty", "a zip"],
)
def test_a_form_carries_one_notebook(sign_in, files):
    caro = sign_in("caro")
    answer = caro.bare_post(f"submit/lab2/notebook?_xsrf={caro.xsrf()}", files=files)
    assert answer.status_code == 400


@pytest.mark.usefixtures("nothing_received")
@pytest.mark.parametrize("token", ["", "?_xsrf=forged"])
def test_a_form_that_no_page_of_ours_made_hands_nothing_in(sign_in, token):
    files = {"notebook": ("lab2.ipynb", NOTEBOOK)}
    assert sign_in("caro").bare_post(f"submit/lab2/notebook{token}", files=files).status_code == 403


@pytest.mark.usefixtures("nothing_received")
def test_a_browser_cannot_be_made_to_use_the_api(sign_in):
    assert sign_in("caro").bare_post(TARGET, NOTEBOOK).status_code in (401, 403)


@pytest.mark.parametrize("name", ["../../../etc/passwd", "<script>alert(1)</script>.ipynb", "x" * 3000])
def test_what_a_file_is_called_means_nothing(sign_in, services, name):
    caro = sign_in("caro")
    boundary = b"frontier"
    head = f'Content-Disposition: form-data; name="notebook"; filename="{name}"'.encode()
    body = b"\r\n".join([b"--" + boundary, head, b"", NOTEBOOK, b"--" + boundary + b"--", b""])
    address = f"submit/lab2/notebook?_xsrf={caro.xsrf()}"
    answer = caro.bare_post(address, body, headers={"Content-Type": "multipart/form-data; boundary=frontier"})
    assert answer.status_code == 303
    (attempt,) = services.gradebook.attempts("lab2", "caro")
    assert services.gradebook.submission(attempt) == NOTEBOOK
    assert "script" not in answer.headers["Location"]


@pytest.mark.parametrize("lab", ["lab9", "..", "%2e%2e%2fetc", "lab2%00"])
def test_a_lab_that_is_not_there_takes_nothing(sign_in, services, lab):
    answer = sign_in("caro", token=True).bare_post(f"api/labs/{lab}/attempts", NOTEBOOK)
    assert answer.status_code in (404, 405)
    assert not services.queue.live()


def test_a_large_notebook_goes_through_a_file_and_comes_back_whole(sign_in, services):
    content = NOTEBOOK + b" " * (2 << 20)
    receipt = sign_in("caro", token=True).bare_post(TARGET, content).json()
    (attempt,) = services.gradebook.attempts("lab2", "caro")
    assert receipt["sha256"] == attempt.submission
    assert services.gradebook.submission(attempt) == content


def test_a_slow_sender_is_not_waited_for(services):
    from tests.web.conftest import serving

    with serving(services, body_timeout=0.5) as address:
        host, port = address.removeprefix("http://").partition("/")[0].split(":")
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(request("Content-Length: 1000").replace("\n", "\r\n").encode() + b"\r\n\r\n{")
            assert connection.recv(100) == b""  # hung up on
    assert services.gradebook.attempts("lab2", "caro") == []
