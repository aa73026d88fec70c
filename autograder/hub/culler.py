"""Stops servers that nobody uses, each by its profile: a service of the hub's, ``python -m autograder.hub.culler``."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from autograder.hub.profiles import Profile, find_profile
from autograder.hub.settings import read_settings

EVERY_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server as the hub describes it."""

    user: str
    name: str
    profile: str
    started: datetime
    active: datetime


def overdue(servers: Iterable[Server], profiles: tuple[Profile, ...], now: datetime) -> tuple[Server, ...]:
    """Return the servers that were idle, or have run, longer than their profile allows."""
    return tuple(server for server in servers if _is_overdue(server, profiles, now))


def _is_overdue(server: Server, profiles: tuple[Profile, ...], now: datetime) -> bool:
    try:
        profile = find_profile(profiles, server.profile)
    except KeyError:  # a profile that is no longer offered: as the first
        profile = profiles[0]
    idle, ran = (now - server.active).total_seconds(), (now - server.started).total_seconds()
    return idle > profile.idle_seconds or 0 < profile.longest_seconds < ran


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """The hub's API, with the token of this service."""

    url: str
    token: str

    def running(self) -> tuple[Server, ...]:
        """Return the servers that run."""
        found: list[Server] = []
        page = "/users?state=active&limit=100&include_stopped_servers=0"
        for offset in range(0, 100_000, 100):
            users = self._ask("GET", f"{page}&offset={offset}")
            found += [_server(user, server) for user in users for server in user["servers"].values() if server["ready"]]
            if len(users) < 100:
                break
        return tuple(found)

    def stop(self, server: Server) -> None:
        """Stop a server."""
        self._ask("DELETE", f"/users/{quote(server.user)}/servers/{quote(server.name)}")

    def _ask(self, method: str, path: str) -> Any:
        request = Request(self.url + path, method=method, headers={"Authorization": f"token {self.token}"})
        with urlopen(request, timeout=30) as answer:  # the hub's own address, from the hub
            body = answer.read()
        return json.loads(body) if body else None


def _server(user: Mapping[str, Any], server: Mapping[str, Any]) -> Server:
    started = _time(server["started"])
    options = server.get("user_options") or {}
    return Server(
        user=user["name"],
        name=server["name"],
        profile=str(options.get("profile", "")),
        started=started,
        active=_time(server["last_activity"]) if server.get("last_activity") else started,
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def watch(hub: Hub, profiles: tuple[Profile, ...], sleep: Callable[[float], None] = time.sleep) -> None:
    """Look once a minute, for ever. What goes wrong is said, and tried again the next time."""
    while True:
        sleep(EVERY_SECONDS)
        try:
            for server in overdue(hub.running(), profiles, datetime.now(UTC)):
                sys.stderr.write(f"culler: stopping {server.user}/{server.name} ({server.profile})\n")
                hub.stop(server)
        except (HTTPError, URLError, OSError, ValueError, KeyError) as error:
            sys.stderr.write(f"culler: {error!r}\n")


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)  # a shell that started us in the background let us ignore one
    # With a GPU profile in the list or not: a server that has one names it, and has its times.
    settings = read_settings(Path.cwd(), gpus=True)
    api = Hub(url=os.environ["JUPYTERHUB_API_URL"], token=os.environ["JUPYTERHUB_API_TOKEN"])
    watch(api, settings.profiles)
