"""nbgrader in a person's container: what the hub's environment says."""

import os

c = get_config()  # noqa: F821 (given by traitlets, which runs this file)

c.CourseDirectory.course_id = os.environ.get("AUTOGRADER_COURSE", "")
for name, value in os.environ.items():
    if name.startswith("AUTOGRADER_EXCHANGE_"):
        c.ExchangeFactory[name.removeprefix("AUTOGRADER_EXCHANGE_").lower()] = value
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = "."
c.Execute.timeout = 240
