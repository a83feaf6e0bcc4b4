"""The languages of a site: gettext's catalogues, and the one for a visitor."""

from __future__ import annotations

import os
from functools import lru_cache
from gettext import NullTranslations, find, translation
from typing import Any

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

DOMAIN = "messages"


class Catalogues:
    """The catalogues ``<language>/LC_MESSAGES/messages.mo`` below *folder*.

    *default* is the language that pages are written in; it needs no catalogue. Files
    are read on first use and kept. Without a folder there is that language alone.
    """

    def __init__(self, folder: str | None, default: str = "en"):
        self.folder = folder
        self.default = default
        names = sorted(os.listdir(folder)) if folder is not None else []
        found = [name for name in names if find(DOMAIN, folder, [name])]
        self.languages = tuple(dict.fromkeys([default, *found]))
        self.of = lru_cache(maxsize=None)(self._read)

    def _read(self, language: str) -> NullTranslations:
        """The translations into *language*; none change nothing."""
        languages = [language] if language in self.languages else []
        return translation(DOMAIN, self.folder, languages, fallback=True)

    def best(self, accepted: str) -> str:
        """The language for a header ``Accept-Language`` (RFC 9110, section 12.5.4).

        The first that is there, of each its own tag, then ever shorter ones (RFC 4647,
        section 3.4).
        """
        tags = {name.replace("_", "-").lower(): name for name in self.languages}
        for wanted, quality in parse_accept_header(accepted, LanguageAccept):
            tag = wanted.replace("_", "-").lower()
            while tag and quality > 0:
                if tag in tags:
                    return tags[tag]
                tag = tag.rpartition("-")[0]
        return self.default


class Language:
    """The language of one answer: what the visitor's browser asks for, until set."""

    def __init__(self, catalogues: Catalogues, request: Any, response: Any):
        self._catalogues = catalogues
        self._request = request
        self._response = response
        self._name: str | None = None

    @property
    def name(self) -> str:
        """Its name, such as ``"de"``; asking for it makes the answer depend on it."""
        if self._name is None:
            catalogues = self._catalogues
            self._name = catalogues.default
            if len(catalogues.languages) > 1:
                accepted = self._request.headers.combined("Accept-Language")
                self._name = catalogues.best(accepted)
                self._response.headers.add("Vary", "Accept-Language")
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        self._name = name

    def gettext(self, message: str) -> str:
        """*message* in this language; as it is, where there is no translation."""
        return self._catalogues.of(self.name).gettext(message)

    def ngettext(self, one: str, many: str, number: int) -> str:
        """The same in the form that goes with *number*."""
        return self._catalogues.of(self.name).ngettext(one, many, number)
