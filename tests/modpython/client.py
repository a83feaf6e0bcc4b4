"""A site of a few files, and a client that asks it through its WSGI callable."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from psp.modpython.application import Application
from psp.modpython.configuration import DEFAULT

Pairs = Iterable[tuple[str, str]]


class Answer(NamedTuple):
    """What came back; ``sent`` is what went out before the application returned."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    sent: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def all(self, name: str) -> list[str]:
        """The values of a header."""
        return [v for k, v in self.headers if k.lower() == name.lower()]

    def header(self, name: str) -> str | None:
        """The value of a header that comes once."""
        values = self.all(name)
        assert len(values) < 2, values
        return values[0] if values else None

    @property
    def report(self) -> str:
        """The last line of the error report."""
        assert 'Mod_python error: "' in self.text, self.text
        return self.text.removesuffix("\n\n</pre>\n").rpartition("\n")[2]


class Site:
    """A document root and the application over it."""

    def __init__(self, root: Path, directives: str = "", **options: Any) -> None:
        self.root = root
        self.options = options
        self.directives = f"{DEFAULT}\nPythonDebug On\n{directives}"
        self._application: Application | None = None
        self.cookies: dict[str, str] = {}

    def write(self, files: Mapping[str, str | bytes]) -> Site:
        """Put *files* into the root."""
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            data = content.encode() if isinstance(content, str) else content
            path.write_bytes(data)
        return self

    @property
    def application(self) -> Application:
        """The application, made when it is first asked for."""
        if self._application is None:
            directives = None if "httpd_conf" in self.options else self.directives
            self._application = Application(self.root, directives, **self.options)
        return self._application

    @property
    def problems(self) -> list[str]:
        """What was not understood of the configuration when the site started."""
        return self.application.configuration.problems

    def get(self, path: str, headers: Pairs = (), **options: Any) -> Answer:
        """The answer to GET."""
        return self.ask("GET", path, headers, **options)

    def post(self, path: str, body: bytes | str, kind: str = "") -> Answer:
        """The answer to POST, of a URL-encoded form unless *kind* is given."""
        data = body.encode() if isinstance(body, str) else body
        kind = kind or "application/x-www-form-urlencoded"
        return self.ask("POST", path, [("Content-Type", kind)], body=data)

    def ask(
        self,
        method: str,
        path: str,
        headers: Pairs = (),
        *,
        body: bytes | None = None,
        environ: Mapping[str, Any] = {},
    ) -> Answer:
        """The answer to a request, cookies kept and sent as a browser does."""
        given = {**environ_of(method, path, headers, body), **environ}
        if self.cookies and "HTTP_COOKIE" not in given:
            pairs = (f"{name}={value}" for name, value in self.cookies.items())
            given["HTTP_COOKIE"] = "; ".join(pairs)
        answer = ask(self.application, given)
        for text in answer.all("Set-Cookie"):
            found = re.match("([^=]+)=([^;]*)", text)
            assert found
            self.cookies[found[1]] = found[2]
        return answer


def environ_of(
    method: str, path: str, headers: Pairs, body: bytes | None
) -> dict[str, Any]:
    """The environ of a request; *path* is as sent, with its query."""
    place, mark, query = path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(place).decode("latin-1"),
        "QUERY_STRING": query,
        "REQUEST_URI": path,
        "SERVER_NAME": "site.test",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "site.test",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body or b""),
    }
    if body is not None:
        environ["CONTENT_LENGTH"] = str(len(body))
    for name, value in headers:
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return environ


def ask(application: Any, environ: dict[str, Any]) -> Answer:
    """The answer of *application*, its body closed as servers do."""
    started: list[tuple[str, list[tuple[str, str]]]] = []
    sent: list[bytes] = []

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        assert not started, "started twice"
        started.append((status, headers))
        return sent.append

    body = application(environ, start)
    before = b"".join(sent)
    try:
        sent += list(body)
    finally:
        if hasattr(body, "close"):
            body.close()
    status, headers = started[0]
    return Answer(int(status[:3]), headers, b"".join(sent), before)
