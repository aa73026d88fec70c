"""``autograder serve``: JupyterHub with the course, from nothing to an address to type; until Ctrl+C."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import click

from autograder.authoring.build import read_bundle
from autograder.authoring.errors import AuthoringError
from autograder.cli.build import build_all
from autograder.cli.cohort_demo import seed
from autograder.cli.place import Place, find_place
from autograder.cohort.find import VARIABLE
from autograder.devices.accounts import Accounts
from autograder.devices.discover import discover
from autograder.hub.demo_people import DemoAccount, demo_accounts, wanted
from autograder.hub.process import HubFailed, HubProcess, Start
from autograder.hub.settings import PREFIX, HubSettings, read_settings
from autograder.jail import JailUnavailable, probe
from autograder.messages import say
from autograder.state.database import open_database, sqlite_url

OURS = 70
CONFIG = "jupyterhub_config.py"


class Stopped(Exception):
    """Somebody wants the hub to end."""


@click.command("serve")
@click.option("--address", help="Dónde escucha: http://127.0.0.1:8000")
@click.option("--demo/--no-demo", default=True, help="Prepara la cohorte de demostración donde no hay otra.")
def command(address: str | None, demo: bool) -> None:
    """Enciende JupyterHub con el curso y muestra la dirección y cómo entrar. Ctrl+C lo apaga en orden."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    place = find_place(Path.cwd())
    if address:
        os.environ[f"{PREFIX}ADDRESS"] = address
    try:
        serve(place, read_settings(place.course.root, gpus=bool(discover())), demo)
    except Stopped:
        click.echo(say("cli.serve.stopped"))
    except HubFailed as error:
        click.echo(str(error), err=True)
        raise SystemExit(OURS) from error


def serve(place: Place, settings: HubSettings, demo: bool) -> None:
    """Make ready what is missing, start the hub, say how to sign in, and stay until it ends."""
    _must_have_jail(settings)
    live = demo and not os.environ.get(VARIABLE) and seed(place, click.echo)
    missing = tuple(lab for lab in place.course.labs if not _is_built(place, lab.id))
    if missing:
        build_all(place, missing)
    people = _demo_people(place, live) if demo and settings.sign_in == "course" else ()
    start = Start(
        config=place.course.root / CONFIG,
        folder=place.home / "hub",
        address=settings.address,
        environment={"AUTOGRADER_HOME": str(place.home), f"{PREFIX}ADDRESS": settings.address},
    )
    click.echo(say("cli.serve.starting"))
    with HubProcess(start) as hub:
        _greet(settings, people, hub.log)
        try:
            hub.wait()
        finally:
            click.echo(say("cli.serve.stopping"))


def _must_have_jail(settings: HubSettings) -> None:
    """Say at once, and not to the first student, when servers could not be jailed here."""
    if settings.spawner != "local":
        return
    for layer in probe():
        if not layer.on:
            raise JailUnavailable(layer.name, layer.reason)


def _is_built(place: Place, lab: str) -> bool:
    try:
        read_bundle(place.home, place.course.lab(lab))
    except AuthoringError:
        return False
    return place.course.release(place.course.lab(lab)).exists()


def _demo_people(place: Place, live: bool) -> tuple[DemoAccount, ...]:
    engine = open_database(os.environ.get("AUTOGRADER_DATABASE") or sqlite_url(place.home / "autograder.db"))
    file = place.home / "hub" / "demo.json"
    try:
        accounts = Accounts(engine)
        return demo_accounts(accounts, file, datetime.now(UTC)) if wanted(accounts, live, file) else ()
    finally:
        engine.dispose()


def _greet(settings: HubSettings, people: tuple[DemoAccount, ...], log: Path) -> None:
    click.echo()
    click.echo(say("cli.serve.ready", address=settings.url))
    for person in people:
        role = say(f"cli.serve.role.{person.role.value}")
        password = person.password or say("cli.serve.own_password")
        click.echo(f"    {person.user:<14} {password:<32} {role}")
    click.echo(say("cli.serve.how_to_stop", log=log))


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 (signal's signature)
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)  # once is enough: what follows is short
    raise Stopped
