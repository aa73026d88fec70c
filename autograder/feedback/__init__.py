"""A graded attempt as a page."""
