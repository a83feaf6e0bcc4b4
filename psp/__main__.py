"""The command ``psp``, and ``python -m psp``."""

from __future__ import annotations

import sys

from . import errors


def main(prog_name: str | None = None) -> None:
    """Do what the command line says; a CGI request is answered without reading more."""
    if len(sys.argv) == 4 and sys.argv[1:3] == ["cgi", "--config"]:
        from .adapters.cgi import run

        try:
            return run(sys.argv[3])
        except errors.SettingsError:
            pass  # the command says what is wrong with them
    from .cli import main as command

    command(prog_name=prog_name)


if __name__ == "__main__":
    main("python -m psp")
