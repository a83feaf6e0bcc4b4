"""PSPInterface: the ``psp`` of a page that answers a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from ..errors import Redirect
from ..runtime.interface import PageInterface, Runner
from ..runtime.output import Output
from .apply import apply_form

if TYPE_CHECKING:
    from ..runtime.run import LoadedPage


class PSPInterface(PageInterface):
    """What a page reaches as ``psp``; the names are mod_python's, and a few more.

    *make_form* gives the form of the request when it is first asked for.
    """

    def __init__(
        self,
        runner: Runner,
        output: Output,
        names: dict[str, Any],
        make_form: Callable[[], Any],
    ):
        super().__init__(runner, output, names)
        self.req = names.get("req")
        self.error_page: LoadedPage | None = None
        self._make_form = make_form

    @property
    def filename(self) -> str:  # type: ignore[override]
        """The file of the page that runs."""
        return self._page.page.filename if self._page else ""

    @property
    def form(self) -> Any:
        """The form of the request."""
        return self._make_form()

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
        ValueError for control characters.
        """
        if not isinstance(location, str):
            raise TypeError("the location of a redirect must be str")
        if self._output.sent:
            raise OSError("cannot redirect after headers have already been sent")
        if any(ord(char) < 32 or ord(char) == 127 for char in location):
            raise ValueError("control characters in the location of a redirect")
        raise Redirect(location, 301 if permanent else 302)

    def apply_data(self, function: Callable[..., Any]) -> Any:
        """The result of *function*, given the form's fields and ``req`` by name."""
        return apply_form(function, self.form, req=self.req)
