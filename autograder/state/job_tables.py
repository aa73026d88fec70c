"""The queue of grading."""
