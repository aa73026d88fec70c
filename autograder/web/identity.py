"""Who asks: the hub says so, and nothing else does. A test puts a hub of its own in its place."""

from __future__ import annotations

import os
from typing import Any, Protocol

from jupyterhub.services.auth import HubOAuth

CACHE_SECONDS = 60
"""For so long a token that the hub has revoked may still be taken."""


class Identity(Protocol):
    """What a page needs of JupyterHub's ``HubOAuth``, which is the one that runs; tests answer from a header."""

    login_url: str
    access_scopes: set[str]
    base_url: str

    def get_user(self, handler: Any, *, sync: bool = True) -> Any:
        """Return, as an awaitable, the hub's model of who asks, or None."""

    def check_scopes(self, required_scopes: set[str], user: dict[str, Any]) -> set[str]:
        """Return which of the scopes the user has."""


def hub_identity() -> Identity:
    """Return the hub's identity as the environment of a hub's service describes it (``JUPYTERHUB_API_TOKEN``, …)."""
    os.environ.setdefault("JUPYTERHUB_SERVICE_PREFIX", "/services/autograder/")
    identity: Identity = HubOAuth.instance(cache_max_age=CACHE_SECONDS)
    return identity
