"""A lab is built: the release and the solution for people, the bundle and its files for grading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from autograder.authoring.errors import AuthoringError
from autograder.authoring.finding import Finding, Level, finding
from autograder.authoring.leaks import leaks
from autograder.authoring.make_bundle import make_bundle
from autograder.authoring.notebook import notebook_bytes
from autograder.authoring.parts import Materials, Runner, Store
from autograder.authoring.release import Notebooks, derive, read_config
from autograder.authoring.solution import executed, inputs_digest, recorded_digest, same_sources
from autograder.authoring.write import write_if_changed
from autograder.course.bundle import Bundle, bundle_from_json
from autograder.course.model import Course, Lab


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What building needs beside the course. ``state`` is the folder that holds ``bundles/``."""

    state: Path
    materials: Materials
    store: Store
    runner: Runner


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What one build made. ``written`` are the files that changed; ``ran`` whether the solution was run."""

    bundle: Bundle
    notebooks: Notebooks
    written: tuple[Path, ...]
    ran: bool


def build(course: Course, lab: Lab, workshop: Workshop, *, rerun: bool = False) -> Built:
    """Build a lab. The solution runs only where it is stale, or with ``rerun``. Raises ``AuthoringError``.

    Nothing is written when the release would show a solution or a hidden test.
    """
    notebooks = derive(course.source(lab), course.root)
    _refuse_leaks(notebooks, make_bundle(course, lab, notebooks))
    folder = course.release(lab).parent
    copies = _copies(course, lab)
    writing = {course.release(lab): notebook_bytes(notebooks.release)}
    writing |= {folder / name: content for name, content in copies.items()}
    written = [path for path, content in writing.items() if write_if_changed(path, content)]

    bundle = _with_files(course, lab, notebooks, workshop, copies)
    place = bundle_path(workshop.state, lab)
    if write_if_changed(place, bundle.to_json().encode()):
        written.append(place)

    stale = rerun or not _is_fresh(course, lab, notebooks)
    if stale:
        shown = workshop.runner.run(bundle, notebook_bytes(notebooks.solution))
        solved = executed(notebooks, bundle, shown, inputs_digest(course, lab, notebooks))
        if write_if_changed(course.solution(lab), solved):
            written.append(course.solution(lab))
    beside = {course.solution(lab).parent / name: content for name, content in copies.items()}
    written.extend(path for path, content in beside.items() if write_if_changed(path, content))
    return Built(bundle=bundle, notebooks=notebooks, written=tuple(written), ran=stale)


def stale_outputs(course: Course, lab: Lab) -> list[Finding]:
    """Return which committed outputs of a lab do not match its source. Runs and writes nothing.

    Raises ``AuthoringError`` when the source cannot be built at all.
    """
    notebooks = derive(course.source(lab), course.root)
    wanted = {course.release(lab): notebook_bytes(notebooks.release)}
    for name, content in _copies(course, lab).items():
        wanted[course.release(lab).parent / name] = content
        wanted[course.solution(lab).parent / name] = content
    found = [_stale(path, lab) for path, content in wanted.items() if not _holds(path, content)]
    if not _is_fresh(course, lab, notebooks):
        found.append(_stale(course.solution(lab), lab))
    return found


def bundle_path(state: Path, lab: Lab) -> Path:
    """Return where a lab's bundle is kept."""
    return state / "bundles" / f"{lab.id}.json"


def read_bundle(state: Path, lab: Lab) -> Bundle:
    """Return a lab's bundle. Raises ``AuthoringError`` when it was never built, or by another version of us."""
    path = bundle_path(state, lab)
    try:
        return bundle_from_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise AuthoringError("missing_output", file=path, lab=lab.id) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AuthoringError("stale_output", file=path, lab=lab.id) from error


def _with_files(course: Course, lab: Lab, notebooks: Notebooks, workshop: Workshop, copies: dict[str, bytes]) -> Bundle:
    """Keep the lab's files in the store and return the bundle that names them."""
    prepared = workshop.materials.prepare(lab, course.release(lab).parent)
    for name in sorted(prepared.public.keys() & copies.keys()):
        raise AuthoringError("prepared_twice", file=course.source(lab).parent, name=name)
    put = workshop.store.put
    public = {name: put(path.read_bytes()) for name, path in sorted(prepared.public.items())}
    hidden = {name: put(path.read_bytes()) for name, path in sorted(prepared.hidden.items())}
    public |= {name: put(content) for name, content in copies.items()}
    return make_bundle(course, lab, notebooks, public=public, hidden=hidden)


def _refuse_leaks(notebooks: Notebooks, bundle: Bundle) -> None:
    for leak in leaks(notebooks, bundle):
        if leak.level is Level.ERROR:
            raise AuthoringError("would_leak", file=leak.file, cell=leak.cell, why=leak.what)


def _is_fresh(course: Course, lab: Lab, notebooks: Notebooks) -> bool:
    path = course.solution(lab)
    return recorded_digest(path) == inputs_digest(course, lab, notebooks) and same_sources(path, notebooks)


def _stale(path: Path, lab: Lab) -> Finding:
    return finding("stale_output" if path.exists() else "missing_output", path, lab=lab.id)


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _copies(course: Course, lab: Lab) -> dict[str, bytes]:
    """Return the other files of the source's folder, which nbgrader copies beside the notebook, by relative path."""
    from nbgrader.coursedir import CourseDirectory

    folder = course.source(lab).parent
    ignored = (*CourseDirectory(config=read_config(course.root)).ignore, "*.ipynb")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in _files(folder, ignored)}


def _files(folder: Path, ignored: tuple[str, ...]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if any(fnmatch(path.name, pattern) for pattern in ignored):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _files(path, ignored)
        elif path.is_file():
            yield path
