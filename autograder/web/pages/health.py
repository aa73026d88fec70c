"""Whether the service is well, for a load balancer, and its figures, for Prometheus."""

from __future__ import annotations

import hmac
import ipaddress
import json

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from tornado.web import HTTPError, RequestHandler

from autograder.web.headers import set_headers
from autograder.web.metrics import Metrics
from autograder.web.services import Services


class Health(RequestHandler):
    """``/health``: 200 when attempts are received and graded, 503 with the reason when they are not. Names nobody."""

    def set_default_headers(self) -> None:
        """Set the headers that every answer has."""
        set_headers(self)
        self.set_header("Cache-Control", "no-store")

    async def get(self) -> None:
        """Say."""
        services: Services = self.settings["services"]
        parts = services.health()
        well = all(parts.values())
        self.set_status(200 if well else 503)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"well": well, "parts": dict(parts)}))


class Figures(RequestHandler):
    """``/metrics``: for whoever asks from this machine or with the token of AUTOGRADER_METRICS_TOKEN."""

    def set_default_headers(self) -> None:
        """Set the headers that every answer has."""
        set_headers(self)

    async def get(self) -> None:
        """Say."""
        token = self.settings["metrics_token"]
        given = self.request.headers.get("Authorization", "")
        forwarded = "X-Forwarded-For" in self.request.headers  # through a proxy: not from this machine
        local = not forwarded and ipaddress.ip_address(self.request.remote_ip or "::").is_loopback
        if not local and not (token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())):
            raise HTTPError(403)
        metrics: Metrics = self.settings["metrics"]
        metrics.refresh(self.settings["services"], self.settings["bulletin"])
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.finish(generate_latest(metrics.registry))


ROUTES = [("health", Health), ("metrics", Figures)]
