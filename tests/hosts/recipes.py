"""The recipes of docs/hosting: fences that name what they are for.

``sh NAME``        a command that goes on running, or several, one a line
``nginx NAME``     a ``server`` block
``apache NAME``    lines for a virtual host; ``# a2enmod`` in it names modules
``lighttpd NAME``  lines for lighttpd.conf
``file NAME``      the file of that name below the site's folder
``toml NAME``      lines that psp.toml has for the recipe of that name
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from .packages import ROOT

KINDS = ("sh", "nginx", "apache", "lighttpd", "file", "toml")
FOLDER = ROOT / "docs" / "hosting"
_FENCE = re.compile(r"^```(\w+) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Recipe(NamedTuple):
    """The text of one fence."""

    kind: str
    name: str
    text: str

    @property
    def modules(self) -> list[str]:
        """The modules that ``# a2enmod`` names."""
        lines = re.findall(r"^# a2enmod (.*)$", self.text, re.MULTILINE)
        return " ".join(lines).split()


@cache
def read_recipes() -> dict[tuple[str, str], Recipe]:
    """Every recipe by kind and name."""
    recipes: dict[tuple[str, str], Recipe] = {}
    for file in sorted(FOLDER.glob("*.md")):
        for kind, name, text in _FENCE.findall(file.read_text(encoding="utf-8")):
            if kind in KINDS:
                assert (kind, name) not in recipes, (
                    f"{file}: {kind} {name} is there twice"
                )
                recipes[kind, name] = Recipe(kind, name, text)
    return recipes
