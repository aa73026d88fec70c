"""The example page: who you are here."""

from __future__ import annotations


def test_it_says_who_you_are_in_the_course_language(sign_in):
    answer = sign_in("ana").get("about")
    assert answer.status_code == 200
    assert "Quispe Mamani, Ana" in answer.text
    assert "Estudiante" in answer.text


def test_it_speaks_english_to_who_asks_for_it(sign_in):
    assert "Student" in sign_in("ana").get("about", headers={"Accept-Language": "en-GB,es;q=0.5"}).text


def test_an_assistant_is_shown_no_way_to_what_only_an_instructor_may_do(sign_in):
    assert "Acciones" not in sign_in("asis").get("about").text
    assert "Acciones" in sign_in("profe").get("about").text
