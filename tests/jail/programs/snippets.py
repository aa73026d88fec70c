"""A program for tests: runs the Python it is sent and answers with what it did. A jailed one, so any answer is a claim.

One line of JSON in, {"code": source}; one line out, {"printed": text, "raised": "OSError: …" or null}.
"""

import contextlib
import io
import json
import socket


def main(channel: socket.socket) -> None:
    """Answer until the peer hangs up."""
    scope: dict[str, object] = {"channel": channel}
    with channel.makefile("rwb") as lines:
        for line in lines:
            printed, raised = io.StringIO(), None
            with contextlib.redirect_stdout(printed):
                try:
                    exec(json.loads(line)["code"], scope)
                except BaseException as error:
                    raised = f"{type(error).__name__}: {error}"
            answer = {"printed": printed.getvalue()[-10_000:], "raised": raised}
            lines.write(json.dumps(answer).encode() + b"\n")
            lines.flush()
