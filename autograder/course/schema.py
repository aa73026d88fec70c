"""The shape of ``course.toml``, for pydantic: every key it may have, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from autograder.course.units import SIZES, TIMES, parse_seconds, parse_size

Provider = Literal["folder", "cifar10", "drawn", "scikit-image"]
Base = Literal["", "efficientnet-lite0", "vgg16"]


def _quantity(parse: Callable[[str], float], kind: Literal["size", "time"]) -> Callable[[Any], float]:
    units = ", ".join(SIZES if kind == "size" else TIMES)

    def read(value: Any) -> float:
        try:
            return parse(value)
        except (TypeError, ValueError) as error:
            raise PydanticCustomError(kind, "not a quantity", {"value": repr(value), "units": units}) from error

    return read


def _inside(value: str) -> str:
    """Keep a path within the course's folder: a typo must not read, or a build write, elsewhere."""
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise PydanticCustomError("path_outside", "path leaves the course", {"value": value})
    return value


Size = Annotated[int, BeforeValidator(_quantity(parse_size, "size"))]
Seconds = Annotated[float, BeforeValidator(_quantity(parse_seconds, "time"))]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=64)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Inside = Annotated[str, AfterValidator(_inside)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class Table(BaseModel):
    """A TOML table: no unknown keys, no conversions between types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class LessonTable(Table):
    number: Annotated[int, Field(ge=1)]
    title: Title


class LimitsTable(Table):
    memory: Size | None = None
    disk: Size | None = None
    output: Size | None = None
    crossing: Size | None = None
    processes: Annotated[int, Field(ge=1, le=4096)] | None = None
    cpus: Annotated[int, Field(ge=1, le=1024)] | None = None
    cell: Seconds | None = None
    run: Seconds | None = None
    test: Seconds | None = None


class MaterialsTable(Table):
    providers: list[Provider] = []
    folder: str | None = None
    classes: list[Name] = []
    image_size: Annotated[int, Field(ge=8, le=1024)] = 64
    train: Count = 0
    valid: Count = 0
    hidden: Count = 0
    seed: Count = 0
    base: Base = ""
    base_cut: str = ""
    vgg16_weights: str | None = None
    options: dict[str, Any] = {}


class LabTable(Table):
    id: Name
    lesson: int
    title: Title
    notebook: Annotated[str, StringConstraints(pattern=r"^[^/\\]+\.ipynb$")] | None = None
    samples: Inside | None = None
    points: Annotated[float, Field(gt=0, strict=False)] | None = None
    limits: LimitsTable = LimitsTable()
    materials: MaterialsTable = MaterialsTable()
    settings: dict[str, Any] = {}


class CourseTable(Table):
    slug: Name
    title: Title
    language: Literal["es", "en"] = "es"
    lesson: Annotated[list[LessonTable], Field(min_length=1)]
    limits: LimitsTable = LimitsTable()
    lab: list[LabTable] = []
