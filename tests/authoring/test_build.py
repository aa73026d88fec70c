"""Building a lab: what is written, that a second time writes nothing, and when an output is stale."""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from autograder.authoring.build import Workshop, build, bundle_path, read_bundle, stale_outputs
from autograder.authoring.errors import AuthoringError
from autograder.authoring.release import derive
from autograder.authoring.solution import inputs_digest
from autograder.authoring.write import write_if_changed
from autograder.course.read import read_course


@dataclass(frozen=True)
class Files:
    public: dict[str, Path]
    hidden: dict[str, Path]


class SomeMaterials:
    """One public file in the release's folder, and one hidden one."""

    def __init__(self, state):
        self.state = state

    def prepare(self, _lab, release_folder):
        public, hidden = release_folder / "data" / "a.txt", self.state / "h.npz"
        for path, text in ((public, "público"), (hidden, "oculto")):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return Files({"data/a.txt": public}, {"h.npz": hidden})


class Kept(dict):
    def put(self, content):
        digest = hashlib.sha256(content).hexdigest()
        self[digest] = content
        return digest


@pytest.fixture
def workshop(tmp_path, grader):
    state = tmp_path / "var"
    return Workshop(state=state, materials=SomeMaterials(state), store=Kept(), runner=grader)


def lab_of(course):
    return course.labs[0]


def test_a_build_writes_release_solution_and_bundle(tmp_path, course, workshop):
    built = build(course, lab_of(course), workshop)
    names = {path.relative_to(tmp_path).as_posix() for path in built.written}
    assert names == {"release/mini/mini.ipynb", "solutions/mini/mini.ipynb", "var/bundles/mini.json"}
    assert read_bundle(workshop.state, lab_of(course)) == built.bundle
    assert workshop.store[built.bundle.public["data/a.txt"]] == "público".encode()
    assert workshop.store[built.bundle.hidden["h.npz"]] == b"oculto"


def test_hidden_data_are_not_in_the_release(tmp_path, course, workshop):
    build(course, lab_of(course), workshop)
    text = b"".join(path.read_bytes() for path in (tmp_path / "release").rglob("*") if path.is_file())
    assert b"oculto" not in text
    assert b"secret" not in text


def test_the_solution_keeps_what_its_cells_showed(tmp_path, derived, kit, workshop):
    shown = kit.cell("shown", "print('hola', 40 + 2)")
    course, _ = derived(kit.notebook(*kit.MINI["cells"], shown))
    build(course, lab_of(course), workshop)
    solution = json.loads((tmp_path / "solutions" / "mini" / "mini.ipynb").read_text(encoding="utf-8"))
    assert solution["cells"][-1]["outputs"] == [{"name": "stdout", "output_type": "stream", "text": ["hola 42\n"]}]
    assert solution["cells"][-1]["execution_count"] == 4
    assert list(solution["metadata"]["autograder"]) == ["inputs"]


def test_a_second_build_writes_and_runs_nothing(course, workshop):
    build(course, lab_of(course), workshop)
    again = build(course, lab_of(course), workshop)
    assert (again.written, again.ran) == ((), False)
    assert build(course, lab_of(course), workshop, rerun=True).ran
    assert stale_outputs(course, lab_of(course)) == []


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def stale(course):
    return sorted(f"{finding.kind} {finding.file.parts[-3]}" for finding in stale_outputs(course, lab_of(course)))


def test_what_was_never_built_is_missing(course):
    assert stale(course) == ["missing_output release", "missing_output solutions"]


def test_an_edited_text_makes_both_notebooks_stale(course, workshop):
    build(course, lab_of(course), workshop)
    edit(course.source(lab_of(course)), "Un laboratorio", "Este laboratorio")
    assert stale(course) == ["stale_output release", "stale_output solutions"]


def test_an_edited_solution_makes_only_the_solution_stale(course, workshop):
    build(course, lab_of(course), workshop)
    edit(course.source(lab_of(course)), "sum(range(4))", "sum([1, 2, 3])")
    assert stale(course) == ["stale_output solutions"]
    assert build(course, lab_of(course), workshop).ran


def test_an_edited_hidden_test_makes_neither_stale_but_the_bundle_new(course, workshop):
    before = build(course, lab_of(course), workshop).bundle
    edit(course.source(lab_of(course)), "assert total == 6", "assert total == 3 + 3")
    assert stale(course) == []
    after = build(course, lab_of(course), workshop)
    assert after.bundle.digest() != before.digest()
    assert after.written == (bundle_path(workshop.state, lab_of(course)),)


def test_other_materials_or_settings_make_the_solution_stale(course, workshop):
    lab = lab_of(course)
    notebooks = build(course, lab, workshop).notebooks
    digest = inputs_digest(course, lab, notebooks)
    assert inputs_digest(course, replace(lab, settings={"most": 10}), notebooks) != digest
    assert inputs_digest(course, replace(lab, materials=replace(lab.materials, train=3)), notebooks) != digest
    assert inputs_digest(course, replace(lab, limits=replace(lab.limits, cpus=2)), notebooks) == digest


def test_the_digest_does_not_know_where_the_course_lives(tmp_path, kit):
    digests = []
    for name in ("here", "there"):
        text = kit.COURSE + "[lab.materials]\nproviders=['folder']\nfolder='fotos'"
        course = read_course(kit.write_course(tmp_path / name, course=text))
        digests.append(inputs_digest(course, lab_of(course), derive(course.source(lab_of(course)), course.root)))
    assert digests[0] == digests[1]


def test_a_committed_solution_that_somebody_edited_is_stale(course, workshop):
    build(course, lab_of(course), workshop)
    edit(course.solution(lab_of(course)), "total = sum(range(4))", "total = 7")
    assert stale(course) == ["stale_output solutions"]


NO_NOTEBOOKS = ["", "[]", "{}", '{"cells": [], "metadata": {}}', '{"cells": [1], "metadata": {"autograder": {}}}']


@pytest.mark.parametrize("text", NO_NOTEBOOKS)
def test_a_committed_solution_that_is_no_notebook_is_stale(course, workshop, text):
    build(course, lab_of(course), workshop)
    course.solution(lab_of(course)).write_text(text)
    assert stale(course) == ["stale_output solutions"]


def test_other_files_of_the_source_are_copied_and_mounted(tmp_path, course, workshop):
    folder = course.source(lab_of(course)).parent
    (folder / "img").mkdir()
    (folder / "img" / "gato.png").write_bytes(b"png")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_bytes(b"no")
    built = build(course, lab_of(course), workshop)
    assert (tmp_path / "release" / "mini" / "img" / "gato.png").read_bytes() == b"png"
    assert set(built.bundle.public) == {"data/a.txt", "img/gato.png"}
    (folder / "img" / "gato.png").write_bytes(b"other")
    assert len(stale_outputs(course, lab_of(course))) == 2


def test_a_file_that_comes_from_two_places_is_refused(course, workshop):
    folder = course.source(lab_of(course)).parent / "data"
    folder.mkdir()
    (folder / "a.txt").write_text("otro")
    with pytest.raises(AuthoringError, match=r"data/a\.txt"):
        build(course, lab_of(course), workshop)


def test_a_solution_that_raises_is_refused_and_the_old_one_kept(course, workshop):
    build(course, lab_of(course), workshop)
    before = course.solution(lab_of(course)).read_bytes()
    edit(course.source(lab_of(course)), "total = sum(range(4))", "total = 1 / 0")
    with pytest.raises(AuthoringError, match=r"total.*ZeroDivisionError"):
        build(course, lab_of(course), workshop)
    assert course.solution(lab_of(course)).read_bytes() == before


class Halting:
    def run(self, _bundle, _content):
        return []


def test_a_solution_whose_run_ends_early_is_refused(course, workshop):
    with pytest.raises(AuthoringError, match="límite"):
        build(course, lab_of(course), replace(workshop, runner=Halting()))


def test_a_release_that_would_leak_is_not_written(course, workshop):
    edit(course.source(lab_of(course)), "Un laboratorio pequeño.", "assert np.allclose(double(np.array([secret])), 42)")
    with pytest.raises(AuthoringError, match="no se publica"):
        build(course, lab_of(course), workshop)
    assert not course.release(lab_of(course)).exists()


def test_a_bundle_that_is_not_there_or_not_ours_is_a_sentence(course, tmp_path):
    with pytest.raises(AuthoringError, match="autograder build mini"):
        read_bundle(tmp_path, lab_of(course))
    write_if_changed(bundle_path(tmp_path, lab_of(course)), b'{"cells": []}')
    with pytest.raises(AuthoringError, match="autograder build mini"):
        read_bundle(tmp_path, lab_of(course))


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    target = tmp_path / "a" / "f"
    assert write_if_changed(target, b"1")
    assert not write_if_changed(target, b"1")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        write_if_changed(target, b"2")
    assert target.read_bytes() == b"1"
    assert [path.name for path in target.parent.iterdir()] == ["f"]
