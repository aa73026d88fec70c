"""Where servers get their GPU: the slots of this machine, asked for in the name of somebody's server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tornado.web import HTTPError

from autograder.devices.discover import Device
from autograder.devices.slots import SERVER, Lease, Slots, View, Waiting, Wish
from autograder.hub.profiles import Profile
from autograder.messages import say_in


class NoDevice(HTTPError):
    """No slot is free: 503. ``jupyterhub_message`` is what the hub's page shows."""

    def __init__(self, sentence: str) -> None:
        super().__init__(503, "%s", sentence)
        self.jupyterhub_message = sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Leases for servers."""

    slots: Slots
    devices: tuple[Device, ...]
    language: str
    clock: Callable[[], datetime]

    def wish(self, user: str, server: str, group: str, profile: Profile) -> Wish:
        """Return what a server of ``profile`` wants."""
        longest = timedelta(seconds=profile.longest_seconds) if profile.longest_seconds else None
        return Wish(holder=holder(user, server), user=user, group=group, longest=longest)

    async def take(self, wish: Wish, alive: Collection[str]) -> Mapping[str, str]:
        """Return the environment of a server with a slot. ``alive``: the holders that the hub knows to run.

        Raises ``NoDevice`` with the place in the line.
        """
        found = await asyncio.to_thread(self._take, wish, alive)
        if isinstance(found, Waiting):
            why = say_in(
                self.language,
                "hub.devices.quota" if found.by_quota else "hub.devices.full",
                position=found.position,
            )
            raise NoDevice(why)
        return {"CUDA_VISIBLE_DEVICES": found.device}

    def card_of(self, environment: Mapping[str, str]) -> int | None:
        """Return the number of the card that an environment names."""
        for device in self.devices:
            if device.uuid == environment.get("CUDA_VISIBLE_DEVICES"):
                return device.card
        return None

    def queue(self, wish: Wish) -> Waiting:
        """Take or keep a place in the line."""
        return self.slots.queue(wish, self.clock())

    def view(self) -> View:
        """Return how many are free."""
        return self.slots.view(self.clock())

    def release(self, user: str, server: str) -> None:
        """Give back what a server had."""
        self.slots.release(holder(user, server))

    def _take(self, wish: Wish, alive: Collection[str]) -> Lease | Waiting:
        self.slots.keep_only(SERVER, {*alive, wish.holder})
        return self.slots.acquire(wish, self.clock())


def holder(user: str, server: str) -> str:
    """Return the name under which a server holds a slot."""
    return f"{SERVER}:{user}/{server}"
