"""What formats Python: ruff, or else black, as a site has set them up."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from ..abi import PREFIX

_MARK = f"# {PREFIX}piece "
_MARKED = re.compile(rf"^{_MARK}\d+\n", re.MULTILINE)
_LONG = 320  # the longest line that ruff knows of
_NAME = "page.py"  # for what the settings say of files by name

#: What each is always told, and what else for tags of one line.
_OPTIONS = {
    "ruff": (
        ["format", "--quiet", f"--stdin-filename={_NAME}", "-"],
        [f"--line-length={_LONG}", "--config=format.quote-style='preserve'"],
    ),
    "black": (
        ["--quiet", f"--stdin-filename={_NAME}", "-"],
        [f"--line-length={_LONG}", "--skip-string-normalization"],
    ),
}


class Formatter:
    """A formatter, called by *command*; it finds its settings from the current folder.

    *name* is ``"ruff"`` or ``"black"``.
    """

    def __init__(self, name: str, command: Sequence[str] = ()):
        self.name = name
        self._command = list(command) or [sys.executable, "-m", name]

    def format(self, texts: Sequence[str], *, one_line: bool) -> list[str] | None:
        """Each of *texts*, formatted; None if the formatter does not take them.

        With *one_line* lines may be long, and quotes stay as they are.
        """
        if not texts:
            return []
        told, more = _OPTIONS[self.name]
        marked = "".join(f"{_MARK}{n}\n{text}\n" for n, text in enumerate(texts))
        done = subprocess.run(
            [*self._command, *told, *(more if one_line else [])],
            input=f"pass\n{marked}",
            capture_output=True,
            encoding="utf-8",
        )
        _, *formatted = _MARKED.split(done.stdout)
        if done.returncode or len(formatted) != len(texts):
            return None
        return formatted


def find_formatter() -> Formatter | None:
    """The formatter that is installed, if any is: beside psp, or as a command."""
    for name in _OPTIONS:
        if find_spec(name) is not None:
            return Formatter(name)
        if (path := shutil.which(name)) is not None:
            return Formatter(name, [path])
    return None
