"""A notebook handed in from a browser, watched until it is graded, with and without scripts."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from autograder.web.services import Services
from tests.web.conftest import make_bundle, make_graded

pytestmark = pytest.mark.browser


def grade(services: Services) -> None:
    job = services.queue.lease("w", services.clock())
    assert job is not None
    attempt = next(one for one in services.gradebook.attempts() if one.id == job.attempt)
    content = services.gradebook.submission(attempt)
    services.gradebook.record(attempt, make_graded(make_bundle(job.lab), content), services.clock())
    services.queue.finish(job, "w", services.clock())


@pytest.mark.parametrize(
    ("scripts", "proxy"),
    [(True, {}), (True, {"X-Forwarded-For": "10.0.0.1"}), (False, {})],
    ids=["streamed", "asked again", "without scripts"],
)
def test_a_student_hands_in_and_sees_the_grade_come(
    browser: Browser, address: str, services: Services, tmp_path: Path, scripts: bool, proxy: dict[str, str]
) -> None:
    notebook = tmp_path / "lab2.ipynb"
    notebook.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    context = browser.new_context(
        java_script_enabled=scripts, locale="es-PE", extra_http_headers={"X-Test-User": "caro", **proxy}
    )
    page = context.new_page()
    page.goto(f"{address}submit/lab2")
    page.get_by_label("Tu cuaderno").set_input_files(notebook)
    page.get_by_role("button", name="Entregar").click()
    expect(page.get_by_role("heading", name="Intento 1")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("En la cola: lugar 1")
    grade(services)
    expect(page.get_by_role("status")).to_contain_text("Calificado", timeout=12_000)
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("Ríos, Caro")).to_be_visible()
    if scripts:  # the frame is as high as what is in it
        inside = frame.locator("html").evaluate("html => html.offsetHeight")
        expect(page.locator("iframe")).to_have_js_property("clientHeight", inside, timeout=3000)
    context.close()
