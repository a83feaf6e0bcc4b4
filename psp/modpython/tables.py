"""Tables as strict as mod_python's: what is not Latin-1 is no header there."""

from __future__ import annotations

from ..http import headers
from ..http.headers import Text


def _checked(pair: tuple[str, str]) -> tuple[str, str]:
    try:
        "".join(pair).encode("latin-1")
    except UnicodeEncodeError:
        raise TypeError("not an ISO-8859-1 string") from None
    return pair


class Table(headers.Table):
    """``apache.table``; TypeError for text that is not Latin-1."""

    __slots__ = ()

    def _pair(self, name: Text, value: Text) -> tuple[str, str]:
        return _checked(super()._pair(name, value))


class Headers(headers.Headers):
    """Headers of a response; TypeError for text that is not Latin-1."""

    __slots__ = ()

    def _pair(self, name: Text, value: Text) -> tuple[str, str]:
        return _checked(super()._pair(name, value))


# Pages print the name of the class.
for _class in (Table, Headers):
    _class.__name__ = _class.__qualname__ = headers.Table.__name__
