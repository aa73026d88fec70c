"""A submission on its way in: counted while it streams, kept in a file of its own, refused when it is too much."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, ClassVar

from tornado.httputil import HTTPFile, HTTPInputError, ParseMultipartConfig, parse_multipart_form_data
from tornado.web import HTTPError, stream_request_body

from autograder.exchange.receive import NOTEBOOK_BYTES, Receipt
from autograder.web.errors import Refused
from autograder.web.page import Page

log = logging.getLogger(__name__)

ENVELOPE_BYTES = 64 << 10
"""What a form may add to the notebook in it."""

IN_MEMORY_BYTES = 256 << 10
_HOUR = timedelta(hours=1)
PARTS = ParseMultipartConfig(max_parts=10, max_part_header_size=4 << 10)


@dataclass(slots=True)
class Traffic:
    """How many uploads are under way. One for each application: it changes only in the event loop."""

    each: int = 3  # of one person
    all: int = 256
    an_hour: int = 60  # of one person: what is received is kept for ever
    reading_at_once: int = 4  # whole notebooks in memory
    uploads: Counter[str] = field(default_factory=Counter)
    lately: defaultdict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))
    reading: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self.reading = asyncio.Semaphore(self.reading_at_once)

    def enter(self, user: str, now: datetime) -> int:
        """Let one in. Returns 0, or the HTTP status with which it is turned away."""
        if self.uploads.total() >= self.all:
            return 503
        lately = self.lately[user]
        while lately and now - lately[0] > _HOUR:
            lately.popleft()
        if self.uploads[user] >= self.each or len(lately) >= self.an_hour:
            return 429
        lately.append(now)
        self.uploads[user] += 1
        return 0

    def leave(self, user: str) -> None:
        """Let one out."""
        self.uploads[user] -= 1
        if not self.uploads[user]:
            del self.uploads[user]


@stream_request_body
class Upload(Page):
    """Receives a notebook: as the body itself, or as the one file of a form. Names it carries are ignored."""

    form: ClassVar[bool] = False
    _file: IO[bytes] | None = None
    _size = 0

    async def prepare(self) -> None:
        """Say no before anything is read, where no is the answer already."""
        await super().prepare()
        if self.person is None or self._finished:
            return
        self._limit = NOTEBOOK_BYTES + (ENVELOPE_BYTES if self.form else 0)
        declared = self.request.headers.get("Content-Length", "")
        if not declared.isascii() or not declared.isdigit():
            raise HTTPError(411)
        if len(declared) > 12 or int(declared) > self._limit:
            raise HTTPError(413)
        self.request.connection.set_max_body_size(self._limit)  # type: ignore[union-attr]  # only HTTP/1 has it
        if status := self.traffic.enter(self.who.user, self.services.clock()):
            raise HTTPError(status)
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 (closed in ``_close``)

    @property
    def traffic(self) -> Traffic:
        """The uploads under way."""
        found: Traffic = self.settings["traffic"]
        return found

    def data_received(self, chunk: bytes) -> None:
        """Keep a piece."""
        self._size += len(chunk)
        if self._size > self._limit:
            raise HTTPError(413)
        if self._file is not None:
            self._file.write(chunk)

    async def keep(self, lab: str) -> Receipt:
        """Receive what arrived and return its receipt. Raises ``HTTPError`` and ``Refused``."""
        async with self.traffic.reading:
            content = await self.work(self._content)
            if not content.lstrip()[:1] == b"{":
                raise Refused(400, self.say("web.submit.not_a_notebook"))
            receive, now = self.services.reception.receive, self.services.clock()
            try:
                receipt = await self.work(receive, self.who.user, lab, content, now)
            except KeyError:
                raise HTTPError(404) from None
        self.settings["metrics"].receipt()
        facts = {"lab": lab, "student": receipt.student, "sha256": receipt.sha256, "request": self.request_id}
        log.info("received attempt %d", receipt.attempt, extra=facts)
        return receipt

    def _content(self) -> bytes:
        if self._file is None:
            raise HTTPError(400)
        self._file.seek(0)
        body = self._file.read()
        return self._notebook(body) if self.form else body

    def _notebook(self, body: bytes) -> bytes:
        """Return the one file of a form."""
        files: dict[str, list[HTTPFile]] = {}
        kind = self.request.headers.get("Content-Type", "")
        boundary = next((part.strip()[9:] for part in kind.split(";") if part.strip().startswith("boundary=")), "")
        try:
            parse_multipart_form_data(boundary.strip('"').encode(), body, {}, files, config=PARTS)
        except HTTPInputError:
            raise HTTPError(400) from None
        found = files.get("notebook", [])
        if len(found) != 1 or not found[0].body:
            raise Refused(400, self.say("web.submit.one_file"))
        if len(found[0].body) > NOTEBOOK_BYTES:
            raise HTTPError(413)
        return bytes(found[0].body)

    def on_finish(self) -> None:
        """Close the file."""
        super().on_finish()
        self._close()

    def on_connection_close(self) -> None:
        """Forget an upload whose sender hung up: it had no receipt."""
        super().on_connection_close()
        self._close()

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
            self.traffic.leave(self.who.user)
