"""The service that people meet in a browser: one Tornado application of pages, an API and what moves."""
