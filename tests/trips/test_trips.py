"""Whole trips in real browsers on a real hub: an instructor releases, a student hands in, each sees what is theirs.

The fixtures are the trips' steps, each made once; the tests say what must have come of them.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import expect
from sqlalchemy import create_engine, text

from autograder.authoring.release import derive
from autograder.course.read import read_course

pytestmark = [
    pytest.mark.browser,
    pytest.mark.jail,
    pytest.mark.tensorflow,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]

WAIT = 180_000  # milliseconds: a machine of two cores that does everything at once


@pytest.fixture(scope="module")
def released(profe) -> None:
    """Press *Publicar* and wait until the lab has an edition."""
    profe.ours("releases")
    profe.page.locator("form[action$='releases/lab2/publish'] button").click()
    expect(profe.page.locator("section", has=profe.page.locator("#lab-lab2")).locator("code")).to_be_visible(
        timeout=WAIT
    )
    profe.shot("publicar")


@pytest.fixture(scope="module")
def fetched(ana, released) -> None:
    """Fetch the lab in JupyterLab's Assignment List, and answer it with the author's own solution."""
    open_list(ana)
    fetch = ana.page.locator("#released_assignments_list .list_item", has_text="lab2").get_by_role("button")
    expect(ana.page.locator("#released_assignments_list")).to_contain_text("vence")
    fetch.click()
    expect(ana.page.locator("#fetched_assignments_list")).to_contain_text("lab2", timeout=WAIT)
    ana.shot("lista")


@pytest.fixture(scope="module")
def answered(ana, fetched, course) -> None:
    """Answer the questions: what a student types, put into the notebook through JupyterLab's own file service."""
    notebook = derive(
        read_course(course / "course.toml").source(read_course(course / "course.toml").lab("lab2")), course
    )
    solution = json.loads(json.dumps(notebook.solution))
    ana.page.evaluate(
        """async ([url, content]) => {
            const xsrf = document.cookie.match(/_xsrf=([^;]+)/)[1];
            const answer = await fetch(url, {
                method: "PUT", headers: {"Content-Type": "application/json", "X-XSRFToken": xsrf},
                body: JSON.stringify({type: "notebook", format: "json", content}),
            });
            if (!answer.ok) throw new Error(await answer.text());
        }""",
        [f"{ana.hub.url}/user/ana/api/contents/lab2/lab2.ipynb", solution],
    )


@pytest.fixture(scope="module")
def validated(ana, answered) -> str:
    """Press *Validate* beside the fetched notebook; return what it says."""
    open_list(ana)
    fetched = ana.page.locator("#fetched_assignments_list")
    fetched.locator("a", has_text="lab2").first.click()
    fetched.get_by_role("button", name="Validate").click()
    dialog = ana.page.locator(".jp-Dialog, .modal.in").last
    dialog.wait_for(timeout=WAIT)
    said = dialog.inner_text()
    ana.shot("validar")
    ana.page.keyboard.press("Escape")
    return said


@pytest.fixture(scope="module")
def handed_in(ana, validated) -> None:
    """Press *Submit* and wait for the receipt in the list."""
    open_list(ana)
    ana.page.locator("#fetched_assignments_list").get_by_role("button", name="Submit").click()
    expect(ana.page.locator("#submitted_assignments_list")).to_contain_text("intento 1", timeout=WAIT)
    ana.shot("entregado")


@pytest.fixture(scope="module")
def graded(ana, handed_in) -> None:
    """Watch the attempt's page until the grade is there: nobody reloads it."""
    ana.ours("attempts/lab2/1")
    frame(ana, "18").wait_for(timeout=WAIT)
    ana.shot("calificado")


def in_formgrader(somebody) -> bool:
    somebody.lab("formgrader/gradebook/lab2/lab2")
    expect(somebody.page.locator("tbody")).not_to_contain_text("Loading", timeout=WAIT)
    return bool(somebody.page.locator("tbody a:visible").count())


def open_list(somebody) -> None:
    somebody.lab("lab")
    somebody.page.locator(".lm-MenuBar-itemLabel", has_text="Nbgrader").click()
    somebody.page.locator(".lm-Menu-itemLabel", has_text="Assignment").first.click()
    expect(somebody.page.locator("#submitted_assignments_list_loading")).to_be_hidden(timeout=WAIT)
    expect(somebody.page.locator("#released_assignments_list_loading")).to_be_hidden(timeout=WAIT)


def frame(somebody, score: str) -> Any:
    """The feedback, wherever on the attempt's page it is, that shows ``score``."""
    return somebody.page.frame_locator("iframe").get_by_text(re.compile(rf"\b{score}\b")).first


def test_validating_says_that_the_visible_tests_pass(validated):
    assert re.search(r"passes all the tests|Success", validated), validated


def test_the_grade_comes_to_the_open_page_by_itself(graded, ana):
    expect(ana.page.locator("main")).to_contain_text("Calificado")
    expect(ana.page.locator("main")).to_contain_text(re.compile(r"18\s*/\s*20"))


def test_feedback_is_fetched_in_jupyterlab(graded, ana):
    open_list(ana)
    submitted = ana.page.locator("#submitted_assignments_list")
    submitted.get_by_role("button", name="Fetch Feedback").click()
    expect(submitted.get_by_text("view feedback").first).to_be_visible(timeout=WAIT)
    ana.shot("retroalimentacion")


def test_the_students_path_shows_the_best_score_and_what_is_left(graded, ana):
    ana.ours()
    expect(ana.page.locator("main")).to_contain_text("18")
    ana.shot("mi-ruta")


@pytest.fixture(scope="module")
def graded_by_hand(graded, profe) -> None:
    """Give full points in formgrader to the answer that a person must read."""
    until(lambda: in_formgrader(profe))  # the mirror tells nbgrader's gradebook a moment after the grade is there
    profe.page.locator("tbody a:visible").first.click()
    profe.page.wait_for_load_state("networkidle")
    by_hand = profe.page.locator("input.score").last  # the question that a person reads is the lab's last
    by_hand.scroll_into_view_if_needed(timeout=WAIT)
    by_hand.fill("2")
    by_hand.press("Tab")
    profe.page.wait_for_timeout(2000)  # formgrader saves when a field is left, and says so for a moment only
    profe.shot("formgrader")


def test_points_given_in_formgrader_reach_the_student_with_the_feedback(graded_by_hand, profe, ana):
    profe.ours("releases")
    switch = profe.page.locator("form[action$='releases/lab2/feedback'] button")
    if switch.get_attribute("value") == "hold":
        switch.click()
    profe.page.locator("form[action$='releases/lab2/feedback'] button[value=open]").click()
    profe.shot("soltar")
    ana.ours()
    expect(ana.page.locator("main")).to_contain_text("20 de 20", timeout=WAIT)
    ana.shot("veinte")


def test_the_instructor_sees_the_student_in_the_cohort_and_opens_the_attempt(graded, profe):
    profe.ours("cohort")
    expect(profe.page.locator("main")).to_contain_text("Quispe Mamani, Ana")
    profe.shot("cohorte")
    assert profe.ours("attempts/ana/lab2/1").status == 200


PAGES = (
    "attempts/ana/lab2/1",
    "attempts/ana/lab2/1/feedback",
    "attempts/lab2/1",
    "cohort",
    "questions",
    "avance",
    "queue",
    "actions",
    "messages",
    "releases",
    "export/grades.csv",
)


def test_another_student_gets_no_page_of_the_firsts_and_none_of_the_staffs(graded, beto):
    answers = {path: beto.ours(path).status for path in PAGES}
    assert {path: status for path, status in answers.items() if status not in (403, 404)} == {}
    beto.ours()
    expect(beto.page.locator("body")).not_to_contain_text("Quispe")
    beto.shot("mi-ruta")


def test_another_student_reaches_nothing_of_the_firsts_server_nor_of_formgrader(graded, beto):
    theirs = [f"{beto.hub.url}/user/ana/{path}" for path in ("api/contents", "files/lab2/lab2.ipynb", "api/kernels")]
    own = [f"{beto.hub.url}/user/beto/{path}" for path in ("formgrader", "formgrader/gradebook", "create_assignment")]
    statuses = {url: beto.page.request.get(url, max_redirects=0).status for url in theirs + own}
    assert {url for url, status in statuses.items() if status == 200} == set()
    assert {statuses[url] for url in own} == {404}


LOOK = """
import os
from pathlib import Path
print([home.name for home in Path.home().parent.iterdir() if "ana" in home.name])
print([p for p in ("{course}/source", "{course}/var/autograder.db", "{course}/var/objects") if os.path.exists(p)])
print([k for k in os.environ if "SECRET" in k or k == "CONFIGPROXY_AUTH_TOKEN"])
"""


def test_another_students_code_sees_no_home_but_its_own_and_nothing_of_the_course(graded, beto, hub, course):
    person = hub.sign_in("beto")
    printed = person.run(LOOK.replace("{course}", str(course))).printed.splitlines()
    assert printed == ["[]", "[]", "[]"]


def children(pid: int) -> dict[int, str]:
    listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()[1:]]
    found, new = {}, {pid}
    while new:
        fresh = {int(row[0]): row[2] for row in rows if int(row[1]) in new}
        found |= fresh
        new = set(fresh)
    return found


def attempts_of(course: Path, student: str) -> list[tuple[int, int]]:
    """Number and count of runs with a score, of each attempt."""
    engine = create_engine(f"sqlite:///{course / 'var' / 'autograder.db'}")
    query = """select attempts.number, count(runs.score) from attempts join students on students.id = student_id
               left join runs on runs.attempt_id = attempts.id where students.name = :name group by attempts.id"""
    try:
        with engine.connect() as connection:
            return [(row[0], row[1]) for row in connection.execute(text(query), {"name": student})]
    finally:
        engine.dispose()


def hand_in(hub, course: Path, user: str, mark: str) -> None:
    """Hand the release in, told apart by a word in an answer, over HTTP as the nbgrader command does."""
    person = hub.sign_in(user)
    read = read_course(course / "course.toml")
    notebook = json.loads(json.dumps(derive(read.source(read.lab("lab2")), course).release))
    next(cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("solution"))["source"] = mark
    answer = requests.post(
        f"{hub.url}/services/autograder/api/labs/lab2/attempts",
        data=json.dumps(notebook).encode(),
        headers={"Authorization": f"token {person.token()}"},
        timeout=60,
    )
    assert answer.status_code == 201, answer.text


def until(true: Callable[[], bool], seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.5)


def answers(hub) -> bool:
    try:
        return requests.get(f"{hub.url}/services/autograder/health", timeout=5).ok
    except requests.ConnectionError:
        return False


@pytest.mark.parametrize("part", ["autograder.cli.worker", "autograder.cli service", "autograder.hub.proxy"])
def test_a_submission_outlives_the_death_of(part, released, hub, course):
    hand_in(hub, course, "beto", f"# {part}")
    before = attempts_of(course, "beto")
    victims = [pid for pid, line in children(hub.pid).items() if part in line]
    assert victims, children(hub.pid)
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    until(lambda: all(graded == 1 for _, graded in attempts_of(course, "beto")))
    assert [number for number, _ in attempts_of(course, "beto")] == [number for number, _ in before]
    until(lambda: answers(hub))


def test_a_submission_outlives_the_hub(released, hub, course):
    hand_in(hub, course, "beto", "# el hub")
    hub.kill()
    hub.start()
    until(lambda: all(graded == 1 for _, graded in attempts_of(course, "beto")))
