"""The hub's pages of our own: an invitation to choose a password, and one's place in the line for a GPU."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from jupyterhub.handlers.base import BaseHandler
from tornado.web import authenticated

from autograder.devices.accounts import AccountError, Accounts
from autograder.hub.devices_desk import Desk
from autograder.hub.groups import Roster
from autograder.hub.profiles import Profile, find_profile
from autograder.messages import say_in


def invitation_handler(accounts: Accounts, language: str) -> type[BaseHandler]:
    """Return the page on which an invitation is used up."""

    class Invitation(BaseHandler):  # type: ignore[misc]
        """Shows a form to who holds an invitation; sets the password."""

        async def get(self) -> None:
            """Show the form, or say that the invitation is void."""
            self._no_trace()
            await self._show(self.get_argument("code", ""), "")

        async def post(self) -> None:
            """Set the password and go to the sign-in page."""
            self._no_trace()
            code, password = self.get_body_argument("code", ""), self.get_body_argument("password", "", strip=False)
            if password != self.get_body_argument("again", "", strip=False):
                await self._show(code, say_in(language, "hub.invitation.differ"))
                return
            try:
                accounts.accept(code, password, datetime.now(UTC))
            except AccountError as error:
                await self._show(code, str(error))
                return
            self.redirect(f"{self.hub.base_url}login")

        async def _show(self, code: str, error: str) -> None:
            user = accounts.invited(code, datetime.now(UTC))
            self.set_status(200 if user else 410)
            page = await self.render_template("invitation.html", invited=user, code=code, error=error)
            self.finish(page)

        def _no_trace(self) -> None:
            self.set_header("Cache-Control", "no-store")
            self.set_header("Referrer-Policy", "no-referrer")

    return Invitation


def line_handler(desk: Desk, roster: Roster, profiles: tuple[Profile, ...]) -> type[BaseHandler]:
    """Return what the spawn page asks while somebody waits."""

    class Line(BaseHandler):  # type: ignore[misc]
        """One's own place in the line, as JSON."""

        @authenticated
        async def get(self) -> None:
            """Keep the place and say which it is."""
            user = self.current_user.name
            groups = roster.groups(user)
            try:
                profile = find_profile(profiles, self.get_argument("profile", ""))
            except KeyError:
                self.set_status(404)
                return
            if not profile.gpu or not profile.open_to(groups):
                self.set_status(404)
                return
            place = desk.queue(desk.wish(user, "", groups[0] if groups else "", profile))
            self.set_header("Content-Type", "application/json")
            self.set_header("Cache-Control", "no-store")
            answer: dict[str, Any] = {"position": place.position, "next": place.next, "quota": place.by_quota}
            self.finish(json.dumps(answer))

    return Line
