"""How people sign in: the course list, the machine's own accounts, or another site's. Who they are, the course says."""

from __future__ import annotations

from typing import Any, cast

from jupyterhub.auth import Authenticator, PAMAuthenticator
from traitlets import import_item

from autograder.hub.choosing import Chooser
from autograder.hub.handlers import invitation_handler, line_handler
from autograder.hub.house import House
from autograder.hub.settings import HubSettings
from autograder.hub.sign_in import CourseAuthenticator, Tries


def configure(c: Any, house: House, chooser: Chooser) -> None:
    """Choose the authenticator. Whatever it is, the roster decides who gets in and into which groups."""
    roster = house.roster

    # A plain function: traitlets copies what a configuration holds, and a method would take its object along.
    def only_the_course(authenticator: Any, handler: Any, model: dict[str, Any] | None) -> dict[str, Any] | None:  # noqa: ARG001
        return roster.admit(model)

    c.JupyterHub.authenticator_class = authenticator(house, chooser)
    c.Authenticator.allow_all = True  # the roster's hook is the gate, for all three
    c.Authenticator.manage_groups = True
    c.Authenticator.post_auth_hook = only_the_course
    c.PAMAuthenticator.open_sessions = False
    for name, value in house.settings.oauth_options.items():
        c.OAuthenticator[name] = value


def authenticator(house: House, chooser: Chooser) -> type[Authenticator]:
    """Return the settings' authenticator, with our pages at the hub."""
    base = _base(house.settings)
    pages: list[tuple[str, type[Any]]] = []
    accounts, language = house.roster.accounts, house.course.language
    if issubclass(base, CourseAuthenticator):
        pages.append(("/invitation", invitation_handler(accounts, language)))
    if chooser.desk is not None:
        pages.append(("/line", line_handler(chooser.desk, house.roster, house.settings.profiles)))

    class WithPages(base):  # type: ignore[misc, valid-type]
        """Signs people in and serves our pages beside the hub's."""

        def get_handlers(self, app: Any) -> list[tuple[str, type[Any]]]:
            return [*super().get_handlers(app), *pages]

    if issubclass(WithPages, CourseAuthenticator):
        WithPages.accounts, WithPages.tries = accounts, Tries()
    return WithPages


def _base(settings: HubSettings) -> type[Any]:
    if settings.sign_in == "pam":
        return cast(type[Any], PAMAuthenticator)
    if settings.sign_in == "oauth":
        return cast(type[Any], import_item(settings.oauth_kind))
    return CourseAuthenticator
