"""The cohort's commands as a person meets them, run within this process."""

from __future__ import annotations

import fcntl
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli.main import cli
from autograder.cohort.demo import demo_cohort
from autograder.cohort.errors import CohortError
from autograder.cohort.read import read_cohort
from autograder.cohort.write import cohort_toml

ROOT = Path(__file__).parents[2]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A copy of the course as far as these commands read it."""
    monkeypatch.delenv("AUTOGRADER_COHORT", raising=False)
    monkeypatch.setenv("AUTOGRADER_LANGUAGE", "es")
    monkeypatch.setenv("AUTOGRADER_HOME", str(tmp_path / "var"))
    (tmp_path / "cohorts").mkdir()
    for name in ("course.toml", "cohorts/2021-2.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(cli, ["cohort", *map(str, arguments)])


def test_the_next_cohort_is_written_once(course):
    first = run("new", "--start", "2022-04-01")
    assert first.exit_code == 0, first.output
    assert "dom 2022-05-08 10:00  Cierre del curso 2" in first.output
    assert read_cohort(course / "cohorts" / "2022-1.toml").slug == "2022-1"
    again = run("new", "--start", "2022-04-01", "--from", course / "cohorts" / "2021-2.toml")
    assert again.exit_code == 2
    assert "--slug" in again.output


def test_a_list_is_imported_after_a_dry_run_that_writes_nothing(course):
    file, roster = course / "cohorts" / "2021-2.toml", course / "lista.csv"
    before = file.read_text("utf-8")
    roster.write_text('usuario;nombre;grupo\nana;"Ñahui Quispe, Ana";A\nluis;Quispe, Luis;B\n', "utf-8-sig")
    dry = run("import", roster, "--dry-run")
    assert (dry.exit_code, file.read_text("utf-8")) == (0, before)
    assert "+ ana" in dry.output
    assert "2 nuevas" in dry.output
    assert run("import", roster).exit_code == 0
    assert [person.name for person in read_cohort(file).students] == ["Ñahui Quispe, Ana", "Quispe, Luis"]
    told = json.loads(run("import", roster, "--json").stdout)
    assert (told["same"], told["added"], told["written"]) == (2, [], False)


def test_a_list_with_mistakes_writes_nothing_and_names_each_line(course):
    roster = course / "lista.csv"
    roster.write_text("usuario,nombre\nana,Ñahui, Ana\n,Luis\n", "utf-8")
    ended = run("import", roster)
    assert ended.exit_code == 1
    assert "lista.csv:2" in ended.stderr
    assert "lista.csv:3" in ended.stderr
    assert "2 errores" in ended.stderr
    assert read_cohort(course / "cohorts" / "2021-2.toml").students == ()


def test_check_finds_a_lab_that_the_course_lacks_and_that_nobody_decides(course):
    assert run("check").exit_code == 0
    told = json.loads(run("check", "--json").stdout)
    assert (told["cohort"], told["problems"], told["dates"][0]["at"]) == ("2021-2", [], "2021-10-03T10:00:00-05:00")
    file = course / "cohorts" / "2021-2.toml"
    text = file.read_text("utf-8").replace('"lab2"', '"lab9"').replace('"instructor"', '"assistant"')
    file.write_text(text, "utf-8")
    ended = run("check", file)
    assert ended.exit_code == 1
    assert "lab9" in ended.output
    assert "instructor" in ended.output


def test_a_file_with_a_mistake_is_told_by_line(course):
    file = course / "cohorts" / "2021-2.toml"
    file.write_text(file.read_text("utf-8").replace("grace =", "gracia ="), "utf-8")
    ended = run("check")
    assert isinstance(ended.exception, CohortError)
    assert "¿Quisiste decir «grace»?" in str(ended.exception)


def test_the_demo_leaves_another_cohort_alone(course):
    (course / "var").mkdir()
    own = course / "var" / "cohort.toml"
    own.write_bytes((course / "cohorts" / "2021-2.toml").read_bytes())
    ended = run("demo")
    assert ended.exit_code == 0
    assert own.read_bytes() == (course / "cohorts" / "2021-2.toml").read_bytes()
    assert not (course / "var" / "autograder.db").exists()


def test_the_demo_is_not_put_back_while_a_service_works_with_it(course):
    home = course / "var"
    home.mkdir()
    cohort = demo_cohort(["lab1", "lab2"], datetime.now(UTC))
    (home / "cohort.toml").write_text(cohort_toml(cohort), "utf-8")
    assert run("demo").exit_code == 0
    assert not (home / "autograder.db").exists()
    with (home / "service.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended = run("demo", "--again")
    assert ended.exit_code == 2
    assert "deténlo" in ended.output
