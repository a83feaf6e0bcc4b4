"""``mod_python.Cookie``: cookies as its pages make and read them.

Values go out as they are, and attributes under these very names: what old pages and
their scripts expect. ``psp.http.cookies`` is for new ones.
"""

from __future__ import annotations

import base64
import hmac
import marshal
import re
import time
from collections.abc import Iterator
from typing import Any, ClassVar

from ..errors import TooLarge
from ..http.exchange import mp_request
from .foreign import adopt

__name__ = "mod_python.Cookie"  # what pages print, and find it under

_BETWEEN = re.compile(r"[;,= ]*")
_PAIR = re.compile(
    r"""(?P<name> [^;=\ ]+ ) [ ]* (?: = [ ]* )?
        (?P<value> "(?> (?: [^\\"] | \\. )* )" | [^;]* )""",
    re.VERBOSE | re.DOTALL,
)
_DATE = re.compile(
    r"\w{3,9}, \d{2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{4}"
    r" \d{2}:\d{2}:\d{2} GMT"
)
_FLAGS = frozenset({"secure", "discard", "httponly"})
_ATTRIBUTES = (
    "version",
    "path",
    "domain",
    "secure",
    "comment",
    "expires",
    "max_age",
    "samesite",
    "commentURL",
    "discard",
    "port",
    "httponly",
)
_SPELLINGS = {name.lower(): name for name in _ATTRIBUTES}

Secret = str | bytes


class CookieError(Exception):
    """A cookie that cannot be signed, or whose signature does not hold."""


class Cookie:
    """A name, a value, and attributes, which are written when they are set.

    AttributeError for an attribute there is none of, ValueError for ``expires`` that
    is neither seconds since the epoch nor ``Wdy, DD-Mon-YYYY HH:MM:SS GMT``.
    """

    __slots__ = ("name", "value", *_ATTRIBUTES)

    #: What to do with a signed cookie whose signature does not hold.
    DOWNGRADE, IGNORE, EXCEPTION = 0, 1, 3

    name: Any
    value: Any

    def __init__(self, name: Any, value: Any, **attributes: Any) -> None:
        self.name, self.value = name, value
        for key, setting in attributes.items():
            setattr(self, _SPELLINGS.get(key.lower(), key.lower()), setting)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, _expires(value) if name == "expires" else value)

    def __str__(self) -> str:
        """The value of the Set-Cookie header."""
        parts = [f"{self.name}={self.wire_value()}"]
        for name in _ATTRIBUTES:
            setting = getattr(self, name, None)
            if name in _FLAGS:
                parts += [name] if setting else []
            elif setting is not None:
                parts.append(f"{name}={setting}")
        return "; ".join(parts)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self}>"

    def wire_value(self) -> str:
        """The value as the header carries it."""
        return str(self.value)

    @classmethod
    def parse(cls, text: str, names: Any = None, **options: Any) -> dict[str, Any]:
        """The cookies of a Cookie header by name, or those of *names* alone."""
        return {name: cls(name, value) for name, value in _pairs(text, names)}


class SignedCookie(Cookie):
    """A cookie that only who knows *secret* can make (HMAC over name and value).

    ``digestmod`` names the digest, SHA-256 unless a site has cookies of mod_python
    for Python 2 to read, which used MD5.
    """

    __slots__ = ("_secret",)
    digestmod: ClassVar[str] = "sha256"

    def __init__(
        self, name: Any, value: Any, secret: Secret = "", **attributes: Any
    ) -> None:
        self._secret = secret.encode() if isinstance(secret, str) else secret
        super().__init__(name, value, **attributes)

    def wire_value(self) -> str:
        """Hexadecimal signature and value; CookieError without a secret."""
        text = self.pack()
        return self._signature(text) + text

    def pack(self) -> str:
        """The value as text."""
        return str(self.value)

    def unpack(self, text: str) -> Any:
        """The value that was packed as *text*."""
        return text

    def _signature(self, text: str) -> str:
        if not self._secret:
            raise CookieError("Cannot sign without a secret")
        data = f"{self.name}{text}".encode("utf-8", "surrogateescape")
        return hmac.new(self._secret, data, self.digestmod).hexdigest()

    def unsign(self, secret: Secret | None = None) -> None:
        """Take the signature off the value; CookieError if it does not hold."""
        if secret is not None:
            self._secret = secret.encode() if isinstance(secret, str) else secret
        length = len(self._signature(""))
        signature, text = self.value[:length], self.value[length:]
        wanted = self._signature(text).encode()
        if not hmac.compare_digest(signature.encode("utf-8", "replace"), wanted):
            raise CookieError(f"Incorrectly Signed Cookie: {self.name}")
        self.value = self.unpack(text)

    @classmethod
    def parse(
        cls,
        text: str,
        names: Any = None,
        *,
        secret: Secret = "",
        mismatch: int = Cookie.DOWNGRADE,
        **options: Any,
    ) -> dict[str, Any]:
        """The signed cookies of a Cookie header by name.

        One whose signature does not hold is a plain Cookie, left out, or a
        CookieError, as *mismatch* says.
        """
        found: dict[str, Any] = {}
        for name, value in _pairs(text, names):
            cookie = cls(name, value, secret)
            try:
                cookie.unsign()
            except CookieError:
                if mismatch == cls.EXCEPTION or not secret:
                    raise
                found.pop(name, None)
                if mismatch == cls.DOWNGRADE:
                    found[name] = Cookie(name, value)
            else:
                found[name] = cookie
        return found


class MarshalCookie(SignedCookie):
    """A signed cookie whose value is anything that marshal can write."""

    __slots__ = ()

    def pack(self) -> str:
        """The value, marshalled, in base64."""
        return base64.b64encode(marshal.dumps(self.value)).decode()

    def unpack(self, text: str) -> Any:
        """The value; *text* is ours, since its signature holds."""
        try:
            return marshal.loads(base64.b64decode(text))
        except (ValueError, TypeError, EOFError) as error:
            raise CookieError(f"Not a marshalled value: {self.name}") from error


def add_cookie(
    req: mp_request, cookie: Cookie | str, value: Any = "", **attributes: Any
) -> None:
    """Add a cookie to the response, which caches are told not to keep then."""
    made = cookie
    if not isinstance(made, Cookie):
        made = Cookie(made, value, **attributes)
    is_first = "Set-Cookie" not in req.headers_out
    req.headers_out.add("Set-Cookie", str(made))
    if is_first:
        req.headers_out.add("Cache-Control", 'no-cache="set-cookie"')


def get_cookies(
    req: mp_request, Class: type[Cookie] = Cookie, **options: Any
) -> dict[str, Any]:
    """The cookies of the request by name; TooLarge where there are too many."""
    ours = adopt(req)
    header = ours.headers_in.combined("Cookie")
    limits = ours._request.limits
    if len(header) > limits.cookie_bytes or header.count(";") >= limits.cookies:
        raise TooLarge(message="too many cookies")
    return Class.parse(header, **options)


def get_cookie(
    req: mp_request, name: str, Class: type[Cookie] = Cookie, **options: Any
) -> Any:
    """The cookie *name* of the request, or None."""
    return get_cookies(req, Class, names=[name], **options).get(name)


def _pairs(text: str, names: Any) -> Iterator[tuple[str, str]]:
    """Names and values of a Cookie header; names that begin with ``$`` are skipped."""
    at = 0
    while at < len(text):
        start = _BETWEEN.match(text, at)
        found = start and _PAIR.match(text, start.end())
        if not found:
            return
        at, name = found.end(), found["name"]
        if name[0] != "$" and (names is None or name in names):
            yield name, found["value"]


def _expires(value: Any) -> str:
    """``expires`` as text, of seconds since the epoch or of such a text."""
    if isinstance(value, str):
        if not _DATE.fullmatch(value):
            raise ValueError(f"Invalid expires time: {value}")
        return value
    at = time.gmtime(value)
    return f"{_DAYS[at.tm_wday]}, {at.tm_mday:02}-{_MONTHS[at.tm_mon - 1]}-" + (
        time.strftime("%Y %H:%M:%S GMT", at)
    )


# time.strftime would spell them in the language of the process.
_DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
