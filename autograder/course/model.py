"""A course as plain values: lessons, labs, and what each lab's run may use. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.course.bundle import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One lesson of the path (*lección*)."""

    number: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Materials:
    """What a lab needs beside its notebook: data in three parts, and a pretrained base. All of it is optional.

    ``providers`` are tried in order, the first that is found wins; counts are photographs a class; ``image_size`` is
    the side in pixels of the square that they are scaled to. ``options`` hold what only one provider understands.
    """

    providers: tuple[str, ...] = ()
    folder: Path | None = None  # photographs of one's own, in the layout train|valid/CLASS/*
    classes: tuple[str, ...] = ()
    image_size: int = 64
    train: int = 0
    valid: int = 0
    hidden: int = 0
    seed: int = 0
    base: str = ""  # the pretrained base; "" for a lab without one
    base_cut: str = ""  # name of the base's last layer to keep; "" for all of them
    vgg16_weights: Path | None = None  # a file of weights, where there is no internet to download it from
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """One lab (*laboratorio*), an nbgrader assignment with one notebook.

    ``settings`` are the lab's own numbers, e.g. thresholds, that its tests read. ``points`` is the lab's sum of points,
    kept here so that ``autograder check`` notices when the notebook's cells add up to something else.
    """

    id: str
    lesson: int
    title: str
    notebook: str  # file name in source/ID/
    samples: str  # path of the TOML file of sample submissions, from the course's root
    points: float | None = None
    limits: Limits = field(default_factory=Limits)
    materials: Materials = field(default_factory=Materials)
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A course and where it lives. ``root`` is the folder that holds ``course.toml``."""

    slug: str
    title: str
    language: str
    root: Path
    lessons: tuple[Lesson, ...] = ()
    labs: tuple[Lab, ...] = ()

    def lab(self, id: str) -> Lab:
        """Return the lab of that id. Raises ``KeyError`` when there is none."""
        for lab in self.labs:
            if lab.id == id:
                return lab
        raise KeyError(id)

    def source(self, lab: Lab) -> Path:
        """Return the notebook that an instructor edits."""
        return self.root / "source" / lab.id / lab.notebook

    def release(self, lab: Lab) -> Path:
        """Return the notebook that students are given."""
        return self.root / "release" / lab.id / lab.notebook

    def solution(self, lab: Lab) -> Path:
        """Return the solved notebook, with its outputs."""
        return self.root / "solutions" / lab.id / lab.notebook

    def samples(self, lab: Lab) -> Path:
        """Return the file of the lab's sample submissions."""
        return self.root / lab.samples
