"""This course as nbgrader sees it: `nbgrader` commands and formgrader work here; `autograder build` reads it too."""

import os
import tomllib
from pathlib import Path

c = get_config()  # noqa: F821 (given by traitlets, which runs this file)

root = Path(__file__).resolve().parent
state = Path(os.environ.get("AUTOGRADER_HOME") or root / "var").resolve() / "nbgrader"  # all that staff's servers see
state.mkdir(parents=True, exist_ok=True)  # SQLite makes a file, never its folder
course = tomllib.loads((root / "course.toml").read_text(encoding="utf-8"))

c.CourseDirectory.course_id = course["slug"]
c.CourseDirectory.root = str(root)
c.CourseDirectory.source_directory = "source"
c.CourseDirectory.release_directory = "release"
c.CourseDirectory.solution_directory = "solutions"
# What students hand in and what is made of it is state, beside the database: a backup is a copy of that one folder.
c.CourseDirectory.submitted_directory = str(state / "submitted")
c.CourseDirectory.autograded_directory = str(state / "autograded")
c.CourseDirectory.feedback_directory = str(state / "feedback")
c.CourseDirectory.db_url = f"sqlite:///{state / 'gradebook.db'}"

c.ClearSolutions.code_stub = {"python": "# ESCRIBE TU CÓDIGO AQUÍ\nraise NotImplementedError()"}
c.ClearSolutions.text_stub = "ESCRIBE AQUÍ TU RESPUESTA"

# nbgrader gives 0 to a test cell that writes to stderr, and TensorFlow writes there.
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = "."
c.Execute.timeout = 240
