"""How a browser comes back from the hub, and how a person changes the language."""

from __future__ import annotations

from jupyterhub.services.auth import HubOAuthCallbackHandler
from tornado.web import HTTPError, RequestHandler

from autograder.messages import LANGUAGES
from autograder.web.headers import set_headers
from autograder.web.language import COOKIE
from autograder.web.page import Page

YEAR_DAYS = 365


class SignedIn(HubOAuthCallbackHandler):  # type: ignore[misc]  # JupyterHub has no types
    """Where the hub sends a browser whose person it knows."""

    def initialize(self) -> None:
        """Use the identity that the pages use."""
        self.hub_auth = self.settings["services"].identity

    def set_default_headers(self) -> None:
        """Set the headers that every answer has."""
        set_headers(self)


class Language(Page):
    """Remembers a language and goes back to where the person was."""

    async def post(self) -> None:
        """Set the cookie. Goes back only to an address of ours."""
        chosen, back = self.get_body_argument("language"), self.get_body_argument("back", "")
        if chosen not in LANGUAGES:
            raise HTTPError(404)
        ours = back.startswith(self.services.prefix) and not back.startswith("//")
        self.set_cookie(
            COOKIE, chosen, path=self.services.prefix, expires_days=YEAR_DAYS, httponly=True, samesite="Lax"
        )
        self.redirect(back if ours else self.services.prefix, status=303)


LOGIN_ROUTES: list[tuple[str, type[RequestHandler]]] = [("oauth_callback", SignedIn), ("language", Language)]
