"""What the table of hosts is made of, looked at without starting any."""

from __future__ import annotations

from pathlib import Path

import pytest

from .recipes import read_recipes
from .rows import ROWS, used_recipes
from .stage import Stage


def test_every_row_has_its_recipes() -> None:
    assert used_recipes() == read_recipes().keys()


@pytest.mark.parametrize("name", ROWS)
def test_recipes_are_filled_in(name: str, tmp_path: Path) -> None:
    row, stage = ROWS[name], Stage(tmp_path)
    for kind in (("sh", row.command and row.command[0]), row.server or ("", "")):
        recipe = read_recipes().get(kind)  # type: ignore[call-overload]
        if recipe is not None:
            assert "/srv/" not in stage.filled(recipe.text)
    for port in stage._ports:
        assert stage.port(port) != int(port)
