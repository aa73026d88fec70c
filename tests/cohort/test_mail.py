"""Mail: what a letter is, where it goes, and that a server that fails takes nothing down."""

from __future__ import annotations

import socketserver
import threading
from email import message_from_bytes, policy

import pytest

from autograder.cohort.mail import BadMailAddress, letter, mailer
from autograder.course.cohort import Person

ANA = Person(user="ana", name="Ñahui, Ana", email="ana@example.org")


class _Smtp(socketserver.StreamRequestHandler):
    """A mail server that refuses ``no@`` and keeps the rest."""

    def handle(self):
        self._say("220 test")
        while line := self.rfile.readline():
            word = line.split(b":")[0].split()[0].upper()
            if word == b"EHLO":
                self._say("250 test")
            elif word == b"RCPT" and b"<no@" in line:
                self._say("550 nobody")
            elif word == b"DATA":
                self._say("354 go on")
                self.server.kept.append(self._read())
                self._say("250 kept")
            elif word == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 good")

    def _say(self, text):
        self.wfile.write(f"{text}\r\n".encode())

    def _read(self):
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        return message_from_bytes(b"".join(lines), policy=policy.default)


@pytest.fixture
def server():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Smtp) as running:
        running.kept = []
        running.daemon_threads = True
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def test_everybody_with_an_address_gets_a_letter_of_their_own(server):
    people = [ANA, Person(user="luis", name="Luis"), Person(user="no", name="No", email="no@example.org")]
    url = f"smtp://127.0.0.1:{server.server_address[1]}/?from=curso@example.org"
    assert mailer(url).send(people, "El domingo: feedback", "Trae tu laboratorio.\nÑ") == ["ana"]
    (kept,) = server.kept
    assert kept["Subject"] == "El domingo: feedback"
    assert "ana@example.org" in kept["To"]
    assert "luis" not in kept.as_string()
    assert kept.get_content().split() == ["Trae", "tu", "laboratorio.", "Ñ"]


def test_a_server_that_is_not_there_sends_to_nobody(server):
    port = server.server_address[1]
    server.shutdown()
    server.server_close()
    assert mailer(f"smtp://127.0.0.1:{port}/?from=a@example.org").send([ANA], "x", "y") == []


def test_a_line_break_makes_no_header():
    made = letter("curso@example.org", Person(user="a", name="A\nBcc: x@y", email="a@b"), "Hola\nBcc: x@y", "Hola")
    assert made["Bcc"] is None
    assert made["Subject"] == "Hola Bcc: x@y"


@pytest.mark.parametrize("url", ["", "http://x/?from=a@b", "smtp://x", "smtp:///?from=a@b", "smtp://x/?from=nobody"])
def test_an_address_that_cannot_be_used_says_how_it_must_look(url):
    with pytest.raises(BadMailAddress, match="AUTOGRADER_SMTP"):
        mailer(url)


def test_an_address_is_read_whole():
    made = mailer("smtps://us%40er:p%2Fw@mail.example.org/?from=Curso%20<curso@example.org>")
    assert (made.host, made.port, made.encrypted) == ("mail.example.org", 465, True)
    assert (made.user, made.password, made.sender) == ("us@er", "p/w", "Curso <curso@example.org>")
