"""The proxy from PyPI with room for a class: a thousand requests at a time, and ten minutes for a slow one.

By itself it asks for ten at a time and gives up after 20 seconds (Tornado's defaults), so that ten notebooks being
validated would stop everybody's pages. ``python -m autograder.hub.proxy`` takes the proxy's own options.
"""

from __future__ import annotations

from configurable_http_proxy.cli import main
from tornado.httpclient import AsyncHTTPClient

REQUESTS = 1000
SECONDS = 600.0

if __name__ == "__main__":
    AsyncHTTPClient.configure(None, max_clients=REQUESTS, defaults={"request_timeout": SECONDS})
    main()
