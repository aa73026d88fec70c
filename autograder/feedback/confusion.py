"""A confusion matrix as a table that a screen reader can read too: numbers in, shaded cells out."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.course.result import Json

MOST_CLASSES = 20
SHADES = 5  # 0 is white; the page's style has a class for each


class ConfusionRefused(ValueError):
    """The exhibit is no confusion matrix that can be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many of one class were taken for another."""

    count: int
    right: bool
    shade: int  # 0 to 5, by its share of its row


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What became of one true class."""

    name: str
    counts: tuple[Count, ...]
    total: int

    @property
    def right(self) -> int:
        """How many were recognised."""
        return next(one.count for one in self.counts if one.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The whole matrix: a row per true class, a column per answer."""

    name: str
    classes: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def total(self) -> int:
        """How many examples there were."""
        return sum(row.total for row in self.rows)

    @property
    def right(self) -> int:
        """How many were recognised."""
        return sum(row.right for row in self.rows)


def matrix(data: dict[str, Json]) -> Matrix:
    """Return the matrix in ``data``: "classes", k names, and "counts", k rows of k integers. Raises
    ``ConfusionRefused`` on any other shape, a negative count, or more than 20 classes."""
    classes, counts = data.get("classes"), data.get("counts")
    if not isinstance(classes, list) or not isinstance(counts, list):
        raise ConfusionRefused("no classes or no counts")
    if not 1 <= len(classes) <= MOST_CLASSES or len(counts) != len(classes):
        raise ConfusionRefused(f"{len(classes)} classes, {len(counts)} rows")
    names = tuple(str(name) for name in classes)
    rows = tuple(_row(names, number, row) for number, row in enumerate(counts))
    return Matrix(name=str(data.get("name") or ""), classes=names, rows=rows)


def _row(names: tuple[str, ...], number: int, row: Json) -> Row:
    if not isinstance(row, list) or len(row) != len(names):
        raise ConfusionRefused(f"row {number} is not of {len(names)} counts")
    counts = [count for count in row if isinstance(count, int) and not isinstance(count, bool) and count >= 0]
    if len(counts) != len(names):
        raise ConfusionRefused(f"row {number} has something that is no count")
    total = sum(counts)
    return Row(
        name=names[number],
        counts=tuple(
            Count(count=count, right=column == number, shade=round(SHADES * count / total) if total else 0)
            for column, count in enumerate(counts)
        ),
        total=total,
    )
