"""Sample submissions, made from the lab's own notebooks."""

import json

import pytest

from autograder.authoring.errors import AuthoringError
from autograder.authoring.make_bundle import make_bundle
from autograder.authoring.samples import both_ends, read_samples
from autograder.course.result import Verdict


@pytest.fixture
def samples(tmp_path, derived, kit):
    """Return a function from TOML to the samples that it describes."""
    course, notebooks = derived(kit.MINI)
    bundle = make_bundle(course, course.labs[0], notebooks)

    def read(text):
        file = tmp_path / "mini.toml"
        file.write_text(text, encoding="utf-8")
        return read_samples(file, notebooks, bundle)

    read.both_ends = both_ends(notebooks, bundle)
    return read


def sources(content):
    return {cell["id"]: "".join(cell["source"]) for cell in json.loads(content)["cells"]}


def test_a_sample_is_the_solution_with_some_cells_replaced(samples):
    (sample,) = samples(
        "[[sample]]\nname='s'\nstudent='Quispe Mamani, José'\ncells={total='total = 5'}\n"
        "wrong_answer=true\nexpect={test-total='failed'}\nsays={test-total='oculta'}\nscore=2"
    )
    cells = sources(sample.content)
    assert (cells["total"], cells["why"]) == ("total = 5", "Porque sí.")
    assert "return factor * x" in cells["double"]
    assert sample.expect == {"test-double": "passed", "test-total": "failed", "why": "manual"}
    assert (sample.student, sample.wrong_answer, sample.score) == ("Quispe Mamani, José", True, 2.0)


def test_a_sample_may_start_from_the_release(samples):
    (sample,) = samples("[[sample]]\nname='s'\nstart='release'\ncells={why='x'}\nexpect={why='manual'}")
    assert "NotImplementedError" in sources(sample.content)["total"]
    assert sample.expect["test-total"] is Verdict.NOT_ATTEMPTED
    assert sample.student == "s"


def test_a_sample_may_be_no_notebook_at_all(samples):
    (sample,) = samples("[[sample]]\nname='s'\nraw='{ no'")
    assert sample.content == b"{ no"
    assert set(sample.expect.values()) == {Verdict.NOT_ATTEMPTED}


def test_a_sample_may_edit_a_locked_cell(samples):
    (sample,) = samples("[[sample]]\nname='s'\ncells={test-total='pass'}")
    assert sources(sample.content)["test-total"] == "pass"


def test_a_lab_without_a_file_has_the_two_ends_only(samples):
    solution, release = samples.both_ends
    assert "HIDDEN" not in solution.content.decode() + release.content.decode()
    assert "SOLUTION" not in solution.content.decode()
    assert set(release.expect.values()) == {Verdict.NOT_ATTEMPTED}


def test_no_file_is_no_samples(tmp_path, derived, kit):
    course, notebooks = derived(kit.MINI)
    assert read_samples(tmp_path / "none.toml", notebooks, make_bundle(course, course.labs[0], notebooks)) == []


REFUSED = {
    "not TOML": ("[[sample", "TOML"),
    "unknown key": ("[[sample]]\nname='s'\ncell={}", "sample[1].cell"),
    "no name": ("[[sample]]\nstudent='s'", "sample[1].name"),
    "unknown start": ("[[sample]]\nname='s'\nstart='x'", "sample[1].start"),
    "repeated": ("[[sample]]\nname='s'\n[[sample]]\nname='s'", "«s»"),
    "taken name": ("[[sample]]\nname='solution'", "«solution»"),
    "unknown cell": ("[[sample]]\nname='s'\ncells={zz=''}", "«zz»"),
    "unknown question": ("[[sample]]\nname='s'\nexpect={zz='passed'}", "«zz»"),
    "unknown question in says": ("[[sample]]\nname='s'\nsays={zz='x'}", "«zz»"),
    "unknown verdict": ("[[sample]]\nname='s'\nexpect={why='good'}", "out of memory"),
}


@pytest.mark.parametrize(("text", "word"), REFUSED.values(), ids=REFUSED.keys())
def test_samples_that_cannot_be_meant_are_refused(samples, text, word):
    with pytest.raises(AuthoringError) as caught:
        samples(text)
    assert word in str(caught.value)
