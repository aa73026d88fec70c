"""Runs a command that ends when the hub does, however the hub ends: ``python -m autograder.hub.tied COMMAND…``.

A service that outlived a killed hub would hold its port and its lock, and the next hub could not start its own.
"""

from __future__ import annotations

import os
import signal
import sys

from autograder.jail.namespaces import die_with_parent

if __name__ == "__main__":
    hub = os.getppid()
    die_with_parent(signal.SIGKILL)
    if os.getppid() == hub:  # else it ended before we were tied
        os.execv(sys.argv[1], sys.argv[1:])
