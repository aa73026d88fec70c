"""Every page in Chromium: on a phone and on a desktop, in the dark and the light, by keyboard, and through axe.

Screenshots go to ``artefacts/``: look at them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from autograder.cohort.desk import Act
from autograder.cohort.reviews import NoteKind, add_note
from autograder.web.services import Services
from benchmarks.crowd import Crowd
from benchmarks.crowd_service import COOKIE, crowd_services, notebook, serving

pytestmark = pytest.mark.browser

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
BAD = ("serious", "critical")
ME = "alumno003"
NOW = datetime.now(UTC).replace(microsecond=0)

STAFF = {
    "cohort": "cohort",
    "cohort-lab": "cohort?lab=lab1",
    "questions": "questions?lab=lab1",
    "question": "questions/lab1/pregunta-8",
    "sessions": "avance",
    "avance": "avance/avance-1",
    "avance-student": f"avance/avance-1/student/{ME}",
    "queue": "queue",
    "person": f"students/{ME}",
    "attempt-staff": f"attempts/{ME}/lab1/1",
    "calendar-staff": "calendar",
    "messages": "messages",
    "actions": "actions",
    "actions-audit": "actions/audit",
    "actions-extension": "actions/extension",
    "actions-override": "actions/override",
    "actions-policy": "actions/policy",
    "actions-dates": "actions/dates/lab2",
    "actions-regrade": "actions/regrade",
    "grading": "grading",
    "releases": "releases",
    "missing": "nothing-here",
}
STUDENT = {
    "route": "",
    "attempt": "attempts/lab1/1",
    "lab": "labs/lab2",
    "solution": "labs/lab1/solution",
    "submit": "submit/lab2",
    "calendar": "calendar",
    "about": "about",
    "forbidden": "cohort",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A running application with a small crowd in it."""

    address: str
    services: Services


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Site]:  # noqa: ARG001 (skips early)
    crowd = Crowd(students=11, labs=("lab1", "lab2"), attempts=3)
    folder: Path = tmp_path_factory.mktemp("crowd")
    with crowd_services(folder, crowd, NOW, bytes_too=True) as services:
        furnish(services)
        with serving(services) as address:
            yield Site(address=address, services=services)


def furnish(services: Services) -> None:
    """Give the pages something to show: an agreement, a message, a queue."""
    act = Act(actor="profe", at=NOW - timedelta(days=3), reason="", cohort=services.cohort().slug)
    with services.desk.writing() as session:
        text = "Repasar juntos la convolución antes del domingo."
        add_note(session, act, review="feedback-1", user="", kind=NoteKind.AGREEMENT, text=text)
        add_note(session, act, review="feedback-1", user=ME, kind=NoteKind.NOTE, text="Le cuesta leer formas.")
    for who, old in (("alumno001", 40), ("alumno002", 31), (ME, 3), ("alumno005", 2)):
        attempt = services.gradebook.receive(who, "lab2", f"{who} {old}".encode(), NOW - timedelta(seconds=old))
        services.queue.put(attempt.id, NOW - timedelta(seconds=old))
    services.queue.finish(services.queue.lease("w1", NOW), "w1", NOW, internal="OSError: no space left on device")
    services.queue.lease("w1", NOW - timedelta(seconds=9))


@pytest.fixture(scope="module")
def people(browser: Browser, site: Site) -> Iterator[dict[str, Page]]:
    """Return a page signed in as each of two people, that remembers what went wrong in it."""
    found: dict[str, Page] = {}
    for user in ("profe", ME):
        context = browser.new_context(
            viewport=DESKTOP, locale="es-PE", timezone_id="America/Lima", reduced_motion="reduce"
        )
        context.add_cookies([{"name": COOKIE, "value": user, "url": site.address}])
        found[user] = context.new_page()
    yield found
    for page in found.values():
        page.context.close()


CASES = [pytest.param("profe", name, path, id=name) for name, path in STAFF.items()]
CASES += [pytest.param(ME, name, path, id=name) for name, path in STUDENT.items()]


@pytest.mark.parametrize(("user", "name", "path"), CASES)
def test_a_page_is_for_everybody(
    people: dict[str, Page], site: Site, artefacts: Path, user: str, name: str, path: str
) -> None:
    page = people[user]
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if refused(message.text) else None)
    for size, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme="light")
        page.goto(site.address + path, wait_until="load")
        page.wait_for_timeout(60)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], "it scrolls sideways"
        page.screenshot(path=artefacts / f"{name}-{size}.png", full_page=True)
        if size == "desktop":
            assert barriers(page) == []
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=artefacts / f"{name}-dark.png", full_page=True)
    assert barriers(page, {"runOnly": ["color-contrast"]}) == []
    assert troubles == []


def refused(text: str) -> bool:
    """Return whether the browser says that it would not do something of ours."""
    return "Content Security Policy" in text or "Refused" in text


def barriers(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    """Return what axe finds that would keep somebody out."""
    found = Axe().run(page, options={"resultTypes": ["violations"]} | (options or {}))
    return [
        f"{one['id']}: {one['help']} in {one['nodes'][0]['html'][:200]} ({one['nodes'][0].get('failureSummary', '')})"
        for one in found.response["violations"]
        if one["impact"] in BAD
    ]


@pytest.fixture
def profe(people: dict[str, Page]) -> Page:
    page = people["profe"]
    page.set_viewport_size(DESKTOP)
    page.emulate_media(color_scheme="light")
    return page


def test_the_heat_map_filters_as_one_types_and_keeps_its_address(profe: Page, site: Site) -> None:
    profe.goto(f"{site.address}cohort?lab=lab1")
    expect(profe.get_by_role("button", name="Ver", exact=True)).to_be_hidden()
    profe.evaluate("window.sameDocument = true")
    name = profe.locator("table.heat tbody th").first.inner_text().split(",")[0].split()[0]
    profe.get_by_label("Buscar").fill(name.lower())
    expect(profe.locator("table.heat tbody tr").first).to_contain_text(name)
    expect(profe).to_have_url(re.compile(rf"search={name.lower()}|search="))
    everybody = len(site.services.cohort().students)
    assert profe.locator("table.heat tbody tr").count() < everybody
    profe.get_by_label("Buscar").fill("")
    expect(profe.locator("table.heat tbody tr")).to_have_count(everybody)
    profe.get_by_label("Mostrar").select_option("complete")
    expect(profe).to_have_url(re.compile("show=complete"))
    assert profe.evaluate("window.sameDocument"), "the page was not loaded again"


def test_a_square_opens_its_attempt(profe: Page, site: Site) -> None:
    profe.goto(f"{site.address}cohort?lab=lab1")
    row = profe.locator("tr[data-row]").first
    row.locator("td.l4, td.l0, td.lt").first.click()
    expect(profe).to_have_url(re.compile("/attempts/alumno"))


def test_without_a_script_the_form_still_filters(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False, locale="es-PE")
    context.add_cookies([{"name": COOKIE, "value": "profe", "url": site.address}])
    page = context.new_page()
    page.goto(f"{site.address}cohort?lab=lab1")
    page.get_by_label("Mostrar").select_option("complete")
    page.get_by_role("button", name="Ver", exact=True).click()
    assert "show=complete" in page.url
    context.close()


def test_the_keyboard_reaches_the_content_and_what_it_holds(profe: Page, site: Site) -> None:
    profe.goto(f"{site.address}cohort?lab=lab1")
    profe.keyboard.press("Tab")
    assert profe.evaluate("document.activeElement.className") == "skip"
    profe.keyboard.press("Enter")
    assert profe.evaluate("document.activeElement.id") == "content"
    seen = []
    for _ in range(60):
        profe.keyboard.press("Tab")
        seen.append(profe.evaluate("document.activeElement.href || document.activeElement.name || ''"))
        shown = profe.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert shown != "none", "what has the focus can be seen"
        if "/attempts/" in seen[-1]:
            break
    assert "search" in seen
    assert any("/attempts/" in one for one in seen)


def test_an_agreement_is_written_down_and_kept(profe: Page, site: Site) -> None:
    profe.goto(f"{site.address}avance/avance-1")
    expect(profe.locator("#notes")).to_contain_text("Repasar juntos la convolución")
    profe.get_by_label("Anotar").fill("Traer un kernel propio")
    profe.get_by_role("radio", name="Acuerdo").check()
    profe.get_by_role("button", name="Guardar").click()
    expect(profe.locator("#notes")).to_contain_text("Traer un kernel propio")
    profe.get_by_role("button", name=re.compile("Cumplido ?: Traer un kernel")).click()
    expect(profe.locator("#notes li.done")).to_contain_text("Traer un kernel propio")


def test_the_queue_moves_by_itself(profe: Page, site: Site) -> None:
    queue, clock = site.services.queue, site.services.clock
    profe.goto(f"{site.address}queue")
    expect(profe.locator("#live")).to_be_visible()
    before = profe.locator("#board table tbody tr").count()
    attempt = site.services.gradebook.receive("alumno009", "lab2", b"one more", clock())
    queue.put(attempt.id, clock())
    expect(profe.locator("#board table tbody tr")).to_have_count(before + 1, timeout=8000)


def test_a_failure_of_ours_is_tried_again(profe: Page, site: Site) -> None:
    profe.goto(f"{site.address}queue")
    expect(profe.get_by_text("no space left on device")).to_be_visible()
    profe.get_by_role("button", name=re.compile("Volver a calificar")).click()
    expect(profe.get_by_text("no space left on device")).to_be_hidden()
    assert not site.services.queue.given_up()


def test_a_chart_has_its_numbers_beside_it(profe: Page, site: Site) -> None:
    profe.goto(f"{site.address}questions?lab=lab1")
    picture = profe.get_by_role("img", name="Distribución de notas")
    expect(picture).to_have_accessible_description(re.compile(r"\d+ estudiantes"))
    profe.get_by_text("Ver los números").first.click()
    total = sum(int(text) for text in profe.locator("figure.chart").first.locator("td").all_inner_texts())
    assert total == int(re.search(r"(\d+) estudiantes", profe.locator("#grades-says").inner_text())[1])


def test_a_report_prints_without_what_is_for_the_screen(profe: Page, site: Site, artefacts: Path) -> None:
    profe.goto(f"{site.address}avance/avance-1")
    profe.emulate_media(media="print")
    expect(profe.get_by_role("heading", name="Todos")).to_be_visible()
    expect(profe.locator(".note-form")).to_be_hidden()
    expect(profe.locator("nav.nav")).to_be_hidden()
    profe.pdf(path=artefacts / "avance-print.pdf")
    profe.emulate_media(media="screen")


def test_english_is_one_press_away_and_stays(profe: Page, site: Site) -> None:
    profe.goto(f"{site.address}cohort")
    profe.get_by_role("button", name="English").click()
    expect(profe.get_by_role("heading", level=1)).to_have_text("Cohort")
    profe.goto(f"{site.address}queue")
    expect(profe.get_by_role("heading", level=1)).to_have_text("Submissions")
    profe.get_by_role("button", name="Español").click()
    expect(profe.get_by_role("heading", level=1)).to_have_text("Entregas")


def as_me(people: dict[str, Page], site: Site, path: str = "") -> Page:
    page = people[ME]
    page.set_viewport_size(PHONE)
    page.goto(site.address + path)
    return page


def test_an_extension_moves_the_date_that_the_student_sees(people: dict[str, Page], profe: Page, site: Site) -> None:
    expect(as_me(people, site).get_by_text("Con prórroga").first).to_be_hidden()
    profe.goto(f"{site.address}actions/extension")
    profe.get_by_label("Estudiante").select_option(ME)
    profe.get_by_label("Laboratorio").select_option("lab2")
    due = site.services.cohort().dates("lab2").due + timedelta(days=4)
    profe.get_by_label("Nueva fecha de entrega").fill(f"{due:%Y-%m-%dT%H:%M}")
    profe.get_by_label("Motivo").fill("Estuvo enferma")
    profe.get_by_role("button", name="Dar la prórroga").click()
    for path in ("", "calendar"):
        expect(as_me(people, site, path).get_by_text("Con prórroga").first).to_be_visible()
    profe.goto(f"{site.address}cohort?lab=lab2")
    row = profe.get_by_role("row", name=re.compile(re.escape(site.services.cohort().person(ME).name)))
    expect(row).to_contain_text("prórroga")


def test_a_grade_is_set_after_a_second_look_and_says_so(people: dict[str, Page], profe: Page, site: Site) -> None:
    profe.goto(f"{site.address}actions/override")
    profe.get_by_label("Estudiante").select_option(ME)
    profe.get_by_label("Laboratorio").select_option("lab1")
    profe.get_by_label("Nota").fill("18.5")
    profe.get_by_label("Motivo").fill("Lo defendió en clase")
    profe.get_by_role("button", name="Revisar antes de hacerlo").click()
    profe.get_by_role("button", name="Poner la nota").click()
    expect(as_me(people, site).get_by_text("18.5").first).to_be_visible()
    profe.goto(f"{site.address}cohort?lab=lab1")
    row = profe.get_by_role("row", name=re.compile(re.escape(site.services.cohort().person(ME).name)))
    expect(row).to_contain_text("nota fijada")
    expect(row).to_contain_text("18.5")


def test_rules_change_after_showing_whose_grades_move(profe: Page, site: Site) -> None:
    profe.goto(f"{site.address}actions/policy")
    profe.get_by_label(re.compile("Días de atraso sin costo")).fill("0")
    profe.get_by_label("Motivo").fill("Se acordó en la sesión")
    profe.get_by_role("button", name="Revisar antes de hacerlo").click()
    assert site.services.cohort().policy.free_days == 2, "nothing is done before the second press"
    profe.get_by_role("button", name="Cambiar las reglas").click()
    assert site.services.cohort().policy.free_days == 0


def test_a_message_reaches_its_student(people: dict[str, Page], profe: Page, site: Site) -> None:
    profe.goto(f"{site.address}messages")
    profe.get_by_label("Para").select_option(f"user:{ME}")
    profe.get_by_label("Asunto").fill("El domingo a las 8")
    profe.get_by_label("Mensaje", exact=True).fill("Trae tu kernel.")
    profe.get_by_role("button", name="Revisar antes de hacerlo").click()
    profe.locator("button[name=confirm]").click()
    mine = as_me(people, site)
    expect(mine.get_by_text("Trae tu kernel.")).to_be_visible()
    mine.get_by_role("button", name=re.compile("Marcar como leído")).click()
    expect(mine.get_by_text("Trae tu kernel.")).to_be_hidden()


def test_feedback_that_is_held_back_is_not_seen(people: dict[str, Page], profe: Page, site: Site) -> None:
    path = "attempts/lab1/1"
    expect(as_me(people, site, path).locator("iframe")).to_be_visible()
    profe.goto(f"{site.address}releases")
    profe.get_by_role("button", name=re.compile("Retener notas.*1")).click()
    expect(as_me(people, site, path).locator("iframe")).to_have_count(0)
    profe.goto(f"{site.address}releases")
    profe.locator("section", has=profe.get_by_role("heading", name=re.compile("1"))).locator(
        "form[action$='/lab1/feedback'] button"
    ).click()
    expect(as_me(people, site, path).locator("iframe")).to_be_visible()


def test_a_calendar_link_is_made_works_without_signing_in_and_is_revoked(people: dict[str, Page], site: Site) -> None:
    mine = as_me(people, site, "calendar")
    mine.get_by_role("button", name="Crear mi enlace").click()
    link = mine.locator("#address").input_value()
    path = link.partition("/services/autograder/")[2]
    answer = requests.get(site.address + path, timeout=10)
    assert answer.text.startswith("BEGIN:VCALENDAR")
    mine.locator("button.cal-close").click()
    assert requests.get(site.address + path, timeout=10).status_code == 404


def test_a_notebook_is_handed_in_from_a_phone(people: dict[str, Page], site: Site, tmp_path: Path) -> None:
    file = tmp_path / "lab2.ipynb"
    file.write_bytes(notebook(Crowd(), "yo", 99))
    mine = as_me(people, site, "submit/lab2")
    mine.locator("input[type=file]").set_input_files(file)
    mine.get_by_role("button", name="Entregar").click()
    expect(mine).to_have_url(re.compile(r"/attempts/lab2/\d+$"))
    expect(mine.get_by_text("Guardado")).to_be_visible()


def test_the_trail_remembers_who_did_what_and_why(profe: Page, site: Site) -> None:
    profe.goto(f"{site.address}actions/audit")
    for reason in ("Estuvo enferma", "Lo defendió en clase", "Se acordó en la sesión"):
        expect(profe.get_by_text(reason).first).to_be_visible()
