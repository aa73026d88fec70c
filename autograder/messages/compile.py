"""Compile the catalogues that changed: ``python -m autograder.messages.compile``. Needs Babel; running does not."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from autograder.messages import LOCALE


def compiled_bytes(source: Path) -> bytes:
    """Return the ``.mo`` bytes of a ``.po`` file in ``<language>/LC_MESSAGES/``.

    Raises ``babel.messages.pofile.PoFileError`` for a file that cannot be read.
    """
    with source.open("rb") as po:
        catalogue = read_po(po, locale=source.parts[-3], abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    return compiled.getvalue()


def compile_catalogues(locale: Path = LOCALE) -> list[Path]:
    """Write each ``.mo`` that is missing or older than its ``.po``; return those written, in order."""
    written = []
    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        partial = target.with_suffix(".mo.partial")
        partial.write_bytes(compiled_bytes(source))
        partial.replace(target)  # a reader never meets half a catalogue
        written.append(target)
    return written


if __name__ == "__main__":
    for path in compile_catalogues():
        sys.stdout.write(f"{path.relative_to(LOCALE)}\n")
