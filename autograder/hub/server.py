"""The program of a jail that is somebody's server: JupyterLab behind the hub, on a port that the hub holds for it.

The zygote imports this module, and with it all that a server needs, once: a server is a fork of it.
"""

from __future__ import annotations

import importlib
import os
import signal
import socket
import sys
import threading
from pathlib import Path

from jupyter_server.serverapp import ServerApp
from jupyterhub.singleuser.extension import JupyterHubSingleUser

from autograder.hub import kernel_nursery, kernels

LISTEN, STOP = b"L", b"S"
UMASK = "AUTOGRADER_UMASK"
LOG = Path(".local/share/autograder/server.log")
EXTENSIONS = (
    "jupyter_lsp",
    "jupyter_server_terminals",
    "jupyterlab",
    "jupyterlab.labapp",
    "jupyterlab_server",
    "jupyterlab_server.handlers",
    "autograder.exchange.nbgrader",
    "autograder.hub.validating",
    "nbgrader.apps",
    "nbgrader.server_extensions.assignment_list",
    "nbgrader.server_extensions.course_list",
    "nbgrader.server_extensions.formgrader",
    "nbgrader.server_extensions.validate_assignment",
    "notebook.app",
    "notebook_shim",
    "jupyter_server.services.contents.largefilemanager",
    "jupyter_server.services.kernels.kernelmanager",
    "jupyter_server.services.sessions.sessionmanager",
    "jupyter_server.gateway.gateway_client",
    "jupyter_client.provisioning.local_provisioner",
    "tornado.curl_httpclient",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel.kernelspec",
    "IPython.core.completer",
    "IPython.core.magics",
    "nbconvert.exporters",
    "nbconvert.exporters.html",
)


def preload() -> None:
    """Import what a server imports late. What is not installed is left out."""
    for name in EXTENSIONS:
        try:
            importlib.import_module(name)
        except ImportError:
            continue


def main(channel: socket.socket) -> None:
    """Receive the listening socket, then serve until told to stop."""
    os.umask(int(os.environ.pop(UMASK, "077"), 8))
    _, (listener, *_), _, _ = socket.recv_fds(channel, len(LISTEN), 1)
    _log_to(Path.home() / LOG)
    kernels.use(kernel_nursery.start())  # before there is a thread
    threading.Thread(target=_await_stop, args=(channel,), daemon=True).start()
    listening = socket.socket(fileno=listener)
    listening.setblocking(False)

    class HeldServer(ServerApp):
        """Serves on the socket that the hub holds, so that no port is free for somebody else to take meanwhile."""

        def _find_http_port(self) -> None:
            pass

        def _bind_http_server_tcp(self) -> bool:
            self.http_server.add_socket(listening)
            return True

    JupyterHubSingleUser.serverapp_class = HeldServer
    sys.argv = ["jupyterhub-singleuser"]
    JupyterHubSingleUser.launch_instance(argv=[])


def _await_stop(channel: socket.socket) -> None:
    """End the server when the hub says so. A hub that hung up said nothing: it may have been restarted."""
    try:
        said = channel.recv(len(STOP))
    except OSError:
        said = b""
    if said == STOP:
        os.kill(os.getpid(), signal.SIGTERM)


def _log_to(file: Path) -> None:
    """Let what the server says go to a file of its owner's, begun anew."""
    file.parent.mkdir(parents=True, exist_ok=True)
    log = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    for target in (1, 2):
        os.dup2(log, target)
    os.close(log)


preload()
