"""What is said when something cannot be done: to a person on a page, to a program as ``application/problem+json``."""

from __future__ import annotations

from http import HTTPStatus

from tornado.web import HTTPError

SAID = (401, 403, 404, 405, 409, 411, 413, 429, 503)
"""The statuses that have a sentence of their own (``web.error.STATUS``); others are said to be our fault, or theirs."""


class Refused(HTTPError):
    """A request that is answered with a sentence for whoever asked, already in their language."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(status, sentence, reason=HTTPStatus(status).phrase)
        self.sentence = sentence


def kind_of(status: int) -> str:
    """Return the last part of the message ids that speak of a status."""
    if status in SAID:
        return str(status)
    return "ours" if status >= 500 else "theirs"


def problem(status: int, title: str, detail: str, request: str) -> dict[str, str | int]:
    """Return the body of an answer that says what went wrong (RFC 9457)."""
    return {"type": "about:blank", "status": status, "title": title, "detail": detail, "instance": request}
