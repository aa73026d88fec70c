"""Both labs, proved with real TensorFlow in real jails: every sample gets its verdict, and a replay gives the same."""

from __future__ import annotations

from functools import cache

import pytest

from autograder.authoring.build import read_bundle
from autograder.authoring.finding import Level
from autograder.authoring.lint import lint
from autograder.authoring.prove import Proof
from autograder.authoring.release import derive
from autograder.authoring.samples import both_ends, read_samples
from autograder.cli.check import prove_lab
from autograder.cli.grade import default_jobs
from autograder.grading.attempt import regrade
from autograder.grading.submission import Submission

pytestmark = [pytest.mark.jail, pytest.mark.tensorflow, pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module", params=["lab1", "lab2"])
def lab(request, place):
    return place.course.lab(request.param)


@pytest.fixture(scope="module")
def proofs(place, grading):
    return cache(lambda lab: prove_lab(place, place.course.lab(lab), grading, default_jobs()))


@pytest.fixture
def proof(proofs, lab) -> Proof:
    return proofs(lab.id)


def test_every_sample_gets_the_verdict_and_the_sentence_that_it_names(proof):
    assert [str(finding) for finding in proof.findings if finding.level is Level.ERROR] == []


def test_the_lab_reads_well_to_the_linter(place, lab):
    assert [str(finding) for finding in lint(place.course, lab) if finding.level is Level.ERROR] == []


def test_a_dozen_samples_are_kept_with_the_lab(proof):
    assert len(proof.graded) >= 12


def test_each_question_has_a_wrong_answer_that_only_its_hidden_test_catches(proof):
    assert [question for question, names in proof.caught.items() if not names] == []


def test_the_jail_was_whole_whenever_a_notebook_ran(proof):
    ran = {name: graded.layers for name, graded in proof.graded.items() if graded.transcript}
    wanted = {"pid", "mount", "network", "root", "capabilities", "no_new_privs", "limits", "seccomp", "watchdog"}
    assert [name for name, layers in ran.items() if not wanted <= set(layers)] == []


def test_a_replay_of_what_crossed_gives_the_same_verdicts_without_a_jail(
    proof, place, lab, grading, tmp_path, monkeypatch
):
    bundle = read_bundle(place.home, lab)
    notebooks = derive(place.course.source(lab), place.course.root)
    samples = [*both_ends(notebooks, bundle), *read_samples(place.course.samples(lab), notebooks, bundle)]
    for name, value in grading.hidden(bundle, tmp_path).items():
        monkeypatch.setenv(name, value)
    replayed = 0
    for sample in samples:
        graded = proof.graded[sample.name]
        if graded.transcript is not None:
            submission = Submission(path=tmp_path, student=sample.student, content=sample.content)
            again = regrade(bundle, submission, graded.transcript, grading.objects)
            assert verdicts(again) == verdicts(graded), sample.name
            replayed += 1
    assert replayed >= 10


def verdicts(graded):
    return [(question.id, question.verdict, question.score, question.message) for question in graded.questions]
