"""The application: every page's routes under one prefix, and what holds for all of them."""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tornado.web import Application, RequestHandler

from autograder.web import pages
from autograder.web.builds import Builds
from autograder.web.bulletin import Bulletin
from autograder.web.files import StaticFiles
from autograder.web.login import LOGIN_ROUTES
from autograder.web.metrics import Metrics
from autograder.web.page import NotFound
from autograder.web.rendering import environment
from autograder.web.services import Services
from autograder.web.upload import Traffic

FOLDER = Path(__file__).parent


def make_app(services: Services) -> Application:
    """Return the application. ``services.identity`` says who asks."""
    prefix, metrics = services.prefix, Metrics()
    secure = os.environ.get("AUTOGRADER_PUBLIC_URL", "").startswith("https:")
    return Application(
        [(prefix + pattern, handler) for pattern, handler in (*LOGIN_ROUTES, *page_routes())],
        services=services,
        templates=environment(FOLDER / "templates"),
        cookie_secret=services.secret,
        static_path=str(FOLDER / "static"),
        static_url_prefix=f"{prefix}static/",
        static_handler_class=StaticFiles,
        default_handler_class=NotFound,
        xsrf_cookie_kwargs={"httponly": True, "samesite": "Lax", "secure": secure},
        bulletin=Bulletin(services.queue),
        traffic=Traffic(),
        builds=Builds(),
        streams=os.environ.get("AUTOGRADER_EVENTS") == "stream",
        metrics=metrics,
        metrics_token=os.environ.get("AUTOGRADER_METRICS_TOKEN", ""),
        log_function=metrics.request,
    )


def page_routes() -> Iterator[tuple[str, type[RequestHandler]]]:
    """Yield the routes of every module in ``autograder.web.pages``, by module name."""
    for found in sorted(pkgutil.iter_modules(pages.__path__), key=lambda module: module.name):
        module: Any = importlib.import_module(f"{pages.__name__}.{found.name}")
        yield from module.ROUTES
