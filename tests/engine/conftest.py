"""Sites to render pages of, and a compiler that can be watched."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from psp.compiler.pipeline import compile_page
from psp.engine import Engine
from psp.loaders import FileLoader
from psp.options import PageOptions
from psp.page import CompiledPage
from psp.source import Source

if TYPE_CHECKING:
    from psp.engine import Resolve


class Compiler:
    """compile_page(), with a list of what it compiled and a way to step in."""

    def __init__(self) -> None:
        self.compiled: list[str] = []
        self.before: Callable[[str], object] = lambda name: None

    def __call__(
        self, source: Source, resolve: Resolve, options: PageOptions
    ) -> CompiledPage:
        self.compiled.append(source.name)
        self.before(source.name)
        return compile_page(source, resolve, options)


@pytest.fixture
def compiler() -> Compiler:
    return Compiler()


class Site:
    """A folder of pages that are old enough for their times to be relied on."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        self.age(name)

    def age(self, name: str, hours: float = 1) -> None:
        then = time.time() - hours * 3600
        os.utime(self.root / name, (then, then))

    def remove(self, name: str) -> None:
        (self.root / name).unlink()

    def engine(self, compiler: Compiler, **options: object) -> Engine:
        """An engine that looks at its files every time, unless *options* differ."""
        given: dict[str, object] = {"reload_interval": 0, **options}
        loader = given.pop("loader", FileLoader(self.root))
        return Engine(loader, _compile=compiler, **given)  # type: ignore[arg-type]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


@pytest.fixture
def helpers(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module that pages can import to reach their test."""
    module = ModuleType("psp_test_helpers")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module
