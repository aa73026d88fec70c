"""Choosing what to work on: the profiles open to somebody, with how many GPUs are free, as a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from autograder.hub.devices_desk import Desk
from autograder.hub.groups import Roster
from autograder.hub.profiles import Profile, find_profile
from autograder.messages import say_in

TEMPLATES = Path(__file__).parent / "templates"


class NotOffered(ValueError):
    """A profile that is not there, or not for this person; ``jupyterhub_message`` is what the hub's page shows."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.jupyterhub_message = sentence


@dataclass(frozen=True, slots=True)
class Chooser:
    """Offers ``profiles``. Without a ``desk``, somebody else deals with GPUs: Kubernetes, Slurm."""

    profiles: tuple[Profile, ...]
    roster: Roster
    language: str
    desk: Desk | None = None

    def offered(self, user: str) -> tuple[Profile, ...]:
        """Return what somebody may choose, the usual one first."""
        groups = self.roster.groups(user)
        return tuple(profile for profile in self.profiles if profile.open_to(groups))

    def chosen(self, user: str, options: Mapping[str, Any]) -> Profile:
        """Return what somebody chose, or the first. Raises ``NotOffered``: a request may say anything."""
        offered = self.offered(user)
        slug = options.get("profile") or (offered[0].slug if offered else "")
        try:
            return find_profile(offered, str(slug))
        except KeyError as error:
            raise NotOffered(say_in(self.language, "hub.spawn.not_offered", profile=slug)) from error

    def form(self, user: str) -> str:
        """Return the form's inside; nothing when there is nothing to choose."""
        offered = self.offered(user)
        if len(offered) < 2:
            return ""
        view = self.desk.view() if self.desk is not None else None
        template = _templates().get_template("profiles.html")
        return template.render(profiles=offered, view=view, say=partial(say_in, self.language))


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
