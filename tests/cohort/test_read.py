"""The cohort's file: the real one is read whole, and each mistake is told with its line and what to do."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from autograder.cohort.errors import CohortError
from autograder.cohort.find import cohort_file, find_cohort
from autograder.cohort.read import parse_cohort, read_cohort
from autograder.course.cohort import SessionKind
from autograder.course.read import read_course

ROOT = Path(__file__).parents[2]
REAL = ROOT / "cohorts" / "2021-2.toml"

SMALL = """\
slug = "c"
title = "C"
zone = "Europe/Madrid"

[policy]
attempts = 3

[[lab]]
id = "lab1"
opens = 2022-03-20T09:00:00
due = 2022-03-26T23:59:00

[[lab]]
id = "lab2"
opens = 2022-03-27T09:00:00
due = 2022-04-02T23:59:00

[[session]]
id = "a"
kind = "avance"
title = "Avance"
starts = 2022-03-27T10:00:00
expects = ["lab1"]

[[person]]
user = "ana"
name = "Ñahui, Ana"
"""


def test_the_real_cohort_is_the_one_of_the_announcement():
    cohort = read_cohort(REAL)
    assert [(session.starts.day, session.title) for session in cohort.sessions] == [
        (3, "Tercer feedback"),
        (10, "Segundo avance"),
        (17, "Cuarto feedback"),
        (24, "Tercer avance"),
        (31, "Cierre del curso 2"),
    ]
    assert {session.starts.strftime("%Y-%m %w") for session in cohort.sessions} == {"2021-10 0"}
    assert cohort.sessions[-1].kind is SessionKind.CIERRE
    assert str(cohort.zone) == "America/Lima"
    assert cohort.dates("lab1").due.utcoffset() == timedelta(hours=-5)


def test_every_lab_of_the_real_cohort_is_the_course_s():
    labs = {lab.id for lab in read_course(ROOT).labs}
    assert {dates.lab for dates in read_cohort(REAL).labs} <= labs


def test_times_are_aware_in_the_cohort_s_zone_on_both_sides_of_a_clock_change():
    cohort = parse_cohort(SMALL, Path("c.toml"))
    assert [dates.due.isoformat() for dates in cohort.labs] == [
        "2022-03-26T23:59:00+01:00",
        "2022-04-02T23:59:00+02:00",
    ]
    assert cohort.person("ana").name == "Ñahui, Ana"
    moved = parse_cohort(SMALL.replace("2022-03-26T23:59:00", "2022-03-26T17:59:00-05:00"), Path("c.toml"))
    assert moved.labs[0].due == cohort.labs[0].due


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('zone = "Europe/Madrid"', 'zone = "Lima"', 3, "America/Lima"),
        ("attempts = 3", "attempt = 3", 6, "¿Quisiste decir «attempts»?"),
        ("attempts = 3", 'attempts = "tres"', 6, "tres"),
        ('id = "lab2"', 'id = "lab1"', 14, "lab1"),
        ("due = 2022-04-02T23:59:00", "due = 2022-03-02T23:59:00", 16, "«opens» o «due»"),
        ("due = 2022-04-02T23:59:00\n", "", 13, "«due»"),
        ('kind = "avance"', 'kind = "avanze"', 20, "'feedback', 'avance', 'cierre'"),
        ('expects = ["lab1"]', 'expects = ["lab9"]', 23, "lab1, lab2"),
        ("starts = 2022-03-27T10:00:00", "starts = 2022-03-27T02:30:00", 22, "se adelanta el reloj"),
        ('user = "ana"', 'user = "../ana"', 26, "nombre de usuario"),
        ('user = "ana"', 'user = "ana"\nrole = "profe"', 27, "'student', 'assistant', 'instructor'"),
        ("starts = 2022-03-27T10:00:00", 'starts = "domingo"', 22, "domingo"),
        ("[policy]", '[policy]\ngrace = "15 minutos"', 6, "min"),
        ('slug = "c"', "slug = c", 0, "line 1"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_its_remedy(old, new, line, words):
    assert old in SMALL
    with pytest.raises(CohortError) as caught:
        parse_cohort(SMALL.replace(old, new, 1), Path("c.toml"))
    assert caught.value.line == line
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"c.toml:{line}" if line else "c.toml")


def test_people_are_not_repeated_whatever_their_capitals():
    twice = SMALL + '\n[[person]]\nuser = "Ana"\nname = "Otra"\n'
    with pytest.raises(CohortError, match="más de una vez"):
        parse_cohort(twice, Path("c.toml"))


def test_which_cohort_is_live(tmp_path, monkeypatch):
    monkeypatch.delenv("AUTOGRADER_COHORT", raising=False)
    course, home = tmp_path / "course", tmp_path / "var"
    (course / "cohorts").mkdir(parents=True)
    home.mkdir()
    with pytest.raises(CohortError, match="cohort new"):
        find_cohort(course, home)
    for name in ("2021-2", "2022-1"):
        (course / "cohorts" / f"{name}.toml").write_text(SMALL, "utf-8")
    assert cohort_file(course, home).name == "2022-1.toml"
    (home / "cohort.toml").write_text("\ufeff" + SMALL, "utf-8")
    assert cohort_file(course, home).parent == home
    assert find_cohort(course, home).labs[0].opens == datetime.fromisoformat("2022-03-20T09:00:00+01:00")
    monkeypatch.setenv("AUTOGRADER_COHORT", str(REAL))
    assert find_cohort(course, home).slug == "2021-2"


def test_a_missing_file_and_one_that_is_not_text_say_so(tmp_path):
    with pytest.raises(CohortError, match="no existe"):
        read_cohort(tmp_path / "no.toml")
    (tmp_path / "latin.toml").write_bytes('title = "Ñ"'.encode("latin-1"))
    with pytest.raises(CohortError, match="UTF-8"):
        read_cohort(tmp_path / "latin.toml")
