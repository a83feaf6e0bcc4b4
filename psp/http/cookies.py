"""Cookies: read without ever failing, written without ever lying (RFC 6265)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import TooLarge
from .headers import is_token
from .limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from datetime import datetime

    from itsdangerous import TimestampSigner

_PLAIN = re.compile(r"[!#-+\--:<-\[\]-~]*")  # cookie-octet, section 4.1.1
_UNSAFE = re.compile(rb"[^ !#-+\--:<-\[\]-~]")
_ESCAPE = re.compile(rb"\\([0-3][0-7]{2}|.)", re.DOTALL)
_ATTRIBUTE = re.compile(r"[ -:<-~]*")  # av-octet, section 4.1.1
#: A signature as base64 spells it, and in no other of the ways that decode to the same.
_SIGNATURE = re.compile(rb"\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]\Z")
SAME_SITE = ("Strict", "Lax", "None")


def parse_cookies(header: str, limits: Limits = DEFAULT_LIMITS) -> dict[str, str]:
    """The cookies of a Cookie header; what is no cookie in it is skipped.

    Of equal names the first counts: browsers send the closest path first (section
    5.4). Raises TooLarge for more cookies or characters than the limits allow.
    """
    if len(header) > limits.cookie_bytes:
        raise TooLarge(message="the Cookie header is too long")
    pairs = header.split(";")
    if len(pairs) > limits.cookies:
        raise TooLarge(message="too many cookies")
    cookies: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        name = name.strip(" \t")
        if equals and name:
            cookies.setdefault(name, _unquoted(value.strip(" \t")))
    return cookies


def _unquoted(value: str) -> str:
    """The text that *value* stands for: quotes and backslash escapes taken off."""
    if len(value) < 2 or value[0] != '"' or value[-1] != '"':
        return value
    if "\\" not in value:
        return value[1:-1]
    return _ESCAPE.sub(_character, value[1:-1].encode()).decode(errors="replace")


def _character(escape: re.Match[bytes]) -> bytes:
    code = escape[1]
    return bytes([int(code, 8)]) if len(code) == 3 else code


def _quoted(value: str) -> str:
    """*value* as a cookie can carry it: in quotes, other bytes in octal, if need be."""
    if _PLAIN.fullmatch(value):
        return value
    data = _UNSAFE.sub(lambda found: b"\\%03o" % found[0][0], value.encode())
    return f'"{data.decode()}"'


class Cookie:
    """A cookie to send: its value, any text, and checked attributes.

    ``expires`` is a datetime or seconds since the epoch, ``max_age`` seconds.
    ValueError for what browsers would refuse or misread: a name that is no token,
    control characters, ``SameSite=None`` without ``secure``, a broken ``__Host-``.
    """

    def __init__(
        self,
        name: str,
        value: str = "",
        *,
        path: str | None = "/",
        domain: str | None = None,
        expires: datetime | float | None = None,
        max_age: int | None = None,
        secure: bool = False,
        httponly: bool = False,
        samesite: str | None = None,
    ):
        self.name, self.value = name, value
        self.path, self.domain = path, domain
        self.expires, self.max_age = expires, max_age
        self.secure, self.httponly = secure, httponly
        self.samesite = samesite and samesite.title()
        self._check()

    def _check(self) -> None:
        if not is_token(self.name):
            raise ValueError(f"not the name of a cookie: {self.name!r}")
        for text in (self.path, self.domain):
            if text and not _ATTRIBUTE.fullmatch(text):
                raise ValueError(f"not fit for a cookie: {text!r}")
        if self.samesite not in (None, *SAME_SITE):
            raise ValueError(f"samesite is Strict, Lax or None, not {self.samesite!r}")
        self._check_secure()

    def _check_secure(self) -> None:
        """The rules that tie attributes to ``secure`` (RFC 6265bis, section 4.1.3)."""
        bound = self.samesite == "None" or self.name.lower().startswith(
            ("__secure-", "__host-")
        )
        if bound and not self.secure:
            raise ValueError(f"the cookie {self.name!r} has to be secure")
        if self.name.lower().startswith("__host-"):
            if self.domain or self.path != "/":
                raise ValueError("a __Host- cookie has path / and no domain")

    def wire_value(self) -> str:
        """The value as the header carries it."""
        return _quoted(self.value)

    def __str__(self) -> str:
        """The value of the Set-Cookie header."""
        self._check()  # attributes may have been assigned since
        attributes = {
            "Domain": self.domain,
            "Path": self.path,
            "Expires": self._expires(),
            "Max-Age": None if self.max_age is None else str(int(self.max_age)),
            "SameSite": self.samesite,
        }
        parts = [f"{self.name}={self.wire_value()}"]
        parts += [f"{name}={value}" for name, value in attributes.items() if value]
        flags = {"Secure": self.secure, "HttpOnly": self.httponly}
        parts += [name for name, is_set in flags.items() if is_set]
        return "; ".join(parts)

    def _expires(self) -> str | None:
        from .dates import http_date

        moment = self.expires
        if moment is None:
            return None
        if isinstance(moment, int | float):
            return http_date(moment)
        return http_date(moment.timestamp())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"


class SignedCookie(Cookie):
    """A cookie that only holders of the keys can make.

    HMAC-SHA-256 over purpose, name, time and value. The first of *keys* signs, all
    of them verify; a cookie of one purpose or name is worth nothing under another.
    """

    def __init__(
        self,
        name: str,
        value: str,
        keys: Sequence[str | bytes],
        purpose: str = "cookie",
        **attributes: Any,
    ):
        super().__init__(name, value, **attributes)
        self._signer = _signer(name, keys, purpose)

    def wire_value(self) -> str:
        """The value with time and signature, as the header carries it."""
        return _quoted(self._signer.sign(self.value.encode()).decode())

    @staticmethod
    def read(
        cookies: Mapping[str, str],
        name: str,
        keys: Sequence[str | bytes],
        purpose: str = "cookie",
        max_age: int | None = None,
    ) -> str | None:
        """The value of the cookie *name*, if its signature holds and it is younger than
        *max_age* seconds; None otherwise, as if it had not been sent.
        """
        from itsdangerous import BadData

        try:
            signed = cookies.get(name, "").encode()
            value = _signer(name, keys, purpose).unsign(signed, max_age).decode()
        except (BadData, UnicodeError):
            return None
        return value if _SIGNATURE.search(signed) else None


def _signer(name: str, keys: Sequence[str | bytes], purpose: str) -> TimestampSigner:
    """The signer of one purpose and name; a name, being a token, holds no colon."""
    from hashlib import sha256

    from itsdangerous import TimestampSigner

    if not keys:
        raise ValueError("a signed cookie needs a key")
    encoded = [key.encode() if isinstance(key, str) else key for key in keys]
    return TimestampSigner(
        encoded[::-1],  # the last one signs
        f"psp:{purpose}:{name}",
        key_derivation="hmac",
        digest_method=sha256,
    )
