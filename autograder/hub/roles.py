"""Who may ask the hub what: the least that works, by name. No admin:*, no inherit."""

from __future__ import annotations

from typing import Any

SERVICE = "autograder"
CULLER = "culler"

SERVER_SCOPES = (
    "users:activity!user",
    "access:servers!server",
    "read:users:name!user",
    "read:users:groups!user",
    f"access:services!service={SERVICE}",
)
"""What the token in a server may do: the kernel's code has it, so a stranger's code has it."""


def instructors(course: str) -> str:
    """Return the group of those who teach: nbgrader's name for it."""
    return f"formgrade-{course}"


def students(course: str) -> str:
    """Return the group of those who take the course: nbgrader's name for it."""
    return f"nbgrader-{course}"


def roles(course: str) -> list[dict[str, Any]]:
    """Return ``JupyterHub.load_roles``. A role that names a group makes it."""
    reach = [f"access:services!service={SERVICE}", f"read:services!service={SERVICE}", "list:services"]
    return [
        {"name": instructors(course), "groups": [instructors(course)], "scopes": reach},
        {"name": students(course), "groups": [students(course)], "scopes": reach[:1]},
        {
            "name": SERVICE,
            "services": [SERVICE],
            "scopes": [
                f"read:users!group={students(course)}",
                f"read:users!group={instructors(course)}",
                f"list:users!group={students(course)}",
                f"list:users!group={instructors(course)}",
                "read:groups:name",
            ],
        },
        {
            "name": CULLER,
            "services": [CULLER],
            "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        },
        {"name": "server", "scopes": list(SERVER_SCOPES)},
    ]
