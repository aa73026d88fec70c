"""A record: what crosses the trust boundary for one value. A kind, a little JSON, and bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from numpy.typing import NDArray

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One value as data. Made in the jail (so: a claim), read strictly in the grader."""

    kind: str
    data: Json
    blobs: tuple[bytes, ...] = ()


class Keep(Protocol):
    """In the jail: keep a live object (a function) and name it, so that it can be called later."""

    def __call__(self, value: object) -> str: ...


class Far(Protocol):
    """In the grader: what a mirror can ask of the other side. Raises ``CheckFailed`` with a sentence when the
    student's code is to blame and ``FarSideLost`` when ours may be."""

    def call(self, handle: str, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        """Call the student's function with plain values and arrays; return the mirror of what it returned."""

    def model_facts(self, model: bytes) -> dict[str, Any]:
        """Load the .keras file in jail B and return what only loading tells (see ``kernel/models.py``)."""

    def predict(self, model: bytes, inputs: NDArray[Any]) -> NDArray[Any]:
        """Return the predictions of the model in jail B for ``inputs``, shape (n, ...)."""
