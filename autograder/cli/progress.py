"""A progress bar on stderr, so that stdout stays what the command reports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

ERRORS = Console(stderr=True)


@contextmanager
def bar(total: int | None) -> Iterator[Progress]:
    """Show a bar for ``total`` pieces of work, None when nobody knows how many; its one task is the first."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=ERRORS, transient=True) as progress:
        progress.add_task("", total=total)
        yield progress


@contextmanager
def waiting(sentence: str) -> Iterator[None]:
    """Show that something is going on that has no steps to count."""
    with ERRORS.status(sentence):
        yield
