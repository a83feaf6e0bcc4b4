"""Loaders besides FileLoader; everybody takes them from ``psp.loaders``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

from .errors import PageNotFound
from .loaders import check_name, decode, text_digest
from .page import Fingerprint
from .source import Source

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

NAMES = ("ChainLoader", "DictLoader", "Loader", "PackageLoader")


class Loader(Protocol):
    """Finds the text of pages by name; raises PageNotFound for a name it has not."""

    @property
    def origin(self) -> str:
        """Where the pages come from; one cache serves two loaders of one origin."""

    def load(self, name: str) -> Source:
        """The text of the page *name*."""

    def fingerprint(self, name: str) -> Fingerprint:
        """The state of the page *name*; ``digest`` is empty where stat says enough."""


class DictLoader:
    """Pages in a mapping of name to text; changes of the mapping are noticed."""

    origin = "<dict>"

    def __init__(self, pages: Mapping[str, str]) -> None:
        self.pages = pages

    def load(self, name: str) -> Source:
        """The text under *name*."""
        try:
            return Source(self.pages[name], name)
        except KeyError:
            raise PageNotFound(name) from None

    def fingerprint(self, name: str) -> Fingerprint:
        """The digest of the text under *name*."""
        return Fingerprint(0, 0, 0, text_digest(self.load(name)))


class PackageLoader:
    """Pages shipped inside an importable package, zipped or not."""

    def __init__(
        self, package: str, folder: str = "templates", encoding: str = "utf-8"
    ) -> None:
        self.package = package
        self.folder = folder
        self.encoding = encoding

    @property
    def origin(self) -> str:
        """The folder inside the package."""
        return str(self._folder())

    def load(self, name: str) -> Source:
        """The text of the package's file *name*, decoded."""
        file = self._find(name)
        return decode(file.read_bytes(), name, str(file), self.encoding)

    def fingerprint(self, name: str) -> Fingerprint:
        """The digest of the package's file *name*; a zipped one has no stat."""
        return Fingerprint(0, 0, 0, text_digest(self.load(name)))

    def _folder(self) -> Traversable:
        from importlib.resources import files

        return files(self.package).joinpath(*self.folder.split("/"))

    def _find(self, name: str) -> Traversable:
        check_name(name)
        if name.startswith(("/", "../")):
            raise PageNotFound(name, f"{name!r} lies outside the folder of the package")
        file = self._folder().joinpath(*name.split("/"))
        if not file.is_file():
            raise PageNotFound(name)
        return file


class ChainLoader:
    """Several loaders as one: the first that knows a name has the page."""

    def __init__(self, loaders: Iterable[Loader]) -> None:
        self.loaders = tuple(loaders)

    @property
    def origin(self) -> str:
        """The origins of all, in order."""
        return os.pathsep.join(loader.origin for loader in self.loaders)

    def load(self, name: str) -> Source:
        """The text from the first loader that knows *name*."""
        return self._first(name)[0].load(name)

    def fingerprint(self, name: str) -> Fingerprint:
        """The state in the first loader that knows *name*."""
        return self._first(name)[1]

    def _first(self, name: str) -> tuple[Loader, Fingerprint]:
        for loader in self.loaders:
            try:
                return loader, loader.fingerprint(name)
            except PageNotFound:
                continue
        raise PageNotFound(name)
