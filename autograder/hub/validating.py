"""nbgrader's *Validate* without stopping the server it is pressed in.

nbgrader runs the whole notebook inside its request handler, and until it ends the server answers nobody: JupyterLab
tells the student that their server is gone. Here the same validation runs in a thread. A Jupyter server extension: its
handler comes before nbgrader's own because extensions are loaded by name.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from jupyter_server.utils import url_path_join
from nbgrader.server_extensions.validate_assignment.handlers import ValidateAssignmentHandler
from tornado import web


class ValidateInThread(ValidateAssignmentHandler):  # type: ignore[misc]
    """``POST /assignments/validate``: nbgrader's answer, while the server goes on serving."""

    @web.authenticated
    async def post(self) -> None:
        """Validate the notebook at ``path``."""
        path = self.get_argument("path", None) or (self.get_json_body() or {}).get("path", "")
        self.finish(json.dumps(await asyncio.to_thread(self.validate_notebook, path)))


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    address = url_path_join(server.web_app.settings["base_url"], "/assignments/validate")
    server.web_app.add_handlers(".*$", [(address, ValidateInThread)])
