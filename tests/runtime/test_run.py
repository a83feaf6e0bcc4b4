"""run_page(): what a page finds in its namespace."""

from __future__ import annotations

import pytest

from psp import DictLoader, Engine


@pytest.mark.parametrize("tier", ["auto", "function", "module"])
def test_extension_modules_can_import(tier: str) -> None:
    page = f'<%@ page tier="{tier}" %><% import time %>'
    page += '<%= time.strptime("2020", "%Y").tm_year %>'
    assert Engine(DictLoader({"p.psp": page})).render("p.psp") == "2020"
