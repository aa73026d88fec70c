"""How people sign in: the course list, the machine's own accounts, or another site's. Who they are, the course says."""

from __future__ import annotations

from typing import Any

from autograder.devices.accounts import Accounts
from autograder.hub.groups import Roster
from autograder.hub.settings import HubSettings
from autograder.hub.sign_in import CourseAuthenticator, Tries


def configure(c: Any, settings: HubSettings, roster: Roster) -> None:
    """Choose the authenticator. Whatever it is, the roster decides who gets in and into which groups."""

    # A plain function: traitlets copies what a configuration holds, and a method would take its object along.
    def only_the_course(authenticator: Any, handler: Any, model: dict[str, Any] | None) -> dict[str, Any] | None:  # noqa: ARG001
        return roster.admit(model)

    c.Authenticator.allow_all = True  # the roster's hook is the gate, for all three
    c.Authenticator.manage_groups = True
    c.Authenticator.post_auth_hook = only_the_course
    c.Authenticator.auth_refresh_age = 300
    if settings.sign_in == "pam":
        c.JupyterHub.authenticator_class = "pam"
        c.PAMAuthenticator.open_sessions = False
    elif settings.sign_in == "oauth":
        c.JupyterHub.authenticator_class = settings.oauth_kind
        for name, value in settings.oauth_options.items():
            c.OAuthenticator[name] = value
    else:
        c.JupyterHub.authenticator_class = course_authenticator(roster.accounts)


def course_authenticator(accounts: Accounts) -> type[CourseAuthenticator]:
    """Return the authenticator of one course list."""
    return type("CourseAuthenticator", (CourseAuthenticator,), {"accounts": accounts, "tries": Tries()})
