"""In which time zone a page shows times: the one that the reader's browser told us, else the cohort's."""

from __future__ import annotations

import re
from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

COOKIE = "autograder-zone"
"""Set by ``static/zone.js`` the first time a browser comes."""

_NAME = re.compile(r"[A-Za-z0-9_+-]{1,32}(?:/[A-Za-z0-9_+-]{1,32}){0,2}\Z")


def read_zone(told: str | None) -> ZoneInfo | None:
    """Return the zone of that name, None for what is not one."""
    name = unquote(told or "")
    if not _NAME.match(name):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
