"""A cohort as it is kept: its file, its people, and what staff decide while it runs."""
