"""The hub service: pages and API."""
