"""The services that the hub starts and restarts: the course's pages and grading, and what stops idle servers."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from autograder.course.model import Course
from autograder.hub.ports import Ports
from autograder.hub.roles import CULLER, SERVICE
from autograder.hub.settings import HubSettings

_TIED = (sys.executable, "-m", "autograder.hub.tied")
_PASSED = (
    "AUTOGRADER_COHORT",
    "AUTOGRADER_DATABASE",
    "AUTOGRADER_EVENTS",
    "AUTOGRADER_METRICS_TOKEN",
    "AUTOGRADER_SMTP",
    "LANG",
    "PATH",
)


def services(course: Course, home: Path, settings: HubSettings, ports: Ports) -> list[dict[str, Any]]:
    """Return ``JupyterHub.services``."""
    environment = {name: os.environ[name] for name in _PASSED if name in os.environ} | {
        "AUTOGRADER_HOME": str(home),
        "AUTOGRADER_LANGUAGE": course.language,
        "AUTOGRADER_PUBLIC_URL": settings.url,
    }
    if settings.subdomains:  # npm's proxy is in front, and it streams
        environment.setdefault("AUTOGRADER_EVENTS", "stream")
    return [
        {
            "name": SERVICE,
            "url": f"http://127.0.0.1:{ports.service}",
            "command": [*_TIED, sys.executable, "-m", "autograder.cli", "service"],
            "cwd": str(course.root),
            "environment": environment,
            "oauth_no_confirm": True,
        },
        {
            "name": CULLER,
            "command": [*_TIED, sys.executable, "-m", "autograder.hub.culler"],
            "cwd": str(course.root),
            "environment": environment,
        },
    ]
