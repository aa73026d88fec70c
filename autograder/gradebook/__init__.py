"""Attempts and grades, and the one door to nbgrader's tables."""

from autograder.gradebook.book import Attempt, Gradebook, Run
from autograder.gradebook.grades import GradeRow, QuestionGrade, best, latest, to_csv
from autograder.gradebook.nbgrader_door import NbgraderDoor
from autograder.gradebook.nbgrader_files import NameRefused
from autograder.gradebook.package import PackageRefused, pack, unpack
from autograder.state.database import DatabaseTooNew
from autograder.state.objects import ObjectDamaged, ObjectMissing, ObjectStore

__all__ = [
    "Attempt",
    "DatabaseTooNew",
    "GradeRow",
    "Gradebook",
    "NameRefused",
    "NbgraderDoor",
    "ObjectDamaged",
    "ObjectMissing",
    "ObjectStore",
    "PackageRefused",
    "QuestionGrade",
    "Run",
    "best",
    "latest",
    "pack",
    "to_csv",
    "unpack",
]
