"""What the demo's students hand in: different works of every lab, made from its own notebooks, wrong ones too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.authoring.make_bundle import make_bundle
from autograder.authoring.release import derive
from autograder.authoring.samples import read_samples
from autograder.cli.cohort_demo import DemoLab, make_work, one_a_question
from autograder.cohort.demo import script
from autograder.course.read import read_course

ROOT = Path(__file__).parents[2]
WORKS = ["start", "half", "most", "all", "mixed-1", *(f"wrong-{n}" for n in range(1, 8))]


@pytest.fixture(scope="module", params=["lab1", "lab2"])
def lab(request):
    course = read_course(ROOT)
    lab = course.lab(request.param)
    notebooks = derive(course.source(lab), course.root)
    bundle = make_bundle(course, lab, notebooks)
    samples = read_samples(course.samples(lab), notebooks, bundle)
    return DemoLab(lab=lab, bundle=bundle, notebooks=notebooks, wrong=one_a_question(bundle, samples))


def test_nearly_all_works_are_different_and_every_one_is_a_notebook(lab):
    made = [make_work(lab, work) for work in WORKS]
    assert len(set(made)) >= len(WORKS) - 2  # a lab may have few samples: they come round again
    assert {len(json.loads(work)["cells"]) for work in made} == {len(lab.notebooks.release["cells"])}


def test_a_lab_without_samples_has_wrong_works_too(lab):
    bare = DemoLab(lab=lab.lab, bundle=lab.bundle, notebooks=lab.notebooks, wrong=())
    assert make_work(bare, "wrong-1") not in {make_work(bare, "all"), make_work(bare, "wrong-2")}


def test_what_students_hand_in_is_made_of_these_works():
    wanted = {told.split()[0] for row in script()["student"] for key in ("first", "second") for told in row[key]}
    assert wanted <= set(WORKS)
    assert len(script()["student"]) == 24
