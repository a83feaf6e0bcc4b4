"""``mod_python.cgihandler``: a CGI program (RFC 3875) run inside of the server.

The environment, the standard streams and the working directory belong to the whole
process, so one request is answered at a time.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from .apache import SERVER_RETURN, build_cgi_env
from .constants import HTTP_MOVED_TEMPORARILY, HTTP_NOT_FOUND, OK
from .foreign import served
from .request import mp_request

__name__ = "mod_python.cgihandler"  # what pages print, and find it under

_one_at_a_time = RLock()


@served
def handler(req: mp_request) -> int:
    """Run the module beside the file that was asked for, afresh each time.

    It prints headers, an empty line, and the body; ``Status`` sets the status.
    """
    file = os.path.splitext(req.filename)[0] + ".py"
    if not os.path.isfile(file):
        raise SERVER_RETURN(HTTP_NOT_FOUND)
    name = os.path.basename(file).removesuffix(".py")
    with open(file, "rb") as source:
        code = compile(source.read(), file, "exec", dont_inherit=True)
    with _one_at_a_time, _as_program(req, os.path.dirname(file)):
        try:
            exec(code, {"__name__": name, "__file__": file})
        except SystemExit:
            pass
    return OK


class _Input(io.RawIOBase):
    """The body of the request as a file."""

    def __init__(self, req: mp_request):
        self._req = req

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        data = self._req.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _Output(io.RawIOBase):
    """What a program prints: headers up to an empty line, then the body."""

    def __init__(self, req: mp_request):
        self._req = req
        self._head: bytes | None = b""

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        data = bytes(data)
        if self._head is None:
            self._req.write(data)
            return len(data)
        self._head += data.replace(b"\r\n", b"\n")
        head, end, body = self._head.partition(b"\n\n")
        if end:
            self._head = None
            self._take_headers(head.decode("utf-8", "surrogateescape"))
            self._req.write(body)
        return len(data)

    def _take_headers(self, text: str) -> None:
        req = self._req
        for line in text.split("\n"):
            name, colon, value = line.partition(":")
            key, value = name.strip().lower(), value.strip()
            if not colon:
                continue
            if key == "status":
                req.status = int(value[:3])
                req.status_line = value
            elif key == "content-type":
                req.content_type = value
            else:
                req.headers_out.add(name.strip(), value)
                if key == "location" and req.status == 200:
                    req.status = HTTP_MOVED_TEMPORARILY


@contextmanager
def _as_program(req: mp_request, folder: str) -> Iterator[None]:
    """The process as a CGI program finds it, while the context lasts."""
    before = sys.stdin, sys.stdout, dict(os.environ), os.getcwd()
    sys.stdin = io.TextIOWrapper(io.BufferedReader(_Input(req)), "utf-8")
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(_Output(req)), "utf-8", write_through=True
    )
    program = sys.stdout
    _replace_environment(build_cgi_env(req))
    os.chdir(folder)
    try:
        yield
        program.flush()
    finally:
        sys.stdin, sys.stdout, environment, cwd = before
        _replace_environment(environment)
        os.chdir(cwd)


def _replace_environment(variables: dict[str, str]) -> None:
    os.environ.clear()
    for name, value in variables.items():
        if "\0" not in value:
            os.environ[name] = value
