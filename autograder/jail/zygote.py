"""The warm parent of all jails: ``python -I -m autograder.jail.zygote``. Imports everything once, then only forks.

It never reads a job, so nothing of one student is in the memory that the next one inherits; and it never runs an
operation of TensorFlow, whose threads would not survive a fork. File descriptor 0 leads to the process that started
it and is its life line; the argument is the descriptor of the socket on which jobs arrive.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import struct
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from autograder.jail import control, filter, root, supervisor, verify
from autograder.jail.errors import LayerMissing
from autograder.jail.settings import Settings
from autograder.jail.warm import warm

_PEER = struct.Struct("3i")


def main() -> None:
    """Get ready, say so, and fork a supervisor for each connection until the life line breaks."""
    life = socket.socket(fileno=os.dup(0))
    listening = socket.socket(fileno=int(sys.argv[1]))
    try:
        began = time.perf_counter()
        nursery = prepare(Settings.from_plain(control.receive(life)[0]))
        gc.collect()
        gc.freeze()
        threads = len(list(Path("/proc/self/task").iterdir()))
        if threads != 1:
            raise LayerMissing("zygote", f"{threads} threads after the imports: a fork would lose all but one")
    except LayerMissing as missing:
        control.tell_failure(life, missing)
        return
    except BaseException:
        control.tell_failure(life, LayerMissing("zygote", traceback.format_exc(limit=-3)))
        return
    control.send(life, {"ready": True, "threads": threads, "seconds": time.perf_counter() - began})
    serve(life, listening, nursery)


def prepare(settings: Settings) -> supervisor.Nursery:
    """Import, and compute what is the same for every job."""
    sys.path.extend(settings.path)
    os.environ.update(settings.environment)
    warm(settings.preload)
    ours = Path(__file__).parents[1]  # the package, not the folder it lies in: that may be a repository with its tests
    shown = [Path(path) for path in (sys.prefix, sys.base_prefix, *_import_path(ours.parent), *settings.readonly)]
    return supervisor.Nursery(
        settings=settings,
        readonly=root.binds([*shown, ours]),
        filters={} if settings.unsafe else _filters(),
        namespaces=verify.namespaces(),
    )


def _filters() -> dict[tuple[bool, bool], Any]:
    """Return the list of system calls for each kind of job, by network and GPU."""
    kinds = [(network, gpu) for network in (False, True) for gpu in (False, True)]
    return {kind: filter.prepare(kind[0], gpu=kind[1]) for kind in kinds}


def serve(life: socket.socket, listening: socket.socket, nursery: supervisor.Nursery) -> None:
    """Accept and fork. Nothing that a connection carries is read here."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # supervisors need no reaping
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal is for our starter, who will let us go
    poll = select.poll()
    poll.register(life, select.POLLIN)
    poll.register(listening, select.POLLIN)
    slot = 0
    while True:
        ready = {fd for fd, _ in poll.poll()}
        if life.fileno() in ready:
            return
        connection, _ = listening.accept()
        slot += 1
        if _is_ours(connection) and os.fork() == 0:
            life.close()
            listening.close()
            os.close(0)
            os.open(os.devnull, os.O_RDWR)
            supervisor.supervise(connection, nursery, slot)
        connection.close()


def _is_ours(connection: socket.socket) -> bool:
    """Tell whether the peer is the user that we are: the socket's folder is private, but a mode can be changed."""
    peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    return bool(_PEER.unpack(peer)[1] == os.geteuid())


def _import_path(repository: Path) -> list[str]:
    """Return the folders that Python imports from, but not the one our package lies in, unless packages are installed
    there."""
    return [path for path in sys.path if Path(path).is_dir() and (Path(path) != repository or _is_installed(path))]


def _is_installed(path: str) -> bool:
    return Path(path).name in ("site-packages", "dist-packages")


if __name__ == "__main__":
    main()
