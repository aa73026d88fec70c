"""What a cell shows, kept up to a limit: printed text on one tape, results and pictures in a list beside it."""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder.messages import say
from autograder.mirrors.lineage import clip

TEXT = 100_000
ITEM_TEXT = 20_000
ITEMS = 200
PICTURES = 20
PICTURE_BYTES = 4 << 20

_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One thing that a cell displayed: text, or a picture as PNG bytes."""

    mime: str
    text: str = ""
    png: bytes = b""


class Tape(io.TextIOBase):
    """A text stream that keeps its first characters and drops the rest, so that endless printing fills no memory."""

    encoding = "utf-8"

    def __init__(self, most: int = TEXT) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._left = most
        self._dropped = False

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not self._left:
            self._dropped = self._dropped or bool(text)
            return len(text)
        kept = clip(text, self._left)
        self._parts.append(kept)
        self._left -= len(kept)
        self._dropped = self._dropped or len(text) > len(kept)
        return len(text)

    def text(self) -> str:
        """Return what was printed as a screen would show it: no colours, a rewritten line as it ended."""
        printed = _ESCAPES.sub("", "".join(self._parts))
        lines = [line.rstrip("\r").rpartition("\r")[2] for line in printed.split("\n")]
        return "\n".join([*lines, say("kernel.truncated")] if self._dropped else lines)


class Screen:
    """Where a cell's output goes. One for each cell."""

    def __init__(self) -> None:
        self.tape = Tape()
        self.shown: list[Shown] = []
        self._pictures = 0

    def show(self, bundle: Mapping[str, Any]) -> None:
        """Keep one displayed thing: its picture when it has one that is small enough, else its text."""
        if len(self.shown) >= ITEMS:
            return
        png = _png(bundle.get("image/png"))
        if png and self._pictures < PICTURES:
            self._pictures += 1
            self.shown.append(Shown(mime="image/png", png=png))
        elif bundle.get("text/plain"):
            self.shown.append(Shown(mime="text/plain", text=clip(bundle["text/plain"], ITEM_TEXT)))


def _png(content: object) -> bytes:
    """Return PNG bytes of at most ``PICTURE_BYTES``; none for anything else."""
    if isinstance(content, str):
        try:
            content = base64.b64decode(content)
        except (binascii.Error, ValueError):
            return b""
    if isinstance(content, bytes) and content.startswith(_PNG) and len(content) <= PICTURE_BYTES:
        return content
    return b""
