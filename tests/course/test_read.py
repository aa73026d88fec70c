"""course.toml: what is read from it, and the sentence for each thing that can be wrong."""

from pathlib import Path

import pytest

from autograder.course.bundle import Limits
from autograder.course.read import CourseError, read_course

ROOT = Path(__file__).parents[2]

SMALL = """
slug = "c"
title = "Curso"
[[lesson]]
number = 1
title = "Uno"
[[lab]]
id = "a"
lesson = 1
title = "Lab A"
"""


@pytest.fixture(autouse=True)
def spanish(monkeypatch):
    monkeypatch.setenv("AUTOGRADER_LANGUAGE", "es")


def write(folder: Path, text: str) -> Path:
    file = folder / "course.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_projects_own_course_has_six_lessons_and_two_labs():
    course = read_course(ROOT)
    assert [lesson.number for lesson in course.lessons] == [1, 2, 3, 4, 5, 6]
    assert [(lab.id, lab.lesson) for lab in course.labs] == [("lab1", 1), ("lab2", 2)]
    assert course.source(course.lab("lab1")) == ROOT / "source" / "lab1" / "lab1.ipynb"
    assert course.lab("lab1").settings["accuracy"][-1] == [0.8, 1.0]


def test_a_lab_without_more_words_gets_the_usual_places_and_limits(tmp_path):
    course = read_course(write(tmp_path, SMALL))
    lab = course.lab("a")
    assert (lab.notebook, lab.samples, lab.limits) == ("a.ipynb", "tests/labs/a.toml", Limits())
    assert course.language == "es"


def test_a_labs_own_limits_override_the_courses(tmp_path):
    text = SMALL.replace("[[lesson]]", '[limits]\nmemory = "2 GiB"\nrun = "5 min"\n[[lesson]]')
    lab = read_course(write(tmp_path, text + '[lab.limits]\nmemory = "1.5 GiB"\ncell = "500 ms"\n')).lab("a")
    assert lab.limits == Limits(memory_bytes=3 << 29, run_seconds=300.0, cell_seconds=0.5)


def test_paths_of_data_are_relative_to_the_course(tmp_path):
    lab = read_course(write(tmp_path, SMALL + '[lab.materials]\nproviders=["folder"]\nfolder = "fotos"\n')).lab("a")
    assert lab.materials.folder == tmp_path / "fotos"


def test_a_lab_that_is_not_there_is_a_key_error(tmp_path):
    with pytest.raises(KeyError, match="zz"):
        read_course(write(tmp_path, SMALL)).lab("zz")


MATERIALS = "[lab.materials]\n"

WRONG = {
    "unknown key, close": (SMALL + "titel = 1", "lab[a].titel", ["«titel»", "«title»"]),
    "unknown key, far": (SMALL + "zzzzzz = 1", "lab[a].zzzzzz", ["«zzzzzz»", "notebook"]),
    "unknown key in a table": (SMALL + '[lab.limits]\nmemori = "1 GiB"', "lab[a].limits.memori", ["«memory»"]),
    "unknown key at the top": ("slugg = 1" + SMALL, "slugg", ["«slug»"]),
    "missing key": (SMALL.replace('title = "Curso"', ""), "title", ["falta", "Agrégala"]),
    "missing in a lab": (SMALL.replace("lesson = 1", ""), "lab[a].lesson", ["falta"]),
    "not a text": (SMALL.replace('"Lab A"', "5"), "lab[a].title", ["5", "texto"]),
    "not a whole number": (SMALL.replace("lesson = 1", 'lesson = "1"'), "lab[a].lesson", ["'1'", "número entero"]),
    "not a list": (SMALL + MATERIALS + "classes = 3", "lab[a].materials.classes", ["lista"]),
    "not a table": (SMALL + "limits = 3", "lab[a].limits", ["tabla"]),
    "size without unit": (SMALL + "[lab.limits]\nmemory = 3", "lab[a].limits.memory", ["3 GiB", "MiB"]),
    "size with a wrong unit": (SMALL + '[lab.limits]\nmemory = "3 gb"', "lab[a].limits.memory", ["'3 gb'"]),
    "size of nothing": (SMALL + '[lab.limits]\ndisk = "0 B"', "lab[a].limits.disk", ["'0 B'"]),
    "time without unit": (SMALL + '[lab.limits]\ncell = "60"', "lab[a].limits.cell", ["60 s"]),
    "too few processes": (SMALL + "[lab.limits]\nprocesses = 0", "lab[a].limits.processes", ["0"]),
    "unknown provider": (SMALL + MATERIALS + 'providers = ["drown"]', "lab[a].materials.providers[1]", ["drawn"]),
    "unknown base": (SMALL + MATERIALS + 'base = "vgg"', "lab[a].materials.base", ["vgg16"]),
    "folder without folder": (SMALL + MATERIALS + 'providers = ["folder"]', "lab[a].materials.folder", ["folder ="]),
    "language": ("language = 'fr'" + SMALL, "language", ["'es', 'en'"]),
    "id with a slash": (SMALL.replace('id = "a"', 'id = "../a"'), "lab[../a].id", ["'../a'"]),
    "notebook in a folder": (SMALL + 'notebook = "../x.ipynb"', "lab[a].notebook", ["x.ipynb"]),
    "samples outside": (SMALL + 'samples = "../x.toml"', "lab[a].samples", ["../x.toml", "sale"]),
    "repeated lab": (SMALL + '[[lab]]\nid = "a"\nlesson = 1\ntitle = "B"', "lab[a].id", ["más de una vez"]),
    "repeated lesson": (SMALL + '[[lesson]]\nnumber = 1\ntitle = "B"', "lesson", ["más de una vez"]),
    "lesson not there": (SMALL.replace("lesson = 1", "lesson = 7"), "lab[a].lesson", ["7", "1."]),
    "not TOML": (SMALL + "x = = 1", "", ["TOML", "line 11"]),
}


@pytest.mark.parametrize(("text", "key", "words"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_said_with_file_key_and_remedy(tmp_path, text, key, words):
    with pytest.raises(CourseError) as caught:
        read_course(write(tmp_path, text))
    sentence = str(caught.value)
    assert caught.value.key == key
    assert sentence.startswith(str(tmp_path / "course.toml"))
    assert all(word in sentence for word in words), sentence
    assert caught.value.remedy


def test_a_missing_file_is_a_sentence_too(tmp_path):
    with pytest.raises(CourseError, match="no existe"):
        read_course(tmp_path)


def test_bytes_that_are_not_text_are_a_sentence_too(tmp_path):
    (tmp_path / "course.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(CourseError, match="TOML"):
        read_course(tmp_path)


def test_english_readers_get_english(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_LANGUAGE", "en")
    with pytest.raises(CourseError, match=r'Did you mean "title"\?'):
        read_course(write(tmp_path, SMALL + "titel = 1"))
