"""The sentences people read, from gettext catalogues: Spanish first, English second.

``say("checks.array.shape", name="x", …)`` looks the id up in ``locale/<language>/LC_MESSAGES/checks.mo``: the part of
an id before its first dot names the catalogue. An entry with plural forms is chosen by the value called ``count``.
"""

from __future__ import annotations

import gettext
import io
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from numbers import Integral, Real
from pathlib import Path
from string import Formatter
from typing import Any

__all__ = ["LANGUAGES", "LOCALE", "UnknownMessage", "language", "say", "say_in"]

LANGUAGES = ("es", "en")
LOCALE = Path(__file__).parent / "locale"


class UnknownMessage(KeyError):
    """No catalogue of that language has that id: a typo of ours, so it fails loudly."""


def say(id: str, /, **values: object) -> str:
    """Return the sentence ``id`` with ``values`` filled in, in the language that AUTOGRADER_LANGUAGE names.

    Floats are shown with up to 4 significant digits. Raises ``UnknownMessage`` for an id that is in no catalogue and
    ``KeyError`` when the sentence needs a value that was not given.
    """
    return say_in(language(), id, **values)


def say_in(language: str, id: str, /, **values: object) -> str:
    """Return the sentence ``id`` in ``language`` ("es" or "en"). Raises as ``say`` does; ``ValueError`` for a language
    that is not one of ``LANGUAGES``."""
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is not one of {', '.join(LANGUAGES)}")
    return _FORMATTER.vformat(_template(language, id, values.get("count")), (), values)


def language() -> str:
    """Return the language of the sentences: AUTOGRADER_LANGUAGE ("es_PE" counts as "es"), else Spanish."""
    wanted = os.environ.get("AUTOGRADER_LANGUAGE", "")[:2].lower()
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


class _ShortNumbers(Formatter):
    """``str.format`` that shows 0.8333333 as 0.8333 and 12345.6 as 12346.

    The point stays a point in Spanish: the reader programs.
    """

    def format_field(self, value: Any, format_spec: str) -> str:
        if not format_spec and isinstance(value, Real) and not isinstance(value, Integral):
            format_spec = ".0f" if 1e4 <= abs(float(value)) < 1e9 else ".4g"
        return str(super().format_field(value, format_spec))

    def check_unused_args(self, used_args: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """Let a sentence leave values out: a language may not need them all."""


_FORMATTER = _ShortNumbers()


def _template(language: str, id: str, count: object) -> str:
    catalogue = _catalogue(language, id.partition(".")[0])
    found = catalogue.ngettext(id, id, count) if isinstance(count, int) else id
    if found == id:  # no plural forms: one sentence for all
        found = catalogue.gettext(id)
    if found == id:
        raise UnknownMessage(f"{id!r} is not in the {language!r} catalogue")
    return found


@lru_cache(maxsize=64)
def _catalogue(language: str, domain: str) -> gettext.NullTranslations:
    """Read a compiled catalogue; while developing, compile in memory a ``.po`` that is newer than its ``.mo``."""
    compiled = LOCALE / language / "LC_MESSAGES" / f"{domain}.mo"
    source = compiled.with_suffix(".po")
    if _is_stale(compiled, source) and find_spec("babel") is not None:
        from autograder.messages.compile import compiled_bytes

        return gettext.GNUTranslations(io.BytesIO(compiled_bytes(source)))
    if not compiled.exists():
        return gettext.NullTranslations()
    with compiled.open("rb") as file:
        return gettext.GNUTranslations(file)


def _is_stale(compiled: Path, source: Path) -> bool:
    if not source.exists():
        return False
    return not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime
