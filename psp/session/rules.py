"""SessionRules: what a site says about its sessions, and the cookie that follows."""

from __future__ import annotations

from typing import NamedTuple

_LONG_AGO = {
    "psp": "Thu, 01 Jan 1970 00:00:00 GMT",
    "mod_python": "Thu, 01-Jan-1970 00:00:00 GMT",
}


class SessionRules(NamedTuple):
    """How sessions are made and announced; immutable, use ``_replace``.

    ``dialect``    ``"psp"``: made on first use, kept when changed; ``"mod_python"``:
                   made and kept for every page that mentions ``session``
    ``name``       of the cookie
    ``path``, ``domain``, ``http_only``, ``same_site``, ``secure``  its attributes
    ``host_only``  under https, the name gets the prefix ``__Host-`` (RFC 6265bis)
    ``timeout``    seconds without a request after which a session is over
    """

    dialect: str = "psp"
    name: str = "pysid"
    path: str = "/"
    domain: str = ""
    http_only: bool = True
    same_site: str = "Lax"
    secure: bool = False
    host_only: bool = False
    timeout: float = 1800

    @property
    def lazy(self) -> bool:
        """Whether a session is made on first use, not at once."""
        return self.dialect == "psp"

    @property
    def cookie_name(self) -> str:
        """The name under which the cookie is sent and looked for."""
        return f"__Host-{self.name}" if self._prefixed else self.name

    @property
    def _prefixed(self) -> bool:
        return self.host_only and self.secure

    def cookie(self, value: str) -> str:
        """The Set-Cookie value that makes a browser keep *value*."""
        return self._write(value, {})

    def expired_cookie(self, value: str) -> str:
        """The Set-Cookie value that makes a browser forget the session *value*."""
        kept = "" if self.lazy else value
        return self._write(kept, {"Expires": _LONG_AGO[self.dialect]})

    def _write(self, value: str, extra: dict[str, str]) -> str:
        attributes: dict[str, str | bool] = {
            "Path": "/" if self._prefixed else self.path,
            "Domain": "" if self._prefixed else self.domain,
            "Secure": self.secure,
            **extra,
            "SameSite": self.same_site,
            "HttpOnly": self.http_only,
        }
        words = [f"{self.cookie_name}={value}"]
        for key, setting in attributes.items():
            if setting:
                name = key if self.lazy else key.lower()
                words.append(name if setting is True else f"{name}={setting}")
        return "; ".join(words)


PSP = SessionRules()
MOD_PYTHON = SessionRules(dialect="mod_python", http_only=False, same_site="")
RULES = {"psp": PSP, "mod_python": MOD_PYTHON}
