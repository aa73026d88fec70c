"""Who you are here, in which course and cohort."""

from __future__ import annotations

from autograder.web.page import Page


class About(Page):
    """The page ``/about``."""

    async def get(self) -> None:
        """Show it."""
        self.render_page("about.html")


ROUTES = [("about", About)]
