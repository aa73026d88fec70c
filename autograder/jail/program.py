"""The program of a job: found among what is imported, given its descriptors and its environment, and run."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from typing import NoReturn, cast

from autograder.jail import limits
from autograder.jail.errors import LayerMissing
from autograder.jail.settings import Settings
from autograder.jail.types import WORK, Job

Program = Callable[[socket.socket], object]

CHANNEL = 3
_REPORT = 4
HOME = {
    "HOME": str(WORK),
    "TMPDIR": "/tmp",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def find_program(name: str) -> Program:
    """Return the function ``package.module:function``. Importing is the zygote's work, so the module must be there."""
    module, _, function = name.partition(":")
    found = getattr(sys.modules.get(module), function or "main", None)
    if not callable(found):
        raise LayerMissing("program", f"{name} is not among what the zygote has imported")
    return cast(Program, found)


def environment_of(job: Job, settings: Settings) -> dict[str, str]:
    """Return the whole environment of the program."""
    own = {} if job.home is None else {"HOME": str(job.home.inside), "USER": job.home.user, "LOGNAME": job.home.user}
    return {**HOME, **own, **settings.environment, **limits.thread_environment(job.limits.cpus), **job.environment}


def take_descriptors(channel: socket.socket, report: socket.socket) -> socket.socket:
    """Leave open nothing but the channel and the report; 0, 1 and 2 are /dev/null. Return the report."""
    high = [os.dup(fd) for fd in (channel.fileno(), report.fileno())]
    while min(high) <= _REPORT:
        high = [os.dup(fd) for fd in high]
    null = os.open("/dev/null", os.O_RDWR)
    for source, target in zip((null, null, null, *high), (0, 1, 2, CHANNEL, _REPORT), strict=True):
        os.dup2(source, target, inheritable=target <= 2)
    os.closerange(_REPORT + 1, limits.most_files())
    channel.detach()
    report.detach()
    return socket.socket(fileno=_REPORT)


def take_environment(environment: Mapping[str, str]) -> None:
    """Replace the whole environment, give signals their usual meaning, and seed NumPy's generator anew."""
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if "numpy.random" in sys.modules:  # Python's own generator is seeded anew by fork
        sys.modules["numpy.random"].seed()


def run(program: Program) -> NoReturn:
    """Call the program with its socket and exit as Python would: 0, its SystemExit's code, or 1 when it raises."""
    code = 1
    try:
        program(socket.socket(fileno=CHANNEL))
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:  # nobody may be told: a traceback is the student's word
        code = 1
    finally:
        os._exit(code & 0xFF)
