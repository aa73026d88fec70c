"""Every colour of the page can be read on what it stands on (WCAG 2.2, contrast of 4.5 for text and 3 for drawings)."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

STYLE = files("autograder.feedback").joinpath("page.css").read_text(encoding="utf-8")
TONES = ("good", "part", "fix", "todo", "wait", "ours")


def palettes() -> dict[str, dict[str, str]]:
    light, dark, printed = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", block))
        for block in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
        if "--paper" in block
    )
    return {"light": light, "dark": light | dark, "print": light | printed}


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", ["light", "dark", "print"])
def test_text_can_be_read(palette: str) -> None:
    colours = palettes()[palette]
    pairs = [(text, ground) for text in ("ink", "soft", "link") for ground in ("paper", "card")]
    pairs += [(tone, "card") for tone in TONES] + [("ink", "well"), ("ink", "good-pale"), ("ink", "fix-pale")]
    for text, ground in pairs:
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


@pytest.mark.parametrize("palette", ["light", "dark", "print"])
def test_drawings_can_be_seen(palette: str) -> None:
    colours = palettes()[palette]
    for one, other in [("first", "card"), ("second", "card"), *((tone, "on") for tone in TONES)]:
        assert contrast(colours[one], colours[other]) >= 3, (one, other)
