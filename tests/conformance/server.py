"""A server to replay the conformance cases against.

    python tests/conformance/server.py --docroot DIR --port N --config-file FILE

It serves DIR as Apache with mod_python would. FILE is JSON, written by replay.py
before each case: ``PythonDebug``, ``PythonOption`` (pairs) and ``directives`` (lines),
in force from the next request on.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from psp.modpython.application import Application
from psp.modpython.configuration import DEFAULT, Configuration

LINGER_SECONDS = 2.0
MOST_LEFT_OVER = 1 << 24


class ConfiguredSite:
    """The application under test, whose settings follow a file."""

    def __init__(
        self, docroot: str, config_file: str | None, sessions: str, tier: str
    ) -> None:
        self._directives = (
            f"{DEFAULT}\nPythonOption mod_python.session.database_directory {sessions}"
        )
        # The recorded server had many processes, where this is the default.
        self._application = Application(
            docroot, self._directives, default_session="DbmSession"
        )
        engine = self._application.site.handler.engine
        engine.options = engine.options._replace(tier=tier)
        self._config_file = config_file
        self._text = ""
        self._lock = Lock()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        self._configure()
        importlib.invalidate_caches()  # the folder may have changed within a tick
        return self._application(environ, start_response)

    def _configure(self) -> None:
        if self._config_file is None or not os.path.exists(self._config_file):
            return
        with self._lock, open(self._config_file, encoding="utf-8") as file:
            text = file.read()
            if text != self._text:
                self._text = text
                self._application.configuration = Configuration(
                    self._application.document_root,
                    self._directives,
                    more=directives_of(json.loads(text or "{}")),
                    htaccess=False,
                )


def directives_of(config: dict[str, Any]) -> str:
    """The settings of a case in the words of Apache."""
    lines = [f"PythonDebug {config.get('PythonDebug', 'Off')}"]
    lines += [f'PythonOption "{k}" "{v}"' for k, v in config.get("PythonOption", [])]
    return "\n".join(lines + config.get("directives", []))


class RequestHandler(WSGIRequestHandler):
    """Tells the application the headers as they were sent, which WSGI cannot."""

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        environ["REQUEST_URI"] = self.path
        environ["REMOTE_HOST"] = ""
        environ["psp.headers"] = self.headers.items()
        if "Content-Type" not in self.headers:
            environ.pop("CONTENT_TYPE", None)
        return environ

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadingMixIn, WSGIServer):
    """A thread a request; what nobody read of a request does not cut its answer."""

    daemon_threads = True
    request_queue_size = 128

    def shutdown_request(self, request: Any) -> None:
        try:
            request.shutdown(socket.SHUT_WR)
            request.settimeout(LINGER_SECONDS)
            left = MOST_LEFT_OVER
            while left > 0 and (data := request.recv(65536)):
                left -= len(data)
        except OSError:
            pass
        self.close_request(request)


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docroot", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--config-file")
    parser.add_argument("--tier", default="auto", help="how page code runs")
    parser.add_argument("--log", help="file that errors are told in")
    options = parser.parse_args()
    if options.log:
        logging.basicConfig(filename=options.log, format="%(message)s")
    else:
        logging.disable()
    server = Server(("127.0.0.1", options.port), RequestHandler)
    with TemporaryDirectory() as sessions:
        site = ConfiguredSite(
            options.docroot, options.config_file, sessions, options.tier
        )
        server.set_app(site)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        print(f"http://127.0.0.1:{server.server_port}/", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
