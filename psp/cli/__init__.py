"""The command line: one module per command, imported when the command is chosen."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import cast

import click

#: Modules of this package, each with a click command called ``command``.
COMMANDS = (
    "serve",
    "fcgi",
    "scgi",
    "ajp",
    "cgi",
    "render",
    "compile",
    "check",
    "format",
    "show",
    "sessions",
    "hosting",
    "doctor",
    "shadow",
    "migrate",
)


class _Commands(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        return cast(click.Command, import_module(f"{__name__}.{name}").command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        close = get_close_matches(args[0], COMMANDS, 1)
        if close and args[0] not in COMMANDS:
            ctx.fail(f"No such command {args[0]!r}; did you mean {close[0]!r}?")
        return super().resolve_command(ctx, args)


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="psp")
def main() -> None:
    """Python Server Pages: HTML with Python in it, compiled, cached and served."""
