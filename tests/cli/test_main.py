"""The command itself: help, mistakes, and what it loads."""

from __future__ import annotations

import subprocess
import sys

from psp.cli import COMMANDS

from .conftest import Run, Spawn


def test_help_names_every_command(run: Run) -> None:
    result = run("--help")
    assert result.exit_code == 0
    for name in COMMANDS:
        assert f"\n  {name} " in result.output
    assert "..." not in result.output.partition("Commands:")[2]  # nothing is cut off


def test_every_command_has_help(run: Run) -> None:
    for name in COMMANDS:
        result = run(name, "-h")
        assert result.exit_code == 0
        assert f" {name} " in result.output


def test_unknown_command(run: Run) -> None:
    result = run("sevre")
    assert result.exit_code == 2
    assert "No such command 'sevre'; did you mean 'serve'?" in result.stderr
    result = run("zzz")
    assert result.exit_code == 2
    assert "No such command 'zzz'" in result.stderr


def test_only_the_chosen_command_is_loaded(environment: dict[str, str]) -> None:
    program = (
        "import sys\n"
        "from psp.cli import main\n"
        "main(['render', '--help'], standalone_mode=False)\n"
        "print(sorted(name for name in sys.modules if name.startswith('psp.cli.')))\n"
        "print([name for name in ('waitress', 'ply') if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        check=True,
    )
    loaded, heavy = done.stdout.splitlines()[-2:]
    assert "psp.cli.render" in loaded
    assert "psp.cli.serve" not in loaded and "psp.cli.check" not in loaded
    assert heavy == "[]"


def test_python_m_psp(spawn: Spawn) -> None:
    done = spawn("--help")
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: python -m psp ")
