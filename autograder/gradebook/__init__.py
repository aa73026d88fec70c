"""Attempts and grades, and the one door to nbgrader's tables."""
