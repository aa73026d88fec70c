"""JupyterHub for this course. What an operator decides is in hub.toml; see docs/operators/."""

from pathlib import Path

from autograder.hub.configure import configure

c = get_config()  # noqa: F821 (given by traitlets, which runs this file)
configure(c, Path(__file__).resolve().parent)
# An operator's own lines go below.
