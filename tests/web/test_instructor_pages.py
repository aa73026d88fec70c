"""Staff see the cohort, its questions, reviews and queue; nobody else does; and notes are kept for the next session."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from autograder.exchange.queue import JobState
from autograder.insights.sight import Watch
from benchmarks.crowd import Crowd
from benchmarks.crowd_service import crowd_services, serving
from benchmarks.pages import FILES, LIMIT_BYTES, STUDENT, browser_of, counted, pages_of
from tests.web.conftest import NOW

PAGES = (
    "cohort",
    "cohort?lab=lab1",
    "questions",
    "questions/lab1/kernel",
    "avance",
    "avance/feedback-1",
    "avance/feedback-1.pdf",
    "avance/feedback-1.csv",
    "avance/feedback-1/student/ana",
    "avance/feedback-1/student/ana.pdf",
    "queue",
    "queue/events",
    "export/grades.csv",
    "export/grades.json",
    "export/nbgrader.csv",
)


REPORT = "avance/avance-1"
MISSING = (
    "questions/lab1/nothing",
    "questions/nothing/kernel",
    "avance/nothing",
    "avance/nothing.pdf",
    "avance/feedback-1/student/nobody",
    "avance/feedback-1/student/nobody.pdf",
    "export/nothing.csv",
    "export/grades.csv?lab=nothing",
)


def test_an_assistant_sees_every_page(sign_in):
    asis = sign_in("asis")
    for path in PAGES:
        if path != "queue/events":
            assert asis.get(path).status_code == 200, path


def test_a_student_sees_none_and_changes_nothing(sign_in):
    ana = sign_in("ana")
    for path in PAGES:
        answer = ana.get(path)
        assert answer.status_code == 403, path
        assert "Beto" not in answer.text
    for path in ("avance/feedback-1/notes", "avance/feedback-1/done", "queue/retry"):
        assert ana.post(path, {"text": "x", "id": "1", "attempt": "1"}).status_code == 403, path


def test_what_does_not_exist_is_not_found(sign_in):
    profe = sign_in("profe")
    for path in MISSING:
        assert profe.get(path).status_code == 404, path


def test_the_heat_map_shows_scores_and_leads_to_the_attempt(sign_in):
    page = sign_in("profe").get("cohort?lab=lab1").text
    row = next(part for part in page.split("<tr") if "Quispe Mamani, Ana" in part)
    assert 'href="/services/autograder/attempts/ana/lab1/2"' in row
    assert ">8</td>" in row
    assert "Ríos, Caro" in page


def test_filters_work_without_a_script(sign_in):
    profe = sign_in("profe")
    found = profe.get("cohort?search=nahui").text
    assert "Ñahui, Beto" in found
    assert "Ríos, Caro" not in found
    assert "Ríos, Caro" in profe.get("cohort?lab=lab1&show=missing").text
    assert "Ñahui, Beto" not in profe.get("cohort?lab=lab1&show=missing").text


def test_what_is_asked_for_wrongly_is_left_out(sign_in):
    profe = sign_in("profe")
    for asked in ("lab=none", "show=none", "order=none", "page=0", "page=-1", "page=x", "page=99999", "group=none"):
        assert profe.get(f"cohort?{asked}").status_code == 200, asked


def test_a_search_is_shown_as_text(sign_in):
    page = sign_in("profe").get("cohort", params={"search": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page


def test_a_question_tells_its_mistakes(sign_in):
    page = sign_in("profe").get("questions/lab1/kernel").text
    assert "El kernel" in page
    assert "<code>kernel</code> está revisada" in page


def test_an_agreement_is_shown_at_the_next_session_until_it_is_kept(sign_in):
    profe = sign_in("profe")
    text = "Repasar <la convolución> & ReLU"
    assert profe.post("avance/feedback-1/notes", {"kind": "agreement", "text": text}).status_code == 303
    assert profe.post("avance/feedback-1/notes", {"kind": "note", "text": "Vinieron todos"}).status_code == 303
    later = sign_in("asis").get("avance/avance-1").text
    assert "Repasar &lt;la convolución&gt; &amp; ReLU" in later
    assert "Vinieron todos" in later
    id = re.search(r'name="id" value="(\d+)"', later)[1]
    assert profe.post("avance/avance-1/done", {"id": id}).status_code == 303
    assert "Repasar" not in profe.get("avance/avance-1").text.partition("Anotar")[0]
    assert "Cumplido" in profe.get("avance/feedback-1").text


def test_a_note_about_a_student_is_on_their_page_alone(sign_in):
    profe = sign_in("profe")
    answer = profe.post("avance/avance-1/notes", {"kind": "note", "text": "Pidió ayuda", "user": "ana"})
    assert answer.headers["Location"] == "/services/autograder/avance/avance-1/student/ana#notes"
    assert "Pidió ayuda" in profe.get("avance/avance-1/student/ana").text
    assert "Pidió ayuda" not in profe.get("avance/avance-1/student/beto").text
    assert "Pidió ayuda" not in profe.get("avance/avance-1").text
    assert profe.post("avance/avance-1/notes", {"text": "x", "user": "nobody"}).status_code == 404
    assert profe.post("avance/avance-1/notes", {"text": "  "}).status_code == 409


def test_notes_need_the_token(sign_in):
    profe = sign_in("profe")
    profe.get("avance/avance-1")
    assert profe.bare_post("avance/avance-1/notes", {"text": "x"}).status_code == 403
    assert profe.bare_post("queue/retry", {"attempt": "1"}).status_code == 403


def test_a_report_is_paper_and_a_sheet(sign_in):
    profe = sign_in("profe")
    paper = profe.get("avance/feedback-1.pdf")
    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-")
    sheet = profe.get("avance/feedback-1.csv?bom=1")
    assert sheet.content.startswith(b"\xef\xbb\xbf")
    assert 'filename="2026-2-feedback-1.csv"' in sheet.headers["Content-Disposition"]


def test_exports_have_everybody(sign_in):
    profe = sign_in("profe")
    rows = list(csv.DictReader(io.StringIO(profe.get("export/grades.csv?lab=lab1").content.decode())))
    assert {row["name"] for row in rows} == {"Quispe Mamani, Ana", "Ñahui, Beto", "Ríos, Caro"}
    assert len(json.loads(profe.get("export/grades.json").text)["grades"]) == 6


def test_the_queue_shows_who_waits_and_a_failure_can_be_tried_again(sign_in, services):
    profe, queue = sign_in("profe"), services.queue
    ana, caro = (services.gradebook.receive(who, "lab2", who.encode(), NOW) for who in ("ana", "caro"))
    queue.put(ana.id, NOW)
    queue.put(caro.id, NOW)
    page = profe.get("queue").text
    assert page.index("Quispe Mamani, Ana") < page.index("Ríos, Caro")
    queue.finish(queue.lease("w", NOW), "w", NOW, internal="the jail <broke>")
    page = profe.get("queue").text
    assert "the jail &lt;broke&gt;" in page
    assert "Volver a calificar" in page
    assert profe.post("queue/retry", {"attempt": str(ana.id)}, seen="queue").status_code == 303
    assert queue.find(ana.id).state is JobState.QUEUED
    assert profe.post("queue/retry", {"attempt": str(ana.id)}).status_code == 404


def test_the_queue_says_when_it_moved(address):
    with requests.get(f"{address}queue/events", headers={"X-Test-User": "profe"}, stream=True, timeout=10) as events:
        assert events.headers["Content-Type"].startswith("text/event-stream")
        told = next(line for line in events.iter_lines() if line.startswith(b"data: "))
        assert json.loads(told.removeprefix(b"data: "))["queued"] == 0


def test_behind_a_proxy_that_may_not_stream_the_queue_is_told_once(address):
    headers = {"X-Test-User": "profe", "X-Forwarded-For": "10.0.0.1"}
    answer = requests.get(f"{address}queue/events", headers=headers, timeout=10)
    assert answer.text.startswith("retry: 2000\ndata: {")


@pytest.fixture(scope="module")
def weighed(tmp_path_factory) -> dict[int, dict[str, tuple[int, int]]]:
    """Return for two sizes of a cohort how many queries each page takes, warm, and what it weighs."""
    found: dict[int, dict[str, tuple[int, int]]] = {}
    for students in (8, 130):
        crowd = Crowd(students=students, labs=("lab1", "lab2"), attempts=2)
        folder: Path = tmp_path_factory.mktemp(f"crowd{students}")
        with crowd_services(folder, crowd, NOW) as services, serving(services) as address:
            browsers = {user: browser_of(user) for user in ("profe", STUDENT)}
            session = services.cohort().sessions[-1].id
            found[students] = {}
            for name, (user, path) in pages_of(crowd, session).items():
                browsers[user].get(address + path, timeout=60).raise_for_status()
                with counted(services.gradebook.engine) as seen:
                    answer = browsers[user].get(address + path, timeout=60)
                found[students][name] = (len(seen), len(answer.content))
    return found


def test_a_page_takes_as_many_queries_for_a_big_cohort_as_for_a_small_one(weighed):
    small, big = ({name: queries for name, (queries, _) in weighed[students].items()} for students in (8, 130))
    assert small == big
    assert max(big.values()) <= 20


def test_a_page_of_a_big_cohort_stays_light(weighed):
    assert all(weight < LIMIT_BYTES for name, (_, weight) in weighed[130].items() if name not in FILES)


def test_a_column_sorts_one_way_and_then_the_other(sign_in):
    profe = sign_in("profe")
    page = profe.get("cohort?lab=lab1").text
    assert 'aria-sort="ascending"' in page
    down = re.search(r'href="[^"]*(cohort\?lab=lab1&amp;order=score&amp;down=1)"', page)[1].replace("&amp;", "&")
    page = profe.get(down).text
    assert 'aria-sort="descending"' in page
    assert page.index("Quispe Mamani, Ana") < page.index("Ñahui, Beto") < page.index("Ríos, Caro")
    assert re.search(r'href="[^"]*cohort\?lab=lab1&amp;order=score"', page)


@pytest.mark.parametrize("bare", ["people", "labs", "sessions"])
def test_a_cohort_that_is_not_written_yet_breaks_no_page(services, bare):
    cohort = services.cohort()
    staff = tuple(person for person in cohort.people if person.role.staff)
    emptier = replace(cohort, **{bare: staff if bare == "people" else ()})
    watch = Watch(services.gradebook.engine, lambda: emptier)
    with serving(replace(services, cohort=lambda: emptier, watch=watch)) as address:
        for path in (
            "cohort",
            "cohort?lab=lab1",
            "questions",
            "avance",
            "queue",
            "export/grades.csv",
            "avance/avance-1",
        ):
            answer = requests.get(address + path, headers={"X-Test-User": "profe"}, timeout=20)
            assert answer.status_code == (404 if (path, bare) == (REPORT, "sessions") else 200), path
