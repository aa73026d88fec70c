"""Handing in from the browser: when it is due and how many attempts are left, before anything is sent."""

from __future__ import annotations

from typing import Any

from tornado.web import HTTPError

from autograder.web.lab_list import edition_for
from autograder.web.page import Page
from autograder.web.upload import Upload


def before(page: Page, lab: str) -> dict[str, Any]:
    """Return what a person should know before handing in. Raises 404 for a lab that the cohort does not take."""
    services, user = page.services, page.who.user
    try:
        allowed = services.reception.allowance(user, lab)
    except KeyError:
        raise HTTPError(404) from None
    received = [attempt.number for attempt in services.gradebook.attempts(lab, user)]
    newest, now = max(received, default=0), services.clock()
    return {
        "lab": lab,
        "lab_title": next((one.title for one in services.course.labs if one.id == lab), lab),
        "due": allowed.due,
        "left": None if allowed.last is None else max(0, allowed.last - newest),
        "newest": newest,
        "late": now > allowed.late_after,
        "early": edition_for(services, page.who, lab) is None,
        "policy": page.cohort.policy,
    }


class Form(Page):
    """``/submit/LAB``."""

    here = "route"

    async def get(self, lab: str) -> None:
        """Show the form."""
        self.render_page("submit.html", **await self.work(before, self, lab))


class Send(Upload):
    """``/submit/LAB/notebook``: where the form goes. Its token is in the address, because the body streams."""

    form = True

    async def post(self, lab: str) -> None:
        """Receive it and show its page, which is its receipt."""
        if await self.work(edition_for, self.services, self.who, lab) is None:
            raise HTTPError(404)
        receipt = await self.keep(lab)
        self.redirect(self.url("attempts", lab, receipt.attempt), status=303)


ROUTES = [("submit/([^/]+)", Form), ("submit/([^/]+)/notebook", Send)]
