"""The ``req`` of an application: with what only a server's configuration can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from operator import index
from typing import TYPE_CHECKING, Any

from ..http import exchange
from ..http.body import Body
from ..light import lazy
from .apache import SERVER_RETURN
from .constants import HTTP_LENGTH_REQUIRED
from .members import KINDS, fit
from .settings import CONTENT, Handler, Settings, extension_of

if TYPE_CHECKING:
    from .filters import Filter

__all__ = ["mp_request"]


class mp_request(exchange.mp_request):
    """``req`` where directives are in force: what pages and handlers are given."""

    _settings: Settings
    _bytes_sent = 0

    def __setattr__(self, name: str, value: object) -> None:
        """Set a member, as far as it can be, or an attribute of one's own.

        AttributeError and TypeError as in ``members.fit``.
        """
        if name in KINDS:
            value = fit(name, value)
        super().__setattr__(name, value)

    @property
    def bytes_sent(self) -> int:
        """Bytes of the body that have been sent."""
        return self._bytes_sent

    def read(self, size: int = -1) -> bytes:
        """Bytes of the body; all that is left without a size.

        Here and in the methods for lines: TypeError for a size that is no number,
        SERVER_RETURN (411) for a body whose end nobody knows.
        """
        return super().read(index(size))

    def readline(self, size: int = -1) -> bytes:
        """A line of the body, of at most *size* bytes."""
        return super().readline(index(size))

    def readlines(self, hint: int = -1) -> list[bytes]:
        """The lines of the body, until they hold *hint* bytes."""
        return super().readlines(index(hint))

    def _readable_body(self) -> Body:
        if self._request.lacks_length:
            raise SERVER_RETURN(HTTP_LENGTH_REQUIRED)
        return self._request.body

    @property
    def extension(self) -> str | None:
        """The extension that the handlers were chosen by; None if it was not that."""
        found = extension_of(self.filename)
        chosen = (CONTENT, found.lower()) in self._settings.handlers
        return found if chosen or not found else None

    @property
    def the_request(self) -> str:
        """The request line, that of the first request in an internal redirect."""
        return super().the_request if self.prev is None else self.prev.the_request

    def get_addhandler_exts(self) -> str:
        """The extensions mapped to mod_python, without their dots, each with a blank
        behind it.
        """
        return "".join(f"{name} " for name in self._settings.extensions())

    # filters

    @lazy
    def output_filters(self) -> list[Filter]:
        """The filters that the response goes through, in order."""
        return []

    def register_output_filter(
        self, name: str, handler: str | Callable[..., object], dir: str = ""
    ) -> None:
        """Have *handler* be the output filter *name* of this request."""
        self._register("PythonOutputFilter", name, handler, dir)

    def register_input_filter(
        self, name: str, handler: str | Callable[..., object], dir: str = ""
    ) -> None:
        """Have *handler* be the input filter *name* of this request."""
        self._register("PythonInputFilter", name, handler, dir)

    def _register(
        self, kind: str, name: str, handler: str | Callable[..., object], dir: str
    ) -> None:
        self._settings = self._settings.copy()
        directory = dir or self.hlist.directory
        self._settings.filters[kind, name.lower()] = Handler(handler, directory)

    def add_output_filter(self, name: str) -> None:
        """Have what is sent from now on go through the filter *name*."""
        from .filters import OUTPUT, make_filter

        if self._output.sent:
            self._output.flush()
        self.output_filters.append(make_filter(self, name, OUTPUT))

    def add_input_filter(self, name: str) -> None:
        """Have what is left of the body go through the filter *name*."""
        from .filters import INPUT, make_filter

        request = self._request
        data = make_filter(self, name, INPUT).run(request.body.read(), True)
        request.body = Body(BytesIO(data), len(data), limit=request.body.limit)
        request.content_length = len(data)

    # the WSGI handler

    def build_wsgi_env(self) -> dict[str, Any] | None:
        """The environ of this request; None where its path lies outside the base URI.

        ValueError for a base URI that ends in a slash.
        """
        from .wsgi import environ_of

        return environ_of(self)

    def wsgi_start_response(
        self,
        status: str,
        headers: Iterable[tuple[str, str]],
        exc_info: Any = None,
    ) -> Callable[[str | bytes], None]:
        """Take status and headers of a WSGI application; gives ``write``."""
        from .wsgi import start_response

        return start_response(self, status, headers, exc_info)
