"""Commands whose modules are imported when they are run: a worker need not know the web."""

from __future__ import annotations

import importlib

import click

LATER = ("service", "worker", "mirror", "release", "serve", "account")


class LazyGroup(click.Group):
    """A group that finds the commands of ``LATER`` in ``autograder.cli.NAME``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every command's name."""
        return sorted({*super().list_commands(ctx), *LATER})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, importing its module if need be."""
        found = super().get_command(ctx, cmd_name)
        if found is None and cmd_name in LATER:
            found = importlib.import_module(f"autograder.cli.{cmd_name}").command
        return found
