"""One source notebook becomes the students' notebook and the solution, by nbgrader's own preprocessors in its order."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.authoring.errors import AuthoringError
from autograder.authoring.notebook import Notebook, read_notebook

NEEDS_DATABASE = ("SaveCells",)
RUNS_CODE = ("Execute",)
UP_TO_SAVING = "SaveCells"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notebooks:
    """What one source notebook becomes. ``path`` is the source's.

    ``whole`` has solutions and whole tests, as nbgrader's generate_solution leaves them. ``saved`` has stubs in place
    of solutions, and whole tests: what nbgrader keeps in its database. ``release`` is for students; ``solution`` is
    the release with its answers filled in, as a student would have written them.
    """

    path: Path
    whole: Notebook
    saved: Notebook
    release: Notebook
    solution: Notebook


def derive(path: Path, root: Path) -> Notebooks:
    """Read the source notebook at ``path`` and derive the others, configured by ``root``'s ``nbgrader_config.py``.

    Takes 3 s the first time: it imports nbgrader. Raises ``AuthoringError``.
    """
    source = read_notebook(path)
    if (language := source["metadata"].get("kernelspec", {}).get("language", "python")) != "python":
        raise AuthoringError("not_python", file=path, language=language)
    return _Conversion(path, root).notebooks(source)


class _Conversion:
    """nbgrader's converters without its database, its folders and its kernel."""

    def __init__(self, path: Path, root: Path) -> None:
        from nbgrader.converters import GenerateAssignment, GenerateSolution

        self._path, self._root = path, root
        self._config = read_config(root)
        self._assignment = GenerateAssignment(config=self._config).preprocessors
        self._solution = GenerateSolution(config=self._config).preprocessors

    def notebooks(self, source: Notebook) -> Notebooks:
        before, after = self._split()
        whole = self._run(self._solution, source)
        saved = self._run(before, source)
        release = self._run(after, saved)
        return Notebooks(
            path=self._path,
            whole=whole,
            saved=saved,
            release=release,
            solution=self._filled_in(release, whole),
        )

    def _split(self) -> tuple[list[Any], list[Any]]:
        """Cut the chain where nbgrader saves the cells in its database: what follows removes the hidden tests."""
        names = [preprocessor.__name__ for preprocessor in self._assignment]
        if UP_TO_SAVING not in names:
            raise AuthoringError("no_save_cells", file=self._root / "nbgrader_config.py")
        cut = names.index(UP_TO_SAVING)
        return self._assignment[:cut], self._assignment[cut:]

    def _filled_in(self, release: Notebook, whole: Notebook) -> Notebook:
        """Return the release with the answers of ``whole``. Its tests stay as released: a solution is handed out."""
        from nbgrader.preprocessors import ClearSolutions

        clear = ClearSolutions(config=self._config)
        marks = (clear.begin_solution_delimeter, clear.end_solution_delimeter)
        solution = deepcopy(release)
        for cell, answered in zip(solution["cells"], whole["cells"], strict=True):
            if cell["metadata"].get("nbgrader", {}).get("solution"):
                lines = answered["source"].split("\n")
                cell["source"] = "\n".join(line for line in lines if not any(mark in line for mark in marks))
                cell |= {"attachments": answered["attachments"]} if "attachments" in answered else {}
        return solution

    def _run(self, preprocessors: list[Any], notebook: Notebook) -> Notebook:
        result: Any = deepcopy(notebook)
        resources: Any = {"metadata": {"path": str(self._path.parent), "name": self._path.stem}}
        for kind in preprocessors:
            if kind.__name__ in NEEDS_DATABASE + RUNS_CODE:
                continue
            preprocessor = kind(config=self._config)
            self._find_files(preprocessor)
            try:
                result, resources = preprocessor(result, resources)
            except Exception as error:  # nbgrader raises bare RuntimeErrors, among others
                why = str(error).split("\n")[0]
                raise AuthoringError("nbgrader", file=self._path, step=kind.__name__, why=why) from error
        return result  # type: ignore[no-any-return]

    def _find_files(self, preprocessor: Any) -> None:
        """Make paths that nbgrader takes from the working directory relative to the course, wherever we run."""
        for trait in ("header", "footer"):
            if getattr(preprocessor, trait, ""):
                setattr(preprocessor, trait, str(self._root / getattr(preprocessor, trait)))
        tests = getattr(preprocessor, "autotest_filename", "")
        if tests and not (self._path.parent / tests).exists():
            preprocessor.autotest_filename = str(self._root / tests)


def read_config(root: Path) -> Any:
    """Return ``nbgrader_config.py`` of the course as a traitlets ``Config``: empty when there is none."""
    from traitlets.config import Config, PyFileConfigLoader

    if not (root / "nbgrader_config.py").exists():
        return Config()
    try:
        return PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    except Exception as error:  # the author's own Python
        raise AuthoringError("config", file=root / "nbgrader_config.py", why=repr(error)) from error
