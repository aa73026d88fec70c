"""What ``jupyterhub_config.py`` calls: JupyterHub's configuration, act by act, from the settings."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from autograder.hub import services, sign_in_ways, spawners
from autograder.hub.house import House, open_house
from autograder.hub.roles import SERVICE, roles
from autograder.hub.settings import HubSettings
from autograder.messages import say_in

TEMPLATES = Path(__file__).parent / "templates"


def configure(c: Any, root: Path) -> None:
    """Fill JupyterHub's configuration ``c`` for the course in ``root``. Raises ``CourseError``."""
    house = open_house(root)
    place_files(c, house)
    listen(c, house)
    c.JupyterHub.load_roles = roles(house.course.slug)
    c.JupyterHub.services = services.services(house.course, house.home, house.settings, house.ports)
    chooser = spawners.configure(c, house)
    sign_in_ways.configure(c, house, chooser)
    limit(c, house.settings)
    secure(c, house.settings)
    dress(c, house)


def place_files(c: Any, house: House) -> None:
    """Keep the hub's own state where only the hub may read."""
    house.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    house.folder.chmod(0o700)
    c.JupyterHub.db_url = f"sqlite:///{house.folder / 'jupyterhub.db'}"
    c.JupyterHub.cookie_secret_file = str(house.folder / "cookie_secret")
    c.JupyterHub.pid_file = str(house.folder / "jupyterhub.pid")
    c.ConfigurableHTTPProxy.pid_file = str(house.folder / "proxy.pid")


def listen(c: Any, house: House) -> None:
    """Listen where the settings say; hub and proxy talk on loopback."""
    settings = house.settings
    if settings.public:
        c.JupyterHub.public_url = settings.public
    if settings.spawner == "kubernetes":
        return  # the chart starts the proxy, and says where everybody listens
    c.JupyterHub.bind_url = settings.address
    c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{house.ports.hub}"
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{house.ports.proxy}"
    if settings.subdomains:
        # The proxy from PyPI knows no host names: npm's is needed (docs/operators/tls.md).
        c.JupyterHub.subdomain_host = settings.domain
        c.ConfigurableHTTPProxy.command = ["configurable-http-proxy"]
    else:
        c.ConfigurableHTTPProxy.command = [sys.executable, "-m", "autograder.hub.proxy"]


def limit(c: Any, settings: HubSettings) -> None:
    """Let no crowd and no person take everything."""
    c.JupyterHub.concurrent_spawn_limit = settings.starting
    c.JupyterHub.active_server_limit = settings.servers
    c.JupyterHub.allow_named_servers = False


def secure(c: Any, settings: HubSettings) -> None:
    """Pages in no frame, forms to nobody else, cookies for one host."""
    elsewhere = f" https://*.{urlsplit(settings.domain).hostname}" if settings.subdomains else ""
    policy = (
        f"frame-ancestors 'none'; base-uri 'self'; object-src 'none'; form-action 'self'{elsewhere}; "
        "img-src 'self' data:; connect-src 'self'; font-src 'self'"
    )
    c.JupyterHub.tornado_settings = {
        "headers": {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
        },
        "cookie_options": {"SameSite": "Lax", **({"secure": True} if settings.secure else {})},
    }
    c.JupyterHub.cookie_host_prefix_enabled = settings.subdomains and settings.secure
    c.JupyterHub.cookie_max_age_days = 2
    c.JupyterHub.shutdown_on_logout = False
    c.JupyterHub.authenticate_prometheus = True


def dress(c: Any, house: House) -> None:
    """Show our own pages, in the course's language and with the style of its other pages."""
    language = house.course.language
    pages = f"{house.settings.domain_of(SERVICE)}/services/{SERVICE}/"
    c.JupyterHub.template_paths = [str(TEMPLATES)]
    c.JupyterHub.template_vars = {
        "course_title": house.course.title,
        "course_pages": pages,
        "course_static": f"{pages}static/",
        "language": language,
        "say": lambda user: partial(say_in, language),  # noqa: ARG005 (the hub calls what it can call)
    }
