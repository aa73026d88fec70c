"""Which servers are stopped, by their profile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from autograder.hub.culler import Server, overdue
from autograder.hub.profiles import CPU, GPU

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("profile", "idle", "ran", "stopped"),
    [
        ("cpu", timedelta(minutes=59), timedelta(hours=3), False),
        ("cpu", timedelta(minutes=61), timedelta(hours=3), True),
        ("gpu", timedelta(minutes=19), timedelta(hours=3), False),
        ("gpu", timedelta(minutes=21), timedelta(hours=3), True),
        ("gpu", timedelta(0), timedelta(hours=4, minutes=1), True),
        ("cpu", timedelta(0), timedelta(hours=11), False),
        ("gone", timedelta(minutes=61), timedelta(hours=2), True),
    ],
    ids=["in_use", "idle", "gpu_in_use", "gpu_idle_sooner", "gpu_longest", "cpu_long", "profile_gone"],
)
def test_a_server_is_stopped_by_its_profiles_times(
    profile: str, idle: timedelta, ran: timedelta, stopped: bool
) -> None:
    server = Server(user="ana", name="", profile=profile, started=NOW - ran, active=NOW - idle)
    assert overdue([server], (CPU, GPU), NOW) == ((server,) if stopped else ())
