"""CGI (RFC 3875): one request from the environment, its answer to standard output.

To import this module says that the process gives one answer.
"""

from __future__ import annotations

import gc
import os
import sys
from io import BufferedReader, FileIO, RawIOBase

from .. import light

light.one_answer = True  # before anything that looks at it is imported

from .cgivars import cgi_head, is_chunked, make_environ  # noqa: E402
from .keptsettings import kept_settings  # noqa: E402
from .wsgi import WSGIApplication  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, BinaryIO

    from ..session.store import SessionStore
    from ..settings import Settings
    from .wire import HeaderPairs

    Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def run(config: str) -> None:
    """Answer the request of this process with the site of the settings file *config*.

    SettingsError where the settings cannot be understood.
    """
    answer(kept_settings(config))


def answer(settings: Settings) -> None:
    """Answer the request of this process with the site of *settings*.

    Sessions and the log are made ready when something asks for them.
    """
    if settings.session.store == "memory":
        from .preparing import shared_sessions

        settings = shared_sessions(settings)
    if "logging" in sys.modules:
        from .preparing import set_up_logging

        set_up_logging(settings)
    else:
        sys.meta_path.insert(0, _LateLogging(settings))
    gc.freeze()  # what is there by now is there to stay
    gc.enable()
    sessions: Any = _LateSessions(settings)
    application = WSGIApplication(settings=settings, sessions=sessions)
    serve_once(
        application,
        os.environ,
        FileIO(0, closefd=False),
        sys.stdout.buffer,
        settings.extensions,
    )


def end() -> None:
    """End this process now, unless its page left something that relies on more.

    To take an interpreter apart takes a tenth of the time that a small page does. What
    has a ``__del__``, such as an open file, and modules may have something to do then:
    where any came after ``answer`` had its site ready, this returns.
    """
    if "atexit" in sys.modules or "threading" in sys.modules:
        return
    gc.collect()
    for thing in gc.get_objects():
        kind = type(thing)
        if kind is type(sys):
            if not thing.__name__.startswith("psp."):
                return
        elif hasattr(kind, "__del__"):
            return
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def serve_once(
    application: Application,
    variables: Mapping[str, str],
    body: RawIOBase,
    output: BinaryIO,
    extensions: tuple[str, ...] = (".psp",),
) -> None:
    """Have *application* answer the request of *variables* and *body* to *output*.

    BrokenPipeError where the web server does not listen any more.
    """
    counted = _Counted(body)
    reader: Any = BufferedReader(counted)
    spelt = {name: _wire(value) for name, value in variables.items()}
    environ = make_environ(
        spelt,
        reader,
        sys.stderr,
        extensions=extensions,
        terminated=is_chunked(spelt) and bool(reader.peek(1)),
        multiprocess=True,
    )
    environ["wsgi.run_once"] = True
    answer = _Answer(output)
    result = application(environ, answer.start)
    try:
        for piece in result:
            answer.write(piece)
        answer.write(b"")
        output.flush()
        counted.drain(spelt.get("CONTENT_LENGTH", ""))
    finally:
        close = getattr(result, "close", None)
        if close is not None:
            close()


class _LateSessions:
    """The store of the sessions of a site, made when something is asked of it."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._store: SessionStore | None = None

    def __getattr__(self, name: str) -> Any:
        if self._store is None:
            from .site import make_sessions

            self._store = make_sessions(self._settings)
        return getattr(self._store, name)


class _LateLogging:
    """Finds the module ``logging``, and sets the log up when it is imported."""

    def __init__(self, settings: Settings):
        self._settings = settings

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """The module as it is found otherwise, with a little more to execute."""
        if name != "logging":
            return None
        sys.meta_path.remove(self)
        from importlib.util import find_spec

        spec: Any = find_spec(name)
        execute = spec.loader.exec_module

        def execute_and_set_up(module: Any) -> None:
            execute(module)
            from .preparing import set_up_logging

            set_up_logging(self._settings)

        spec.loader.exec_module = execute_and_set_up
        return spec


class _Counted(RawIOBase):
    """Standard input, and how much of it was read."""

    def __init__(self, body: RawIOBase):
        self._body = body
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._body.readinto(buffer) or 0
        self._count += count
        return count

    def drain(self, length: str) -> None:
        """Read the rest of a body of *length*: fcgiwrap takes a program that does not
        for one that failed.
        """
        buffer = bytearray(65536)
        while length.isdigit() and self._count < int(length) and self.readinto(buffer):
            pass


def _wire(value: str) -> str:
    """A variable of the environment with its bytes spelt as Latin-1."""
    return value if value.isascii() else os.fsencode(value).decode("latin-1")


class _Answer:
    """``start_response``, and ``write`` that sends at once (PEP 3333)."""

    def __init__(self, output: BinaryIO):
        self._output = output
        self._head = b""

    def start(
        self, status: str, headers: HeaderPairs, exc_info: Any = None
    ) -> Callable[[bytes], object]:
        self._head = cgi_head(status, headers)
        return self.write

    def write(self, data: bytes) -> None:
        if self._head or data:
            self._output.write(self._head + data)
            self._output.flush()
            self._head = b""
