"""A site served by gunicorn, with the site's limits; its log is the command's."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from ..settings import Settings
from .devserver import GRACE, Application

#: What gunicorn takes at most.
_LINE_BYTES = 8190
_HEADERS = 32768


class GunicornServer(BaseApplication):  # type: ignore[misc]
    """Processes of gunicorn that serve *listener* until SIGTERM.

    *make_application* is called in each process. *renew* gives the settings once
    SIGHUP has come; *settings* are those until then.
    """

    def __init__(
        self,
        make_application: Callable[[Settings], Application],
        listener: socket.socket,
        settings: Settings,
        renew: Callable[[], Settings],
    ):
        self._make_application = make_application
        self._listener = listener
        self._settings = settings
        self._renew = renew
        super().__init__()

    def load_config(self) -> None:
        """Tell gunicorn what the site has set."""
        wanted = options_of(self._settings, self._listener)
        for name, value in wanted.items():
            if name in self.cfg.settings:  # older ones do not know all of them
                self.cfg.set(name, value)

    def load(self) -> Application:
        """The application of a new process."""
        return self._make_application(self._settings)

    def reload(self) -> None:
        """Called by gunicorn after SIGHUP, before it replaces the processes."""
        self._settings = self._renew()
        super().reload()


def options_of(settings: Settings, listener: socket.socket) -> dict[str, Any]:
    """The settings of gunicorn for those of a site."""
    limits, server = settings.limits, settings.server
    return {
        "bind": f"fd://{listener.fileno()}",
        "workers": server.workers or 1,
        "worker_class": "gthread",
        "threads": server.threads,
        "graceful_timeout": int(GRACE),
        "limit_request_line": _LINE_BYTES,
        "limit_request_fields": min(limits.headers, _HEADERS),
        "limit_request_field_size": limits.header_bytes,
        # which proxies to believe is decided once for all servers
        "forwarded_allow_ips": "",
        "logger_class": _CommandLog,
        "loglevel": settings.log_level,
        "control_socket_disable": True,
    }


class _CommandLog(Logger):  # type: ignore[misc]
    """Leaves messages to the handlers that the command has set up."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
