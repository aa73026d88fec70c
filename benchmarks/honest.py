"""Ten honest submissions of a lab: its right and partly right samples, again under other names until there are ten."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import cycle, islice

from autograder.authoring.build import Built
from autograder.authoring.samples import Sample, both_ends, read_samples
from autograder.course.model import Course, Lab
from autograder.course.result import Verdict

HONEST = frozenset(
    {Verdict.PASSED, Verdict.PARTIAL, Verdict.FAILED, Verdict.NOT_ATTEMPTED, Verdict.SKIPPED, Verdict.MANUAL}
)
"""Verdicts of somebody who worked: no loop, no hog, no crash, which would measure our limits and not our speed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Honest:
    """One submission and how many of its cells a warm Python can run without us."""

    student: str
    content: bytes


def honest(course: Course, lab: Lab, built: Built, count: int = 10) -> list[Honest]:
    """Return ``count`` submissions, no two of the same bytes. Raises ``ValueError`` when the lab has no sample."""
    samples = [both_ends(built.notebooks, built.bundle)[0]]
    samples += [sample for sample in read_samples(course.samples(lab), built.notebooks, built.bundle) if _works(sample)]
    return [
        Honest(student=f"s{number:02}", content=_marked(sample.content, number))
        for number, sample in enumerate(islice(cycle(samples), count), start=1)
    ]


def _works(sample: Sample) -> bool:
    shown = not sample.wrong_answer and not sample.student.startswith("Anónimo")
    return shown and HONEST.issuperset(sample.expect.values()) and sample.content.lstrip().startswith(b"{")


def _marked(content: bytes, number: int) -> bytes:
    """Return the notebook with a number in its metadata: other bytes, the same work."""
    notebook = json.loads(content)
    notebook["metadata"]["benchmark"] = number
    return json.dumps(notebook, ensure_ascii=False).encode()
