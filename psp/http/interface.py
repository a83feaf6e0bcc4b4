"""PSPInterface: the ``psp`` of a page that answers a request."""

from __future__ import annotations

from ..light import lazy
from ..runtime.interface import PageInterface

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn, Protocol

    from markupsafe import Markup

    from ..runtime.interface import Runner
    from ..runtime.output import Output
    from ..runtime.run import LoadedPage
    from .jar import CookieJar
    from .languages import Language
    from .progress import Progress

    class Makers(Protocol):
        """Makes what a page asks for by name, once for each request."""

        def make_form(self) -> Any: ...
        def make_session(self) -> Any: ...
        def session_id(self) -> str: ...
        def make_language(self) -> Language: ...
        def note(self, error: BaseException) -> str: ...
        def translators(self, page: LoadedPage) -> dict[str, Any]: ...


class PSPInterface(PageInterface):
    """What a page reaches as ``psp``; the names are mod_python's, and a few more.

    *makers* makes what is there only for pages that mention it, *cookie_keys* are those
    of signed cookies.
    """

    def __init__(
        self,
        runner: Runner,
        output: Output,
        names: dict[str, Any],
        makers: Makers,
        cookie_keys: Sequence[str] = (),
    ):
        super().__init__(runner, output, names)
        self.req: Any = names.get("req")
        self.error_page: LoadedPage | None = None
        self._makers = makers
        self._cookie_keys = cookie_keys

    @property
    def filename(self) -> str:  # type: ignore[override]
        """The file of the page that runs."""
        return self._page.page.filename if self._page else ""

    @property
    def form(self) -> Any:
        """The form of the request."""
        return self._makers.make_form()

    @lazy
    def cookies(self) -> CookieJar:
        """The cookies that were sent, and those that are to be set."""
        from .jar import CookieJar

        return CookieJar(self.req, self._cookie_keys)

    @property
    def nonce(self) -> str:
        """What lets a script or a style of this answer pass the site's policy.

        128 random bits as text, the same as in ``Content-Security-Policy``.
        """
        nonce: str = self.req._nonce
        self._nonce = nonce
        return nonce

    def names_for(self, page: LoadedPage) -> dict[str, Any]:
        """The names that *page* gets because it mentions them."""
        names = {}
        if "form" in page.names:
            names["form"] = self._makers.make_form()
        if "session" in page.names:
            names["session"] = self._makers.make_session()
        if "_" in page.names or "ngettext" in page.names:
            names |= self._makers.translators(page)
        return names

    @property
    def locale(self) -> str:
        """The language of the answer, such as ``"de"``; it can be set."""
        return self._makers.make_language().name

    @locale.setter
    def locale(self, name: str) -> None:
        self._makers.make_language().name = name

    def _note_late(self, error: Exception) -> bool:
        """Note what a deferred part failed with: the page itself has been sent."""
        self._makers.note(error)
        return True

    def csrf_token(self) -> str:
        """A token for the header ``X-CSRF-Token``; a new one for every page."""
        token: str = self._makers.make_session().csrf_token()
        return token

    def csrf_field(self) -> Markup:
        """A hidden field that lets the form around it through the guard."""
        from markupsafe import Markup

        field = Markup('<input type="hidden" name="csrf_token" value="{}">')
        return field.format(self.csrf_token())

    def set_error_page(self, name: str) -> None:
        """Have the page *name* answer if this one fails; it sees ``exception``.

        It is loaded now: a name with a leading slash from the document root, another
        from the folder of the page that calls this. Raises PageNotFound and
        PageSyntaxError.
        """
        self.error_page = self._runner.load(
            name, self._page.page.name if self._page else ""
        )

    def redirect(self, location: str, permanent: bool | int = False) -> NoReturn:
        """End the page with a redirect: status 302, or 301 where it is permanent.

        Raises TypeError for what is not str, OSError once headers are sent, and
        ValueError for control characters. What a visitor has sent is for
        ``safe_redirect``.
        """
        from ..errors import Redirect
        from .redirects import check_location

        location = check_location(location)
        if self._output.sent:
            raise OSError("cannot redirect after headers have already been sent")
        raise Redirect(location, 301 if permanent else 302)

    def safe_redirect(self, url: object, default: str = "/") -> NoReturn:
        """End the page with a redirect to *url* if that is surely on this site.

        To *default* otherwise. *url* is a path, with or without a query, and anything
        that a visitor may have sent in its place, None included.
        """
        from .redirects import local_location

        self.redirect(local_location(url) or default)

    def upload_progress(self, token: str) -> Progress | None:
        """How far the upload to ``?progress=TOKEN`` is, as (received, total) bytes.

        *token* is 32 random hex digits. None before the upload, after it, where the
        token is none, and for an upload of another session than this visitor's.
        """
        from .progress import upload_progress

        return upload_progress(token, self._makers.session_id())

    def apply_data(self, function: Callable[..., Any]) -> Any:
        """The result of *function*, given the form's fields and ``req`` by name."""
        from .apply import apply_form

        return apply_form(function, self.form, req=self.req)
