"""Style and scripts: files of ours, the same for everybody, kept by browsers as long as their address stays."""

from __future__ import annotations

from tornado.web import StaticFileHandler

from autograder.web.headers import set_headers


class StaticFiles(StaticFileHandler):
    """A file of ``static/``. Its address holds a hash of its content (``static_url``)."""

    def set_default_headers(self) -> None:
        set_headers(self)
