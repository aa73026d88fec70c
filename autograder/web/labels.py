"""What labs and questions are called: titles from the course and from each lab's bundle, ids where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from autograder.course.bundle import Bundle, Question
from autograder.course.model import Course
from autograder.web.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Names for people. ``bundles`` holds the labs that are built."""

    course: Course
    bundles: Mapping[str, Bundle] = field(default_factory=dict)

    def lab(self, id: str) -> str:
        """Return a lab's title."""
        try:
            return self.course.lab(id).title
        except KeyError:
            return self.bundles[id].title if id in self.bundles else id

    def short(self, id: str) -> str:
        """Return what a lab is called in a narrow column: its title up to the colon."""
        return self.lab(id).partition(":")[0]

    def find(self, lab: str, question: str) -> Question | None:
        """Return a question as its lab's bundle has it."""
        bundle = self.bundles.get(lab)
        return next((one for one in bundle.questions if one.id == question), None) if bundle else None

    def question(self, lab: str, question: str) -> str:
        """Return a question's title as plain text, without the marks of code and emphasis."""
        found = self.find(lab, question)
        return found.title.replace("`", "").replace("*", "") if found else question


def labels_of(services: Services, labs: Iterable[str]) -> Labels:
    """Return the names of those labs' parts. A lab that nobody built yet has none."""
    bundles = {}
    for lab in labs:
        try:
            bundles[lab] = services.bundle(lab)
        except KeyError:
            continue
    return Labels(course=services.course, bundles=bundles)
