"""Sites that leave the process as they found it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from .client import Site


@pytest.fixture
def make_site(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Makes a site of files, directives and options of the application."""
    path, modules = sys.path.copy(), set(sys.modules)

    def make(
        files: Mapping[str, str | bytes] = {}, directives: str = "", **options: Any
    ) -> Site:
        root = tmp_path / "root"
        root.mkdir(exist_ok=True)
        return Site(root, directives, **options).write(files)

    yield make
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.fixture
def page(make_site: Callable[..., Site]) -> Callable[..., Any]:
    """The answer of a single page of the given text."""

    def answer(text: str, query: str = "", **options: Any) -> Any:
        site = make_site({"page.psp": text})
        return site.get(f"/page.psp{'?' if query else ''}{query}", **options)

    return answer
