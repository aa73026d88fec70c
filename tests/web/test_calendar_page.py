"""The calendar as a page and as a feed: one's own dates, behind a link that can be taken back."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
import requests
from icalendar import Calendar

from autograder.cohort.decisions import grant_extension, revoke_extension
from autograder.cohort.desk import Act


@pytest.fixture
def act(services):
    at = services.clock() + timedelta(days=3650)  # later than the file of the cohort was written
    return Act(actor="profe", at=at, reason="Estuvo enferma.", cohort=services.cohort().slug)


def make_link(visitor) -> str:
    assert visitor.post("calendar/link", {"do": "open"}, seen="calendar").status_code == 303
    found = re.search(r'id="address"[^>]*value="([^"]+)"', visitor.get("calendar").text)
    assert found is not None
    return html.unescape(found[1])


def entries(content: bytes) -> dict[str, object]:
    return {str(entry["uid"]): entry for entry in Calendar.from_ical(content).walk("VEVENT")}


def test_the_month_and_the_list_show_meetings_and_due_dates(sign_in):
    page = sign_in("ana").get("calendar").text
    for words in (
        "octubre 2026",
        "Avance 1",
        "Sesión de feedback 1",
        "Entrega: Laboratorio 2",
        "Presentas tu avance en",
    ):
        assert words in page
    assert 'aria-current="date">15<' in page
    assert "month=2026-09" in page
    november = sign_in("ana").get("calendar?month=2026-11").text
    assert "noviembre 2026" in november
    assert "month=2026-12" in november
    assert "octubre 2026" in sign_in("ana").get("calendar?month=<script>").text


def test_staff_have_a_calendar_too(sign_in):
    assert "Avance 1" in sign_in("profe").get("calendar").text


def test_a_link_opens_the_calendar_without_signing_in_until_it_is_taken_back(sign_in):
    ana = sign_in("ana")
    link = make_link(ana)
    answer = requests.get(link, timeout=10)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert "session-avance-1.2026-2@autograder" in entries(answer.content)
    second = make_link(ana)
    assert requests.get(link, timeout=10).status_code == 404
    assert requests.get(second, timeout=10).status_code == 200
    assert ana.post("calendar/link", {"do": "close"}, seen="calendar").status_code == 303
    assert requests.get(second, timeout=10).status_code == 404
    assert second not in ana.get("calendar").text


def test_a_calendar_that_asks_again_is_told_that_nothing_changed_until_something_does(sign_in, services, act):
    link = make_link(sign_in("ana"))
    first = requests.get(link, timeout=10)
    again = requests.get(link, headers={"If-None-Match": first.headers["Etag"]}, timeout=10)
    assert (again.status_code, again.content) == (304, b"")
    cohort = services.cohort()
    due = cohort.dates("lab2").due + timedelta(days=4)
    with services.desk.writing() as session:
        grant_extension(session, act, cohort, user="ana", lab="lab2", due=due)
    moved = requests.get(link, headers={"If-None-Match": first.headers["Etag"]}, timeout=10)
    assert moved.status_code == 200
    before, after = (entries(answer.content)["due-lab2.2026-2@autograder"] for answer in (first, moved))
    assert after["dtstart"].dt == due
    assert after["sequence"] > before["sequence"]
    with services.desk.writing() as session:
        revoke_extension(session, act, user="ana", lab="lab2")
    back = entries(requests.get(link, timeout=10).content)["due-lab2.2026-2@autograder"]
    assert back["dtstart"].dt == cohort.dates("lab2").due


def test_somebody_else_s_link_has_their_dates(sign_in, services, act):
    cohort = services.cohort()
    due = cohort.dates("lab2").due + timedelta(days=4)
    with services.desk.writing() as session:
        grant_extension(session, act, cohort, user="ana", lab="lab2", due=due)
    found = entries(requests.get(make_link(sign_in("beto")), timeout=10).content)
    assert found["due-lab2.2026-2@autograder"]["dtstart"].dt == cohort.dates("lab2").due


def test_a_guess_opens_nothing(address):
    answer = requests.get(address + "calendar/feed/" + "a" * 43 + ".ics", timeout=10)
    assert (answer.status_code, answer.content) == (404, b"")


def test_a_link_is_made_only_by_a_form_of_ours(sign_in):
    assert sign_in("ana").bare_post("calendar/link", {"do": "open"}).status_code == 403
