"""How quick the pages are with a big cohort: ``python -m benchmarks.pages [--json FILE]``.

The real application on a real server of this machine, asked over HTTP. A page is asked for cold (nothing was read yet),
warm, and just after one more attempt was graded, which is how it is while a lab falls due. Times are the browser's, so
that the server's are less; the processor's time, both sides together, is what holds on a busy machine too. Weight is
the page with its own style and script, as sent, without compression.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import requests
from sqlalchemy import Engine, event, insert, select

from autograder.state.attempt_tables import AttemptRow, QuestionRow, RunRow
from autograder.web.services import Services
from benchmarks.crowd import Crowd
from benchmarks.crowd_service import COOKIE, crowd_services, serving

Ask = Callable[[str, str], tuple[float, requests.Response]]

LIMIT_MS, LIMIT_BYTES = 300, 200_000
ROUNDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One page. Times in milliseconds; ``fresh`` is after one more graded attempt, ``cpu`` the processor's time for
    that; weight in bytes."""

    page: str
    cold: float
    warm: float
    fresh: float
    cpu: float
    weight: int
    queries: int


@contextmanager
def counted(engine: Engine):  # type: ignore[no-untyped-def]
    """Count the SELECTs meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip()[:6].upper() == "SELECT":
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


STUDENT = "alumno001"


def pages_of(crowd: Crowd, session: str) -> dict[str, tuple[str, str]]:
    """Return who opens which page, by name: everything that an instructor opens, and what a student does."""
    lab = crowd.labs[-2] if len(crowd.labs) > 1 else crowd.labs[0]
    staff = {
        "cohort, all labs": "cohort",
        "cohort, one lab": f"cohort?lab={lab}",
        "cohort, searched": f"cohort?lab={lab}&search=quispe&order=score&down=1",
        "questions": f"questions?lab={lab}",
        "question": f"questions/{lab}/{crowd.question_ids[7]}",
        "avance, dates": "avance",
        "avance": f"avance/{session}",
        "avance, student": f"avance/{session}/student/{STUDENT}",
        "queue": "queue",
        "actions": "actions",
        "extension": "actions/extension",
        "override": "actions/override",
        "rules": "actions/policy",
        "regrade": "actions/regrade",
        "audit": "actions/audit",
        "grading": "grading",
        "messages": "messages",
        "releases": "releases",
        "export CSV": "export/grades.csv",
        "export JSON": "export/grades.json",
        "export nbgrader": "export/nbgrader.csv",
        "avance CSV": f"avance/{session}.csv",
        "avance PDF": f"avance/{session}.pdf",
    }
    student = {
        "student's route": "",
        "student's lab": f"labs/{crowd.labs[0]}",
        "student's calendar": "calendar",
        "student's submit": f"submit/{crowd.labs[0]}",
    }
    every = {name: ("profe", path) for name, path in staff.items()}
    return every | {name: (STUDENT, path) for name, path in student.items()}


FILES = ("export CSV", "export JSON", "export nbgrader", "avance CSV", "avance PDF")
"""Not pages: they hold everybody, so that their weight grows with the cohort."""


def one_more(engine: Engine, now: datetime) -> None:
    """Write one more graded attempt, as a worker would: the newest student's first lab again."""
    with engine.execution_options(writes=True).begin() as connection:
        attempt = (
            connection.execute(select(AttemptRow.__table__).order_by(AttemptRow.id.desc()).limit(1)).mappings().one()
        )
        run = connection.execute(select(RunRow.__table__).order_by(RunRow.id.desc()).limit(1)).mappings().one()
        marks = (
            connection.execute(select(QuestionRow.__table__).where(QuestionRow.run_id == run["id"])).mappings().all()
        )
        made: dict[str, Any] = dict(attempt) | {"id": attempt["id"] + 1, "number": attempt["number"] + 1}
        made |= {"submission": f"{made['id']:064x}", "received_at": now - timedelta(seconds=1)}
        connection.execute(insert(AttemptRow), [made])
        connection.execute(insert(RunRow), [dict(run) | {"id": run["id"] + 1, "attempt_id": made["id"]}])
        rows = [
            {key: value for key, value in mark.items() if key != "id"} | {"run_id": run["id"] + 1} for mark in marks
        ]
        connection.execute(insert(QuestionRow), rows)


def measure(services: Services, crowd: Crowd, rounds: int = ROUNDS) -> list[Timing]:
    """Return the timing of every page."""
    session = services.cohort().sessions[-1].id
    pages = pages_of(crowd, session)
    browsers = {user: browser_of(user) for user in ("profe", STUDENT)}
    engine = services.gradebook.engine
    with serving(services) as address:

        def ask(user: str, path: str) -> tuple[float, requests.Response]:
            began = time.perf_counter()
            answer = browsers[user].get(address + path, timeout=120)
            answer.raise_for_status()
            return 1000 * (time.perf_counter() - began), answer

        found = []
        for name, (user, path) in pages.items():
            cold, answer = ask(user, path)
            warm = median(ask(user, path)[0] for _ in range(rounds))
            renewed = [_fresh(engine, services, ask, user, path) for _ in range(min(3, rounds))]
            with counted(engine) as seen:
                ask(user, path)
            weight = len(answer.content) + _files(answer, ask, address)
            found.append(
                Timing(
                    page=name,
                    cold=round(cold, 1),
                    warm=round(warm, 1),
                    fresh=round(median(clock for clock, _ in renewed), 1),
                    cpu=round(median(cpu for _, cpu in renewed), 1),
                    weight=weight,
                    queries=len(seen),
                )
            )
    return found


def browser_of(user: str) -> requests.Session:
    """Return somebody's browser."""
    browser = requests.Session()
    browser.trust_env = False
    browser.cookies.set(COOKIE, user)
    return browser


def _fresh(engine: Engine, services: Services, ask: Ask, user: str, path: str) -> tuple[float, float]:
    one_more(engine, services.clock())
    began = time.process_time()
    clock = ask(user, path)[0]
    return clock, 1000 * (time.process_time() - began)


def _files(answer: requests.Response, ask: Ask, address: str) -> int:
    """Return the weight of a page's style, script and icon."""
    if "text/html" not in answer.headers["Content-Type"]:
        return 0
    prefix = "/" + address.split("/", 3)[3]
    wanted = re.findall(rf'(?:href|src)="{prefix}(static/[^"]+)"', answer.text)
    return sum(len(ask(STUDENT, path)[1].content) for path in dict.fromkeys(wanted))


def main() -> None:
    """Fill, measure, print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--students", type=int, default=600)
    asked.add_argument("--labs", type=int, default=6)
    asked.add_argument("--attempts", type=int, default=5)
    asked.add_argument("--json", type=Path)
    chosen = asked.parse_args()
    labs = tuple(f"lab{number}" for number in range(1, chosen.labs + 1))
    crowd = Crowd(students=chosen.students, labs=labs, attempts=chosen.attempts, all_hand_in=True)
    with tempfile.TemporaryDirectory() as folder, crowd_services(Path(folder), crowd, datetime.now(UTC)) as services:
        found = measure(services, crowd)
    print(f"{chosen.students} students x {chosen.labs} labs x {chosen.attempts} attempts")
    print(f"{'page':<18}{'cold ms':>9}{'warm ms':>9}{'fresh ms':>10}{'cpu ms':>9}{'kB':>8}{'queries':>9}")
    for one in found:
        slow = one.warm > LIMIT_MS or one.fresh > LIMIT_MS or (one.weight > LIMIT_BYTES and one.page not in FILES)
        figures = f"{one.cold:>9}{one.warm:>9}{one.fresh:>10}{one.cpu:>9}{one.weight / 1000:>8.1f}{one.queries:>9}"
        print(f"{one.page:<18}{figures}{'  !' if slow else ''}")
    if chosen.json:
        chosen.json.write_text(json.dumps({"crowd": asdict(crowd), "pages": [asdict(one) for one in found]}, indent=1))


if __name__ == "__main__":
    main()
