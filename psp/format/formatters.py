"""What formats Python: ruff, or else black, as a site has set them up."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from ..abi import PREFIX

_MARK = f"# {PREFIX}piece "
_MARKED = re.compile(rf"^{_MARK}\d+\n", re.MULTILINE)
_LONG = 320  # the longest line that ruff knows of
_NAME = "page.py"  # for what the settings say of files by name

#: How each is called: what it is always told, and what else for tags of one line.
_COMMANDS = {
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
    """A formatter that is installed; it finds its settings from the current folder."""

    def __init__(self, name: str):
        self.name = name

    def format(self, texts: Sequence[str], *, one_line: bool) -> list[str] | None:
        """Each of *texts*, formatted; None if the formatter does not take them.

        With *one_line* lines may be long, and quotes stay as they are.
        """
        if not texts:
            return []
        told, more = _COMMANDS[self.name]
        marked = "".join(f"{_MARK}{n}\n{text}\n" for n, text in enumerate(texts))
        done = subprocess.run(
            [sys.executable, "-m", self.name, *told, *(more if one_line else [])],
            input=f"pass\n{marked}",
            capture_output=True,
            encoding="utf-8",
        )
        _, *formatted = _MARKED.split(done.stdout)
        if done.returncode or len(formatted) != len(texts):
            return None
        return formatted


def find_formatter() -> Formatter | None:
    """The formatter that is installed, if any is."""
    for name in _COMMANDS:
        if find_spec(name) is not None:
            return Formatter(name)
    return None
