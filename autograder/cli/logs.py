"""One line of JSON for each thing that happens, with the ids to find an attempt or a run by."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

FACTS = (
    "request", "user", "status", "milliseconds", "worker", "job", "attempt", "run", "lab", "student", "sha256", "pid",
)  # fmt: skip
"""What a line may say beside its message: ``log.info("graded", extra={"attempt": 7, "run": 9})``."""


class JsonLines(logging.Formatter):
    """Formats a record as a line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name.removeprefix("autograder."),
            "says": record.getMessage(),
        }
        line |= {fact: value for fact in FACTS if (value := getattr(record, fact, None)) is not None}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def to_json() -> None:
    """Log to standard error as lines of JSON. Libraries are heard from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("autograder").setLevel(logging.INFO)
    logging.getLogger("tornado.application").setLevel(logging.ERROR)  # warns of each request of an old browser
