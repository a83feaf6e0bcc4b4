"""A stand-in for the request that Apache's own mod_python makes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, NamedTuple


class NativeTable:
    """An ``mp_table`` that holds bytes, and reads them as UTF-8 or not at all."""

    def __init__(self, *pairs: tuple[str, bytes]) -> None:
        self.pairs = list(pairs)

    def keys(self) -> list[str]:
        return [name for name, _ in self.pairs]

    def itervalues(self) -> Iterator[str]:
        return map(bytes.decode, [value for _, value in self.pairs])

    def get(self, name: str, default: Any = None) -> Any:
        found = [value for key, value in self.pairs if key.lower() == name.lower()]
        return found[0].decode() if found else default

    def add(self, name: str, value: bytes) -> None:
        self.pairs.append((name, value))

    def __setitem__(self, name: str, value: bytes) -> None:
        del self[name]
        self.add(name, value)

    def __delitem__(self, name: str) -> None:
        self.pairs = [pair for pair in self.pairs if pair[0].lower() != name.lower()]

    def clear(self) -> None:
        self.pairs.clear()


class Entry(NamedTuple):
    """``req.hlist``"""

    handler: str
    directory: str


class NativeRequest:
    """A GET request for *filename*, or a POST with *body*.

    ``sent`` is what went out, ``waiting`` what waits in a buffer of Apache's.
    """

    content_type = "text/plain"
    status = 200
    prev = main = next = None
    path_info = ""
    phase = "PythonHandler"
    uri = unparsed_uri = "/page.psp"
    #: Status and headers as they went out, once they have.
    begun: tuple[int, list[tuple[str, bytes]]] | None = None

    def __init__(self, root: str, filename: str, body: bytes | None = None) -> None:
        self.filename = filename
        self.method = "GET" if body is None else "POST"
        self.args: str | None = None
        self.sent, self.waiting = b"", b""
        self.sent_bodyct = 0
        self.headers_in = NativeTable()
        self.headers_out = NativeTable()
        self.err_headers_out = NativeTable()
        self.subprocess_env = NativeTable()
        self.notes = NativeTable()
        self.options: dict[str, str] = {}
        self.config: dict[str, str] = {}
        self.cleanups: list[tuple[Any, Any]] = []
        self.redirects: list[str] = []
        self.hlist = Entry("psp.modpython", f"{root}/")
        self._root = root
        self._body = io.BytesIO(body or b"")
        if body is not None:
            self.headers_in["Content-Length"] = str(len(body)).encode()
            self.headers_in["Content-Type"] = b"application/x-www-form-urlencoded"

    @property
    def user(self) -> str:
        return b"caf\xe9".decode()

    def write(self, data: str | bytes, flush: int = 1) -> None:
        self.waiting += data.encode() if isinstance(data, str) else data
        if flush:
            self.flush()

    def flush(self) -> None:
        self.begun = self.begun or (self.status, self.headers_out.pairs.copy())
        self.sent, self.waiting = self.sent + self.waiting, b""
        self.sent_bodyct = 1

    def sendfile(self, path: str, offset: int = 0, length: int = -1) -> int:
        with open(path, "rb") as file:
            data = file.read()[offset:][: length if length >= 0 else None]
        self.write(data)
        return len(data)

    def read(self, size: int = -1) -> bytes:
        return self._body.read(size)

    def readline(self, size: int = -1) -> bytes:
        return self._body.readline(size)

    @property
    def read_length(self) -> int:
        return self._body.tell()

    def document_root(self) -> str:
        return self._root

    def get_options(self) -> NativeTable:
        return NativeTable(*((k, v.encode()) for k, v in self.options.items()))

    def get_config(self) -> NativeTable:
        return NativeTable(*((k, v.encode()) for k, v in self.config.items()))

    def register_cleanup(self, function: Any, data: Any = None) -> None:
        self.cleanups.append((function, data))

    def internal_redirect(self, uri: str) -> None:
        self.redirects.append(uri)

    def is_https(self) -> int:
        return 0
