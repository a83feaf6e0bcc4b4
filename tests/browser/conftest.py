"""The example site, served for a browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from psp import WSGIApplication

SITE = Path(__file__).resolve().parents[2] / "templates"
PROBE = Path(__file__).with_name("probe.html").read_bytes()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the example site, with the probe beside its pages."""
    pages = WSGIApplication(str(SITE))

    def application(environ: dict[str, object], start: Callable) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/probe.html":
            return pages(environ, start)
        start("200 OK", [("Content-Type", "text/html")])
        return [PROBE]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GUESTBOOK_FOLDER", str(tmp_path_factory.mktemp("guestbook")))
        with served(application) as address:
            yield address


@contextmanager
def served(application: Callable[..., Iterable[bytes]]) -> Iterator[str]:
    """The address at which a WSGI *application* answers."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
