"""``autograder account``: who is on the course list, and how they get their password."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from autograder.cli.place import find_place
from autograder.course.cohort import PersonRole
from autograder.devices.accounts import AccountError, Accounts
from autograder.hub.settings import read_settings
from autograder.messages import say
from autograder.state.database import open_database, sqlite_url

_ROLES = click.Choice([role.value for role in PersonRole])


@click.group("account")
def command() -> None:
    """La lista del curso: quién puede entrar y con qué contraseña."""


@contextmanager
def _list() -> Iterator[Accounts]:
    place = find_place(Path.cwd())
    engine = open_database(os.environ.get("AUTOGRADER_DATABASE") or sqlite_url(place.home / "autograder.db"))
    try:
        yield Accounts(engine)
    except AccountError as error:
        raise click.UsageError(str(error)) from error
    finally:
        engine.dispose()


@command.command("add")
@click.argument("users", nargs=-1, required=True, metavar="USUARIO…")
@click.option("--role", type=_ROLES, default=PersonRole.STUDENT.value, help="Qué es en el curso.")
def add(users: tuple[str, ...], role: str) -> None:
    """Agrega personas y muestra a cada una su invitación para elegir contraseña."""
    with _list() as accounts:
        for user in users:
            accounts.add(user, PersonRole(role), datetime.now(UTC))
            _show_invitation(accounts, user)


@command.command("invite")
@click.argument("user", metavar="USUARIO")
def invite(user: str) -> None:
    """Muestra una invitación nueva: sirve una vez, y la anterior ya no vale."""
    with _list() as accounts:
        _show_invitation(accounts, user)


@command.command("password")
@click.argument("user", metavar="USUARIO")
def password(user: str) -> None:
    """Pone una contraseña, que se escribe sin verse."""
    with _list() as accounts:
        accounts.set_password(
            user, click.prompt(say("cli.account.password"), hide_input=True, confirmation_prompt=True)
        )
        click.echo(say("cli.account.changed", user=user))


@command.command("close")
@click.argument("user", metavar="USUARIO")
def close(user: str) -> None:
    """Cierra una cuenta. Sus entregas y su carpeta quedan."""
    with _list() as accounts:
        accounts.close(user)
        click.echo(say("cli.account.closed", user=user))


@command.command("list")
def list_() -> None:
    """Muestra la lista."""
    with _list() as accounts:
        for account in accounts.all():
            state = "closed" if account.closed else "active" if account.has_password else "invited"
            click.echo(f"{account.user:<20} {account.role.value:<12} {say(f'cli.account.state.{state}')}")


def _show_invitation(accounts: Accounts, user: str) -> None:
    root = find_place(Path.cwd()).course.root
    secret = accounts.invite(user, datetime.now(UTC))
    url = f"{read_settings(root, gpus=False).url}/hub/invitation?code={secret}"
    click.echo(say("cli.account.invitation", user=user, url=url))
