"""What is wrong in ``course.toml``, as a sentence that names file, key and remedy."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from autograder.course.schema import CourseTable
from autograder.messages import say


class CourseError(Exception):
    """``course.toml`` cannot be used. Prints as a sentence for whoever wrote it."""

    def __init__(self, file: Path, key: str, problem: str, remedy: str) -> None:
        super().__init__(file, key, problem, remedy)
        self.file, self.key, self.problem, self.remedy = file, key, problem, remedy

    def __str__(self) -> str:
        place = say("course.place.key", file=self.file, key=self.key) if self.key else str(self.file)
        return f"{place}: {self.problem} {self.remedy}".rstrip()


def explain(file: Path, raw: Mapping[str, Any], error: Mapping[str, Any]) -> CourseError:
    """Return the first of pydantic's complaints in our words."""
    return CourseError(file, *complaint(CourseTable, raw, error))


def complaint(root: type[BaseModel], raw: Mapping[str, Any], error: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return a complaint of pydantic's about a TOML file of shape ``root`` as key, problem and remedy."""
    kind, values = _classify(root, error)
    return _key(raw, error["loc"]), say(f"course.problem.{kind}", **values), say(f"course.remedy.{kind}", **values)


def _classify(root: type[BaseModel], error: Mapping[str, Any]) -> tuple[str, dict[str, object]]:
    loc, kind, context = error["loc"], error["type"], error.get("ctx", {})
    name = str(loc[-1])
    if kind == "extra_forbidden":
        return _unknown_key(root, loc, name)
    if kind == "missing":
        return "missing", {"name": name}
    if kind in ("size", "time", "path_outside"):
        return kind, dict(context)
    value = _shown(error["input"])
    if kind == "literal_error":
        return "choice", {"value": value, "choices": str(context["expected"]).replace(" or ", ", ")}
    if kind.endswith("_type"):
        return "type", {"value": value, "type": say(f"course.type.{_type_name(kind)}")}
    return "value", {"value": value, "why": error["msg"]}


def _unknown_key(root: type[BaseModel], loc: tuple[Any, ...], name: str) -> tuple[str, dict[str, object]]:
    known = _known_keys(root, loc[:-1])
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    if close:
        return "unknown_key_close", {"name": name, "close": close[0]}
    return "unknown_key", {"name": name, "known": ", ".join(known)}


def _known_keys(root: type[BaseModel], loc: tuple[Any, ...]) -> list[str]:
    """Return the keys that the table at ``loc`` may have."""
    table = root
    for part in loc:
        if isinstance(part, str):
            table = _table_in(table.model_fields[part].annotation) or table
    return sorted(table.model_fields)


def _table_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (list, Union, UnionType):
        return next(filter(None, map(_table_in, get_args(annotation))), None)
    return None


def _type_name(kind: str) -> str:
    """Return the catalogue's word for what pydantic wanted ("int_type" → "int")."""
    name = kind.removesuffix("_type")
    return name if name in ("string", "int", "float", "list", "bool") else "table"


def _key(raw: Mapping[str, Any], loc: tuple[Any, ...]) -> str:
    """Return a key as its author knows it: a lab by its id ("lab[lab1].limits.memory"), a lesson by its place."""
    parts, here = "", raw
    for part in loc:
        if isinstance(part, int):
            row: Any = here[part] if isinstance(here, list) and part < len(here) else {}
            id = row.get("id") if isinstance(row, dict) else None
            parts += f"[{id if isinstance(id, str) else part + 1}]"
            here = row
        else:
            parts += f".{part}" if parts else part
            here = here.get(part, {}) if isinstance(here, dict) else {}
    return parts


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
