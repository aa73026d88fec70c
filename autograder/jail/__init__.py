"""A warm zygote and the jails it forks: runs a program of ours that runs a stranger's code. Knows nothing of courses.

with Zygote(preload=("tensorflow", "package.module")) as zygote:
    jail = zygote.spawn(Job(program="package.module:main", limits=JailLimits(memory_bytes=1 << 30)))
    jail.socket.sendall(b"...")
    print(jail.close().reason)
"""

from autograder.jail.client import Jail, Zygote, ZygoteClient, connect
from autograder.jail.errors import LAYERS, JailUnavailable
from autograder.jail.probe import probe
from autograder.jail.types import Exit, Home, JailLimits, Job, Layer, Mount

__all__ = [
    "LAYERS",
    "Exit",
    "Home",
    "Jail",
    "JailLimits",
    "JailUnavailable",
    "Job",
    "Layer",
    "Mount",
    "Zygote",
    "ZygoteClient",
    "connect",
    "probe",
]
