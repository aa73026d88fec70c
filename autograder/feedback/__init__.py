"""A graded attempt as one self-contained page that a student reads, on a phone too."""

from autograder.feedback.page import render

__all__ = ["render"]
