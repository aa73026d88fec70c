"""What every spawner of this machine's GPUs does: the profile chosen, a slot while the server lives, none after."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from jupyterhub import orm

from autograder.hub.choosing import Chooser
from autograder.hub.devices_desk import holder
from autograder.hub.house import House
from autograder.hub.profiles import Profile


def leasing(base: type[Any], house: House, offers: Chooser) -> type[Any]:
    """Return ``base``, a spawner class, with our form and our slots."""
    desk = offers.desk

    class Leasing(base):  # type: ignore[misc]
        """A spawner whose servers may hold a slot."""

        def profile(self) -> Profile:
            """Return what the owner chose. Raises ``NotOffered``."""
            return offers.chosen(self.user.name, self.user_options)

        async def device(self) -> dict[str, str]:
            """Return what the environment says of the slot taken. Raises ``NoDevice``."""
            profile = self.profile()
            if not profile.gpu or desk is None:
                return {}
            groups = house.roster.groups(self.user.name)
            wish = desk.wish(self.user.name, self.name, groups[0] if groups else "", profile)
            return dict(await desk.take(wish, self._alive()))

        def clear_state(self) -> None:
            """Forget the server: it was stopped, it failed to start, or it died."""
            super().clear_state()
            if desk is not None:
                desk.release(self.user.name, self.name)

        async def get_options_form(self) -> str:
            """Return the form on which a profile is chosen."""
            return offers.form(self.user.name)

        def options_from_form(self, form_data: dict[str, list[str]]) -> dict[str, str]:
            """Read the form."""
            return {"profile": form_data.get("profile", [""])[0]}

        def apply_user_options(self, spawner: Any, options: dict[str, Any]) -> None:
            """Refuse, before anything starts, what is not offered."""
            offers.chosen(spawner.user.name, options)

        def _alive(self) -> Collection[str]:
            """Return the holders that the hub counts as running, whichever hub started them."""
            running = self.db.query(orm.Spawner).filter(orm.Spawner.server_id.is_not(None))
            return {holder(one.user.name, one.name) for one in running}

    return Leasing
