"""``autograder release``: labs are built and given to students."""

from __future__ import annotations

import getpass
import json
from pathlib import Path

import click

from autograder.cli.place import find_place
from autograder.cli.progress import waiting
from autograder.cli.publishing import Press
from autograder.cli.rooms import open_rooms, utc_now
from autograder.cohort.desk import Act
from autograder.cohort.releases import ReleaseKind, set_release
from autograder.messages import say
from autograder.web.services import PublishFailed


@click.command("release")
@click.argument("labs", nargs=-1, metavar="[LAB]…")
@click.option("--on-time", is_flag=True, help="Se abre en su fecha, y no ya.")
@click.option("--json", "as_json", is_flag=True, help="Una línea de JSON por laboratorio.")
def command(labs: tuple[str, ...], on_time: bool, as_json: bool) -> None:
    """Construye LAB y lo publica para los estudiantes; sin LAB, todos los del curso."""
    place = find_place(Path.cwd())
    with open_rooms(place) as rooms:
        press, by = Press(rooms=rooms), getpass.getuser()
        for lab in place.labs(labs):
            try:
                with waiting(say("cli.build.lab", lab=lab.id)):
                    edition = press.publish(lab.id, by)
            except PublishFailed as failed:
                click.echo(str(failed), err=True)
                raise SystemExit(1) from failed
            if not on_time:
                cohort = rooms.cohort()
                with rooms.desk.writing() as session:
                    act = Act(actor=by, at=utc_now(), cohort=cohort.slug)
                    set_release(session, act, cohort, lab=lab.id, kind=ReleaseKind.LAB, released=True)
            digest = edition.bundle
            line = {"lab": lab.id, "bundle": digest, "archive": edition.archive}
            click.echo(json.dumps(line) if as_json else say("cli.release.done", lab=lab.id, digest=digest[:12]))
