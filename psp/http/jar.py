"""CookieJar: the cookies of one request and its answer, as pages use them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import SettingsError
from .cookies import Cookie, SignedCookie
from .exchange import Exchange


class CookieJar:
    """``psp.cookies``: reads what the visitor sent, and sets what the answer brings.

    Cookies it sets are HttpOnly, SameSite=Lax, for the whole site, and Secure under
    https, unless told otherwise; ``Cookie`` says which attributes there are. *keys* are
    those of signed cookies.
    """

    def __init__(self, req: Exchange, keys: Sequence[str] = ()):
        self._req = req
        self._request = req._request
        self._all_keys = keys

    def get(self, name: str, default: str | None = None) -> str | None:
        """The value of the cookie *name* that was sent, or *default*.

        Anybody can send anything. Raises TooLarge past the limits of the site.
        """
        return self._request.cookies.get(name, default)

    def get_signed(
        self, name: str, purpose: str = "cookie", max_age: int | None = None
    ) -> str | None:
        """The value of a cookie that this site has signed for *purpose*.

        None if there is none, if its signature does not hold, or if it was made more
        than *max_age* seconds ago. SettingsError where the site has no keys.
        """
        cookies = self._request.cookies
        return SignedCookie.read(cookies, name, self._keys(), purpose, max_age)

    def set(self, name: str, value: str, **attributes: Any) -> None:
        """Have the visitor keep *value*.

        Raises ValueError for what browsers would refuse, OSError once headers are sent.
        """
        self._send(Cookie(name, value, **self._with_defaults(attributes)))

    def set_signed(
        self, name: str, value: str, purpose: str = "cookie", **attributes: Any
    ) -> None:
        """The same, signed: visitors can read it and cannot change it."""
        keys, attributes = self._keys(), self._with_defaults(attributes)
        self._send(SignedCookie(name, value, keys, purpose, **attributes))

    def delete(self, name: str, **attributes: Any) -> None:
        """Have the visitor forget *name*; path and domain as it was set with."""
        gone = {**self._with_defaults(attributes), "expires": 0, "max_age": 0}
        self._send(Cookie(name, "", **gone))

    def _keys(self) -> Sequence[str]:
        if not self._all_keys:
            raise SettingsError("signed cookies need a key: set cookie_keys")
        return self._all_keys

    def _with_defaults(self, attributes: dict[str, Any]) -> dict[str, Any]:
        secure = self._request.scheme == "https"
        defaults = {"httponly": True, "samesite": "Lax", "secure": secure}
        return {**defaults, **attributes}

    def _send(self, cookie: Cookie) -> None:
        if self._req.sent_bodyct:
            raise OSError("cannot set a cookie after headers have already been sent")
        self._req.headers_out.add("Set-Cookie", str(cookie))
