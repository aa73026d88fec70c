"""What a browser is told about every answer: run only our files, in no frame, and say where from to nobody."""

from __future__ import annotations

from tornado.web import RequestHandler

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
"""The Content-Security-Policy, by directive."""


def policy(**changes: str) -> str:
    """Return the policy as a header's value; ``frame_src="'self'"`` sets or adds a directive."""
    directives = POLICY | {name.replace("_", "-"): value for name, value in changes.items()}
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def set_headers(handler: RequestHandler) -> None:
    """Set the headers that every answer has."""
    handler.set_header("Content-Security-Policy", policy())
    handler.set_header("X-Content-Type-Options", "nosniff")
    handler.set_header("Referrer-Policy", "same-origin")
    handler.set_header("Cross-Origin-Opener-Policy", "same-origin")
    handler.set_header("Cross-Origin-Resource-Policy", "same-origin")
    handler.set_header("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    handler.clear_header("Server")
