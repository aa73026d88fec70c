"""The service as a program sees it: one method a call, errors as sentences. It knows an address and a token."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import requests

from autograder.messages import say

QUICK_SECONDS = (5.0, 30.0)  # to connect, between bytes
BUILD_SECONDS = 960.0


class ServiceError(RuntimeError):
    """The service said no, or nothing. The message is a sentence for whoever asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceClient:
    """Speaks to the service at ``url`` as the owner of ``token``."""

    url: str
    token: str

    @classmethod
    def from_environment(cls) -> ServiceClient:
        """Return the client that a server's environment describes. Raises ``ServiceError``."""
        url, token = os.environ.get("AUTOGRADER_SERVICE_URL", ""), os.environ.get("JUPYTERHUB_API_TOKEN", "")
        if not url or not token:
            raise ServiceError(say("exchange.not_in_hub"))
        return cls(url=url.rstrip("/"), token=token)

    def labs(self) -> dict[str, Any]:
        """Return the course and its labs as they are for whoever asks."""
        return self._json("GET", "labs")

    def archive(self, lab: str) -> bytes:
        """Return the zip of a lab."""
        return self._bytes(f"labs/{_safe(lab)}/archive")

    def submit(self, lab: str, notebook: bytes) -> dict[str, Any]:
        """Hand in a notebook and return the receipt. Safe to repeat."""
        return self._json("POST", f"labs/{_safe(lab)}/attempts", data=notebook)

    def feedback(self, lab: str, number: int) -> bytes:
        """Return the feedback of an attempt of one's own."""
        return self._bytes(f"labs/{_safe(lab)}/attempts/{number}/feedback")

    def submissions(self, lab: str) -> list[dict[str, Any]]:
        """Return what staff may see: every attempt received."""
        found: list[dict[str, Any]] = self._json("GET", f"labs/{_safe(lab)}/submissions")["submissions"]
        return found

    def submission(self, user: str, lab: str, number: int) -> bytes:
        """Return the bytes of an attempt, to staff."""
        return self._bytes(f"submissions/{_safe(user)}/{_safe(lab)}/{number}")

    def release(self, lab: str) -> dict[str, Any]:
        """Build, publish and open a lab, and return its edition. It takes as long as the building."""
        path = f"labs/{_safe(lab)}/release"
        answer = self._json("POST", path)
        until = time.monotonic() + BUILD_SECONDS
        while answer.get("state") == "building":
            if time.monotonic() > until:
                raise ServiceError(say("exchange.no_service", url=self.url))
            time.sleep(1.0)
            answer = self._json("GET", path)
        return answer

    def hold(self, lab: str) -> dict[str, Any]:
        """Close a lab to those who have not fetched it."""
        return self._json("POST", f"labs/{_safe(lab)}/hold")

    def release_feedback(self, lab: str) -> dict[str, Any]:
        """Take over what was graded by hand, and let students see it."""
        return self._json("POST", f"labs/{_safe(lab)}/feedback/release")

    def _bytes(self, path: str) -> bytes:
        content: bytes = self._call("GET", path).content
        return content

    def _json(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = self._call(method, path, **options).json()
        except requests.JSONDecodeError as error:
            raise ServiceError(say("exchange.no_service", url=self.url)) from error
        return answer

    def _call(self, method: str, path: str, *, data: bytes | None = None) -> requests.Response:
        headers = {"Authorization": f"token {self.token}", "Accept-Language": os.environ.get("AUTOGRADER_LANGUAGE", "")}
        if data is not None:
            headers["Content-Type"] = "application/x-ipynb+json"
        try:
            with requests.Session() as session:
                session.trust_env = False  # a proxy or a .netrc of the student's changes nothing
                answer = session.request(
                    method,
                    f"{self.url}/api/{path}",
                    data=data,
                    headers=headers,
                    timeout=QUICK_SECONDS,
                    allow_redirects=False,
                )
        except requests.RequestException as error:
            raise ServiceError(say("exchange.no_service", url=self.url)) from error
        if not answer.ok or answer.is_redirect:
            raise ServiceError(_said(answer))
        return answer


def _said(answer: requests.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return say("exchange.refused", status=answer.status_code)


def _safe(part: str) -> str:
    return quote(part, safe="")
