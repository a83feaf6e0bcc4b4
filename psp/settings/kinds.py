"""The kinds of value a setting can have, and how each is read and checked."""

from __future__ import annotations

import codecs
import math
import os
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from ..http.headers import is_token
from ..options import KIB

#: Characters that a key must have at least: 128 bits as hex digits.
SECRET_LENGTH = 32
_UNITS = {"": 1, "b": 1, "kb": KIB, "mb": KIB**2, "gb": KIB**3}
_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?)\s*([a-z]*)")
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(;[ -~]*)?", re.ASCII)
_ORIGIN = re.compile(r"https?://([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.ASCII)
_YES = ("1", "true", "yes", "on")
_NO = ("0", "false", "no", "off")


class Kind(NamedTuple):
    """A kind of value.

    ``wanted``  what it is, for messages and for the documentation
    ``check``   the value of a TOML file made into the setting's, or ValueError
    ``parse``   the text of an environment variable made into a TOML value
    """

    wanted: str
    check: Callable[[Any], Any]
    parse: Callable[[str], object] = str


def choice(*names: str) -> Kind:
    """One of *names*."""

    def check(value: object) -> object:
        return _require(value, value in names)

    *others, last = [f'"{name}"' for name in names]
    return Kind(f"{', '.join(others)} or {last}" if others else last, check)


def whole(low: int, high: int) -> Kind:
    """A whole number from *low* to *high*."""

    def check(value: object) -> object:
        return _require(value, type(value) is int and low <= value <= high)

    return Kind(f"a whole number from {low} to {high}", check, int)


def _require(value: Any, holds: bool) -> Any:
    """*value* itself where *holds*, or ValueError."""
    if not holds:
        raise ValueError(value)
    return value


def _flag(text: str) -> bool:
    """What people write for yes and no in an environment variable."""
    _require(text, text.lower() in _YES + _NO)
    return text.lower() in _YES


def _number_or_text(text: str) -> object:
    """A number where *text* is one, otherwise *text*."""
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def _size(value: object) -> int:
    """Bytes, from a whole number or from ``"64kb"``."""
    match = _SIZE.fullmatch(_spelt(value))
    if match is None or match[2] not in _UNITS or (not match[2] and "." in match[1]):
        raise ValueError(value)
    return int(float(match[1]) * _UNITS[match[2]])


def _spelt(value: object) -> str:
    """A whole number or text as text; a flag is neither."""
    return str(_require(value, type(value) in (int, str))).strip().lower()


def _limit(value: object) -> int:
    size = _size(value)
    return int(_require(size, size > 0))


def _buffer(value: object) -> int:
    return 0 if value == "none" else _size(value)


def _seconds(value: Any) -> float:
    number = type(value) in (int, float) and math.isfinite(value)
    return float(_require(value, number and value > 0))


def _interval(value: object) -> float:
    if value == "never":
        return math.inf
    return 0.0 if value == 0 and type(value) is int else _seconds(value)


def _names(value: Any) -> tuple[str, ...]:
    _require(value, isinstance(value, list | tuple))
    return tuple(_require(item, isinstance(item, str) and item != "") for item in value)


def _secrets(value: object) -> tuple[str, ...]:
    found = _names(value)
    return tuple(_require(found, all(len(key) >= SECRET_LENGTH for key in found)))


def _listed(text: str) -> list[str]:
    """The parts of a comma-separated list."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _extensions(value: object) -> tuple[str, ...]:
    found = _names(value)
    good = all(re.fullmatch(r"(\.[^./\\]+)+", name) for name in found)
    return tuple(_require(found, good and bool(found)))


def _plain_names(value: object) -> tuple[str, ...]:
    found = _names(value)
    return tuple(_require(found, not any("/" in name for name in found)))


def _folders(value: object) -> tuple[str, ...]:
    parts = [name.strip("/").split("/") for name in _names(value)]
    _require(value, all(not {"", ".", ".."} & set(part) for part in parts))
    return tuple("/".join(part) for part in parts)


def _origins(value: object) -> tuple[str, ...]:
    found = tuple(name.lower() for name in _names(value))
    good = all(_ORIGIN.fullmatch(name) for name in found)
    return tuple(_require(found, good))


def _proxies(value: object) -> tuple[str, ...]:
    from ipaddress import ip_network  # seldom set, and slow to import

    found = _names(value)
    for name in set(found) - {"unix"}:
        ip_network(name)
    return found


def _media_types(value: Any) -> Mapping[str, str]:
    _require(value, isinstance(value, Mapping))
    _extensions(list(value) or [".x"])
    for name in value.values():
        _require(name, bool(_MEDIA_TYPE.fullmatch(_text(name))))
    return MappingProxyType({name.lower(): kind for name, kind in value.items()})


def _encoding(value: object) -> str:
    """An encoding of text; ``codecs.lookup`` alone would let "hex" through."""
    try:
        " ".encode(_text(value))
    except LookupError:
        raise ValueError(value) from None
    return codecs.lookup(_text(value)).name


def _text(value: Any) -> str:
    return str(_require(value, isinstance(value, str) and bool(value)))


def _cookie_name(value: object) -> str:
    """A name that browsers send back as it is (RFC 6265, section 4.1.1)."""
    name = _text(value)
    return str(_require(name, is_token(name)))


def _path(value: object) -> str:
    return os.path.expanduser(_text(value))


def _url_path(value: object) -> str:
    path = _text(value)
    return str(_require(path, path.startswith("/") and not set(path) & set("?#%")))


def _is_flag(value: object) -> object:
    return _require(value, type(value) is bool)


def _policy(value: object) -> str:
    """A policy as a header holds it; TOML may spread it over lines."""
    policy = " ".join(_text(value).split())
    return str(_require(policy, policy != "" and policy.isascii()))


FLAG = Kind("true or false", _is_flag, _flag)
TEXT = Kind("a text", _text)
POLICY = Kind("a text in ASCII", _policy)
COUNT = whole(0, 10**6)
COOKIE = Kind('a name such as "pysid", of ASCII without blanks', _cookie_name)
FOLDER = Kind("the path of a folder", _path)
PATH = Kind("the path of a file or folder", _path)
LOG_FILE = Kind('the path of a file, or "-"', _path)
URL_PATH = Kind('a path such as "/healthz"', _url_path)
KEY_FILE = Kind('the path of a file, or "none"', _path)
ENCODING = Kind("the name of an encoding", _encoding)
SIZE = Kind('a number of bytes, or "64kb"', _limit, _number_or_text)
BUFFER = Kind('a number of bytes, "64kb" or "none"', _buffer, _number_or_text)
SECONDS = Kind("a number of seconds above 0", _seconds, _number_or_text)
INTERVAL = Kind('a number of seconds or "never"', _interval, _number_or_text)
SECRETS = Kind(
    f"a list of secret texts of at least {SECRET_LENGTH} characters", _secrets, _listed
)
ORIGINS = Kind('a list of origins such as ["https://shop.example"]', _origins, _listed)
PROXIES = Kind(
    'a list of addresses, networks or "unix", such as ["127.0.0.1"]', _proxies, _listed
)
EXTENSIONS = Kind('a list of extensions such as [".psp"]', _extensions, _listed)
FILE_NAMES = Kind('a list of file names such as ["index.psp"]', _plain_names, _listed)
FOLDERS = Kind('a list of folders such as ["private"]', _folders, _listed)
MEDIA_TYPES = Kind(
    'a table of media types such as { ".md" = "text/markdown" }',
    _media_types,
    lambda text: dict(part.partition("=")[::2] for part in _listed(text)),
)
