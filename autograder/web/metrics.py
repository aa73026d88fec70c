"""The service's figures: requests, the queue, receipts, and how long grading takes."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from tornado.web import RequestHandler

from autograder.exchange.queue import JobState
from autograder.web.bulletin import Bulletin
from autograder.web.services import Services

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """What ``/metrics`` tells. One for each application, so that two in a process do not share figures."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Histogram(
            "autograder_request_seconds",
            "How long requests took.",
            ("handler", "method", "status"),
            registry=self.registry,
            buckets=_SECONDS,
        )
        self._receipts = Counter("autograder_receipts", "Submissions received.", registry=self.registry)
        self._jobs = Gauge("autograder_jobs", "Jobs by state.", ("state",), registry=self.registry)
        self._oldest = Gauge("autograder_oldest_wait_seconds", "Since when the next job waits.", registry=self.registry)
        self._watching = Gauge("autograder_watching", "Browsers that watch an attempt.", registry=self.registry)

    def request(self, handler: RequestHandler) -> None:
        """Count a request."""
        labels = (type(handler).__name__, handler.request.method or "", str(handler.get_status()))
        self._requests.labels(*labels).observe(handler.request.request_time())

    def receipt(self) -> None:
        """Count a receipt."""
        self._receipts.inc()

    def refresh(self, services: Services, bulletin: Bulletin) -> None:
        """Look at the queue."""
        for state, count in services.queue.counts().items():
            self._jobs.labels(state.value).set(count)
        waiting = [job.queued_at for job in services.queue.live() if job.state is JobState.QUEUED]
        oldest = (services.clock() - min(waiting)).total_seconds() if waiting else 0.0
        self._oldest.set(max(0.0, oldest))
        self._watching.set(bulletin.watching)
