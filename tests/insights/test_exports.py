"""What other programs open says what the pages say, and runs nothing in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json

import pytest
from nbgrader.plugins.export import CsvExportPlugin

from autograder.cohort.decisions import Decisions
from autograder.insights.exports import NBGRADER_COLUMNS, grades_csv, grades_json, nbgrader_csv, table
from autograder.insights.matrix import Query, matrix
from autograder.insights.sight import Sight
from tests.insights.conftest import Town


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv_has_a_row_for_each_student_and_lab(town: Town) -> None:
    rows = rows_of(grades_csv(town.sight, ["lab1", "lab2"]))
    assert len(rows) == 2 * len(town.cohort.students)
    names = {person.user: person.name for person in town.cohort.students}
    assert all(names[row["student"]] == row["name"] for row in rows)
    standing = town.sight.standing
    for row in rows:
        score = standing[row["student"]][row["lab"]].score
        assert row["score"] == ("" if score is None else f"{round(score, 6):.15g}")


def test_a_question_has_its_column_and_only_its_labs_rows_fill_it(town: Town) -> None:
    rows = rows_of(grades_csv(town.sight, ["lab1", "lab2"]))
    handed_in = next(row for row in rows if row["lab"] == "lab2" and row["attempt"])
    assert handed_in["lab2/pregunta-1"] != ""
    assert handed_in["lab1/pregunta-1"] == ""


def test_lines_end_as_rfc_4180_wants(town: Town) -> None:
    text = grades_csv(town.sight, ["lab1"])
    assert text.count("\r\n") == len(town.cohort.students) + 1
    assert text.replace("\r\n", "").count("\n") == 0


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@x", "\t=1", "＝1"])
def test_a_name_is_never_a_formula(name: str) -> None:
    (row,) = csv.reader(io.StringIO(table([[name, "José, Núñez", -1.5, None, True]])))
    assert row == [f"'{name}", "José, Núñez", "-1.5", "", "1"]


def test_json_has_every_verdict(town: Town) -> None:
    read = json.loads(grades_json(town.sight, ["lab1"]))
    assert read["cohort"] == town.cohort.slug
    assert len(read["grades"]) == len(town.cohort.students)
    full = next(grade for grade in read["grades"] if grade["questions"])
    assert {"id", "points", "score", "verdict"} == set(full["questions"][0])
    assert "Núñez" in grades_json(town.sight, ["lab1"])


def test_nbgraders_columns_are_nbgraders(town: Town, tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    class Nothing:
        assignments: tuple[()] = ()

    monkeypatch.chdir(tmp_path)
    CsvExportPlugin().export(Nothing())
    assert (tmp_path / "grades.csv").read_text().strip().split(",") == list(NBGRADER_COLUMNS)
    rows = rows_of(nbgrader_csv(town.sight, ["lab1"]))
    assert {row["last_name"] + ", " + row["first_name"] for row in rows} == {one.name for one in town.cohort.students}
    for row in rows:
        assert float(row["score"]) == pytest.approx(float(row["raw_score"]) - float(row["late_submission_penalty"]))


def test_the_page_and_the_file_agree(town: Town) -> None:
    rows = {row["student"]: row for row in rows_of(grades_csv(town.sight, ["lab1"]))}
    for row in matrix(town.sight, Query(lab="lab1")).rows:
        written = rows[row.person.user]["score"]
        assert (None if written == "" else float(written)) == (None if row.score is None else pytest.approx(row.score))


def test_a_cohort_without_attempts_exports_everybody(town: Town) -> None:
    empty = Sight(
        cohort=town.cohort,
        facts=type(town.sight.facts)(),
        decisions=Decisions(),
        standing=town.sight.standing,
        asof=town.sight.asof,
    )
    assert len(rows_of(nbgrader_csv(empty, ["lab1"]))) == len(town.cohort.students)
