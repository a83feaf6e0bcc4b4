"""psp.testing: the pages of a site asked by its own tests, without a server."""

from __future__ import annotations

import os
from typing import Any, NoReturn

from werkzeug import test

from .adapters.wsgi import WSGIApplication
from .http.request import Request
from .settings import Settings


class Client(test.Client):
    """Werkzeug's test client, which keeps cookies unless told, for a document root.

    The arguments are those of WSGIApplication, and changed pages are seen at once. With
    *raises* what a page raises comes out of ``get`` and its likes, as it would out of a
    call; without it is answered by 500 as a visitor would see it.
    """

    def __init__(
        self,
        document_root: str | os.PathLike[str] | None = None,
        *,
        settings: Settings | None = None,
        raises: bool = True,
        use_cookies: bool = True,
        **options: Any,
    ):
        if settings is None:
            options.setdefault("reload_interval", 0)
        site = WSGIApplication(document_root, settings=settings, **options)
        if raises:
            site.handler.note = _raise  # type: ignore[method-assign]
        super().__init__(site, use_cookies=use_cookies)


def _raise(error: BaseException, request: Request) -> NoReturn:
    """Raise what would have been written into the log."""
    raise error
