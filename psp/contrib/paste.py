"""Paste Deployment: ``use = egg:psp`` in an ini file makes a site."""

from __future__ import annotations

from collections.abc import Mapping

from ..adapters.wsgi import WSGIApplication
from ..errors import SettingsError
from ..settings import load_settings


def app_factory(global_config: Mapping[str, str], /, **options: str) -> WSGIApplication:
    """The site that *options* of the section describe.

    They are ``config``, a settings file, and ``document_root``; SettingsError for any
    other.
    """
    file = options.pop("config", None)
    unknown = options.keys() - {"document_root"}
    if unknown:
        names = ", ".join(sorted(unknown))
        raise SettingsError(f"no options of a Paste section: {names}; use config")
    return WSGIApplication(settings=load_settings(file, options=options))
