"""A course of one lab on a real hub, with real browsers for the people who use it."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "hub"))

from running_hub import RunningHub  # noqa: E402

from autograder.course.cohort import PersonRole  # noqa: E402

PEOPLE = {"ana": PersonRole.STUDENT, "beto": PersonRole.STUDENT, "profe": PersonRole.INSTRUCTOR}
NAMES = {"ana": "Quispe Mamani, Ana", "beto": "Ñahui Rojas, Beto", "profe": "Salas Vega, Inés"}
SHOTS = Path(os.environ.get("AUTOGRADER_ARTEFACTS", ROOT / "artefacts")) / "trips"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course's folder with lab 2 alone, nothing of it built or released."""
    root = tmp_path_factory.mktemp("course")
    text = (ROOT / "course.toml").read_text(encoding="utf-8")
    text = re.sub(r"\[\[lab\]\]\nid = \"lab1\".*?(?=# ── Laboratorio 2)", "", text, flags=re.DOTALL)
    (root / "course.toml").write_text(text, encoding="utf-8")
    for name in ("nbgrader_config.py", "jupyterhub_config.py"):
        shutil.copy(ROOT / name, root / name)
    shutil.copytree(ROOT / "source" / "lab2", root / "source" / "lab2")
    return root


@pytest.fixture(scope="module")
def hub(course: Path) -> Iterator[RunningHub]:
    """The hub with its proxy and the real service; the cohort's lab opened yesterday and is due in a week."""
    home = course / "var"
    home.mkdir()
    now = datetime.now(UTC).astimezone()
    opens, due = ((now + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S") for days in (-1, 7))
    people = "".join(
        f'[[person]]\nuser = "{user}"\nname = "{NAMES[user]}"\nrole = "{role.value}"\n' for user, role in PEOPLE.items()
    )
    (home / "cohort.toml").write_text(
        'slug = "viaje"\ntitle = "Cohorte de viaje"\nzone = "America/Lima"\n'
        f'[[lab]]\nid = "lab2"\nopens = {opens}\ndue = {due}\n{people}',
        encoding="utf-8",
    )
    with RunningHub(home, PEOPLE, root=course, service=True) as running:
        yield running


class Traveller:
    """Somebody with a browser of their own, who sees Spanish."""

    def __init__(self, browser: Any, hub: RunningHub, user: str) -> None:
        self.hub, self.user = hub, user
        self.context = browser.new_context(locale="es-PE", viewport={"width": 1280, "height": 900})
        self.context.set_default_timeout(60_000)
        self.page = self.context.new_page()

    def sign_in(self) -> None:
        """Sign in as anybody does, and wait until JupyterLab is there."""
        self.page.goto(self.hub.url)
        self.page.fill("input[name=username]", self.user)
        self.page.fill("input[name=password]", self.hub.password(self.user))
        self.shot("entrar")
        self.page.click("[type=submit]")
        self.page.wait_for_url("**/user/*/lab**", timeout=120_000)
        self.page.wait_for_selector(".jp-Launcher, .jp-Notebook", timeout=120_000)
        self.shot("jupyterlab")

    def ours(self, path: str = "") -> Any:
        """Open a page of the service; return the answer to it."""
        return self.page.goto(f"{self.hub.url}/services/autograder/{path}")

    def lab(self, path: str = "") -> Any:
        """Open a page of one's own server."""
        return self.page.goto(f"{self.hub.url}/user/{self.user}/{path}")

    def command(self, label: str) -> None:
        """Run a command of JupyterLab by its name in the palette."""
        self.page.keyboard.press("Control+Shift+C")
        self.page.keyboard.type(label)
        self.page.keyboard.press("Enter")

    def shot(self, name: str) -> None:
        """Keep a picture of what this person sees, for whoever looks at CI's artefacts."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{self.user}-{name}.png")


@pytest.fixture(scope="module")
def ana(browser: Any, hub: RunningHub) -> Iterator[Traveller]:
    yield from _signed_in(browser, hub, "ana")


@pytest.fixture(scope="module")
def beto(browser: Any, hub: RunningHub) -> Iterator[Traveller]:
    yield from _signed_in(browser, hub, "beto")


@pytest.fixture(scope="module")
def profe(browser: Any, hub: RunningHub) -> Iterator[Traveller]:
    yield from _signed_in(browser, hub, "profe")


def _signed_in(browser: Any, hub: RunningHub, user: str) -> Iterator[Traveller]:
    traveller = Traveller(browser, hub, user)
    traveller.sign_in()
    yield traveller
    traveller.context.close()
