"""The commands as a person meets them: what they say, what they return, and that one bad file spoils nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RELEASE = ROOT / "release" / "lab2" / "lab2.ipynb"

pytestmark = [pytest.mark.jail, pytest.mark.tensorflow]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    assert run("build", "lab2", home=folder).returncode == 0
    return folder


def run(*arguments, home, cwd=ROOT):
    command = [sys.executable, "-m", "autograder.cli", *map(str, arguments)]
    environment = {**os.environ, "AUTOGRADER_HOME": str(home), "COLUMNS": "100"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False)


def released(**changes):
    notebook = json.loads(RELEASE.read_text())
    for cell in notebook["cells"]:
        for key, value in changes.get(cell["metadata"]["nbgrader"]["grade_id"].replace("-", "_"), {}).items():
            cell[key] = value
    return notebook


def odd_submissions(folder: Path) -> dict[str, Path]:
    """Write a submission of every odd kind; return their paths by kind."""
    whole = released()
    deep = b"[" * 100_000 + b"]" * 100_000
    files = {
        "not-json": b"PK\x03\x04 not a notebook",
        "not-a-notebook": b'{"hello": "world"}',
        "nbformat-3": json.dumps({"nbformat": 3, "nbformat_minor": 0, "worksheets": []}).encode(),
        "deep": deep,
        "empty": b"",
        "not-a-number": RELEASE.read_bytes().replace(b'"nbformat_minor": 5', b'"nbformat_minor": NaN'),
        "duplicate-keys": RELEASE.read_bytes().replace(b'"nbformat": 4', b'"nbformat": 4, "nbformat": 4'),
        "other-lab": (ROOT / "release" / "lab1" / "lab1.ipynb").read_bytes(),
        "reordered": json.dumps({**whole, "cells": whole["cells"][::-1]}).encode(),
        "deleted": json.dumps({**whole, "cells": whole["cells"][10:]}).encode(),
        "repeated": json.dumps({**whole, "cells": whole["cells"] + whole["cells"][-2:]}).encode(),
        "other-kernel": json.dumps(
            {**whole, "metadata": {"kernelspec": {"language": "julia", "name": "julia"}}}
        ).encode(),
        "a name, with\nañadidos": RELEASE.read_bytes(),
    }
    paths = {}
    for name, content in files.items():
        paths[name] = folder / f"{name}.ipynb"
        paths[name].write_bytes(content)
    paths["huge"] = folder / "huge.ipynb"
    with paths["huge"].open("wb") as file:
        file.truncate(200 << 20)
    paths["fifo"] = folder / "fifo.ipynb"
    os.mkfifo(paths["fifo"])
    paths["link"] = folder / "link.ipynb"
    paths["link"].symlink_to("/etc/passwd")
    paths["missing"] = folder / "empty-folder"
    paths["missing"].mkdir()
    return paths


def test_every_odd_submission_gets_a_verdict_or_a_flag_and_the_batch_goes_on(home, tmp_path):
    paths = odd_submissions(tmp_path)
    ended = run("grade", "lab2", *paths.values(), "--json", home=home)
    assert ended.returncode == 0, ended.stderr
    graded = {line["path"]: line for line in map(json.loads, ended.stdout.splitlines())}
    assert set(graded) == {str(path) for path in paths.values()}
    for name, path in paths.items():
        line = graded[str(path)]
        assert line["score"] == 0
        assert all(question["message"] for question in line["questions"])
        assert line["flags"] or name.startswith("a name"), name
    assert {"lab", "path", "score", "max_score", "questions", "flags", "seconds"} <= set(line)


def test_recorded_grades_come_out_as_a_table_json_csv_and_pages(home, tmp_path):
    path = tmp_path / "Quispe, Ana María.ipynb"
    path.write_bytes(RELEASE.read_bytes())
    course = tmp_path / "course"
    for name in ("course.toml", "source", "release", "tests/labs"):
        (course / name).parent.mkdir(parents=True, exist_ok=True)
        (course / name).symlink_to(ROOT / name)
    assert run("grade", "lab2", path, "--record", home=home, cwd=course).returncode == 0
    line = json.loads(run("grades", "lab2", "--json", home=home, cwd=course).stdout)
    assert (line["student"], line["score"], line["attempt"]) == ("Quispe, Ana María", 0, 1)
    assert '"Quispe, Ana María"' in run("grades", "--csv", "-", home=home, cwd=course).stdout
    page = Path(json.loads(run("feedback", "lab2", "--json", home=home, cwd=course).stdout)["page"])
    assert "Quispe, Ana María" in page.read_text()
    assert (home / "nbgrader" / "gradebook.db").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("grade", "lab9", "x.ipynb"), "lab9"),
        (("grade", "lab2"), "PATH"),
        (("build", "nada"), "lab1, lab2"),
    ],
)
def test_misuse_returns_2_and_says_what_was_meant(arguments, words, home):
    ended = run(*arguments, home=home)
    assert ended.returncode == 2
    assert words in ended.stderr


def test_outside_a_course_a_command_says_where_to_go(home, tmp_path):
    ended = run("grades", home=home, cwd=tmp_path)
    assert (ended.returncode, "course.toml" in ended.stderr) == (2, True)


def test_a_lab_that_was_never_built_says_how_to_build_it(tmp_path):
    ended = run("grade", "lab2", RELEASE, home=tmp_path)
    assert ended.returncode == 1
    assert "autograder build lab2" in ended.stderr


def test_the_doctor_finds_every_layer_of_the_jail(home):
    lines = [json.loads(line) for line in run("doctor", "--json", home=home).stdout.splitlines()]
    layers = [line for line in lines if line["name"].startswith("jaula")]
    assert len(layers) >= 12
    assert [line for line in layers if not line["good"]] == []


def test_a_build_changes_nothing_the_second_time_and_what_is_committed_is_fresh(home):
    assert json.loads(run("build", "lab2", "--json", home=home).stdout)["written"] == []
    assert run("build", "--check", home=home).returncode == 0
