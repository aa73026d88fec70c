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
    expect(profe.page.locator("section", has=profe.page.locator("#lab-lab2")).locator("code")).to_be_visible(timeout=WAIT)
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
    notebook = derive(read_course(course / "course.toml").source(read_course(course / "course.toml").lab("lab2")), course)
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
        [f"{ana.hub.url}/user/ana/api/contents/{notebook_path(ana)}", solution],
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


def open_list(somebody) -> None:
    somebody.lab("lab")
    somebody.page.locator(".lm-MenuBar-itemLabel", has_text="Nbgrader").click()
    somebody.page.locator(".lm-Menu-itemLabel", has_text="Assignment").first.click()
    expect(somebody.page.locator("#submitted_assignments_list_loading")).to_be_hidden(timeout=WAIT)
    expect(somebody.page.locator("#released_assignments_list_loading")).to_be_hidden(timeout=WAIT)


def notebook_path(somebody) -> str:
    return "vision/lab2/lab2.ipynb" if in_course_folder(somebody) else "lab2/lab2.ipynb"


def in_course_folder(somebody) -> bool:
    answer = somebody.page.request.get(f"{somebody.hub.url}/user/{somebody.user}/api/contents/vision/lab2/lab2.ipynb")
    return bool(answer.ok)


def frame(somebody, score: str) -> Any:
    """The feedback, wherever on the attempt's page it is, that shows ``score``."""
    return somebody.page.frame_locator("iframe").get_by_text(re.compile(rf"\b{score}\b")).first


def test_validating_says_that_the_visible_tests_pass(validated):
    assert re.search(r"passes all the tests|Success", validated), validated


def test_the_grade_comes_to_the_open_page_by_itself(graded, ana):
    expect(ana.page.locator("body")).to_contain_text("Laboratorio 2")


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
