"""``psp serve --workers``: several processes that serve one address."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import click

from ..errors import SettingsError
from ..settings import Settings
from .serving import stopped_by_signals

if TYPE_CHECKING:
    from ..adapters.devserver import Application, BodyLimit

log = logging.getLogger("psp")


class Site(NamedTuple):
    """An application, and how many bytes may be sent to each of its paths."""

    application: Application
    body_limit: BodyLimit


def make_site(settings: Settings) -> Site:
    """The site as a server gets it, with its access log if it has one.

    Raises SettingsError, and OSError where the log cannot be written.
    """
    from ..adapters.wsgi import WSGIApplication

    pages = WSGIApplication(settings=settings)
    file = settings.server.access_log
    if file is None:
        return Site(pages, pages.body_limit)
    from ..adapters.accesslog import AccessLog
    from ..adapters.site import make_find_visitor

    visitors = make_find_visitor(settings)
    logged = AccessLog(pages, file, visitors, settings.health)
    return Site(logged, pages.body_limit)


def has_gunicorn() -> bool:
    """Whether gunicorn is installed."""
    try:
        import gunicorn  # type: ignore[import-untyped]  # noqa: F401
    except ImportError:
        return False
    return True


class Production:
    """A site that several processes serve at *listener*, minded by this one.

    *load* reads the settings again after SIGHUP; where they are wrong, those from
    before stay. Address and port stay anyway.
    """

    def __init__(
        self, settings: Settings, listener: socket.socket, load: Callable[[], Settings]
    ):
        self._settings = settings
        self._listener = listener
        self._load = load

    def run(self) -> None:
        """Serve until SIGTERM, with gunicorn where it is installed, or waitress."""
        if has_gunicorn():
            from ..adapters.gunicornserver import GunicornServer

            GunicornServer(
                lambda settings: make_site(settings).application,
                self._listener,
                self._settings,
                self._renewed,
            ).run()
        else:
            from ..adapters.workers import Workers

            count = self._settings.server.workers or 1
            Workers(count, self._serve, self._count).run()

    def _renewed(self) -> Settings:
        """The settings as they are now."""
        try:
            settings = self._load()
            make_site(settings)
        except (click.ClickException, SettingsError, OSError) as error:
            reason = getattr(error, "message", error)
            log.error("the settings stay as they were: %s", reason)
        else:
            self._settings = settings
        return self._settings

    def _count(self) -> int:
        return self._renewed().server.workers or 1

    def _serve(self) -> None:
        """Serve in this process, with waitress."""
        from ..adapters.devserver import Server

        site = make_site(self._settings)
        server = Server(
            site.application, self._settings, site.body_limit, self._listener
        )
        with stopped_by_signals(server):
            server.run()
