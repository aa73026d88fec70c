"""The page *Cohorte*: where everybody stands, as a heat map to search, filter, sort and click through."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from autograder.course.cohort import PersonRole
from autograder.insights.matrix import Matrix, Order, Query, Show, matrix
from autograder.insights.overview import Overview, overview
from autograder.insights.sight import Sight
from autograder.web.labels import labels_of
from autograder.web.page import Page
from autograder.web.rendering import short_time

Choice = TypeVar("Choice", bound=StrEnum)


class CohortPage(Page):
    """``/cohort?lab=lab2&search=quispe&group=A&show=stuck&order=score&down=1&page=2``."""

    least = PersonRole.ASSISTANT
    here = "cohort"

    async def get(self) -> None:
        """Show it. What is asked for and does not exist is left out."""
        sight, shown, seen = await self.work(self._look)
        query = self._query()
        self.render_page(
            "cohort.html",
            labels=await self.work(labels_of, self.services, [query.lab] if query.lab else ()),
            matrix=shown,
            overview=seen,
            query=query,
            shows=list(Show),
            orders=list(Order),
            address=lambda **changes: self._address(query, **changes),
            asof=sight.asof,
            short=lambda moment: short_time(moment, self.zone, self.language),
        )

    def _look(self) -> tuple[Sight, Matrix, Overview]:
        sight = self.services.watch.look(self.services.clock())
        return sight, matrix(sight, self._query()), overview(sight, self._lab())

    def _lab(self) -> str:
        asked = self.get_query_argument("lab", "")
        return asked if asked in {dates.lab for dates in self.cohort.labs} else ""

    def _query(self) -> Query:
        page = self.get_query_argument("page", "1")
        return Query(
            lab=self._lab(),
            search=self.get_query_argument("search", "")[:100],
            group=self.get_query_argument("group", ""),
            show=self._choice("show", Show.ALL),
            order=self._choice("order", Order.NAME),
            down=self.get_query_argument("down", "") == "1",
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
        )

    def _choice(self, name: str, otherwise: Choice) -> Choice:
        try:
            return type(otherwise)(self.get_query_argument(name, otherwise.value))
        except ValueError:
            return otherwise

    def _address(self, query: Query, **changes: object) -> str:
        """Return this page's address with some of what was asked for changed."""
        asked: dict[str, object] = {
            "lab": query.lab,
            "search": query.search,
            "group": query.group,
            "show": "" if query.show is Show.ALL else query.show.value,
            "order": "" if query.order is Order.NAME else query.order.value,
            "down": 1 if query.down else "",
            "page": "",
        }
        kept = {name: value for name, value in (asked | changes).items() if value not in ("", None)}
        return self.url("cohort") + (f"?{urlencode(kept)}" if kept else "")


ROUTES = [("cohort", CohortPage)]
