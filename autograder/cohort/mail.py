"""Sending a message by mail, where a mail server is configured: one letter a person, so that nobody sees the others."""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formataddr, make_msgid
from urllib.parse import parse_qs, unquote, urlsplit

from autograder.course.cohort import Person

log = logging.getLogger(__name__)

VARIABLE = "AUTOGRADER_SMTP"
TIMEOUT_SECONDS = 20.0


class BadMailAddress(ValueError):
    """The address of the mail server cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailer:
    """A mail server. ``starttls`` is tried wherever the server offers it; ``smtps`` begins encrypted."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    encrypted: bool = False

    def send(self, people: Sequence[Person], subject: str, body: str) -> list[str]:
        """Send to everybody who has an address; return the users to whom it went. What fails is in the log."""
        sent = []
        try:
            with self._connected() as server:
                for person in people:
                    if person.email and self._send(server, person, subject, body):
                        sent.append(person.user)
        except (OSError, smtplib.SMTPException) as error:
            log.error("the mail server %s: %s", self.host, error)
        return sent

    def _send(self, server: smtplib.SMTP, person: Person, subject: str, body: str) -> bool:
        try:
            server.send_message(letter(self.sender, person, subject, body))
        except smtplib.SMTPRecipientsRefused as error:
            log.warning("no mail to %s: %s", person.user, error)
            return False
        return True

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        context = ssl.create_default_context()
        server = (
            smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_SECONDS, context=context)
            if self.encrypted
            else smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        )
        with server:
            server.ehlo()
            if not self.encrypted and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            if self.user:
                server.login(self.user, self.password)
            yield server


def mailer(url: str) -> Mailer:
    """Read ``smtp://user:password@host:587/?from=course@example.org``. Raises ``BadMailAddress``."""
    parts = urlsplit(url)
    sender = parse_qs(parts.query).get("from", [""])[0]
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or "@" not in sender:
        raise BadMailAddress(f"{VARIABLE} must look like smtp://user:password@host:587/?from=course@example.org")
    encrypted = parts.scheme == "smtps"
    return Mailer(
        host=parts.hostname,
        port=parts.port or (465 if encrypted else 587),
        sender=sender,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        encrypted=encrypted,
    )


def letter(sender: str, person: Person, subject: str, body: str) -> EmailMessage:
    """Return one mail. A line break in a subject or a name cannot become a header."""
    made = EmailMessage()
    made["From"] = sender
    made["To"] = formataddr((" ".join(person.name.split()), person.email))
    made["Subject"] = " ".join(subject.split())
    made["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].rstrip(">"))
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(body)
    return made
