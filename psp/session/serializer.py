"""Serializers: JSON with tags, and pickle behind a keyed digest where a site asks.

JSON keeps None, bool, int, float, str, list and dict as they are, and tags the rest:
bytes, tuple, set, frozenset, datetime, date, time, timedelta, Decimal and Markup. Other
subclasses of str, fields of forms among them, come back as str. Times keep their
offset from UTC, not the name of their zone. Sets are written in order, so that equal
data are equal bytes whatever the hash seed.
"""

from __future__ import annotations

import hmac
import json
import pickle
import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from ..errors import BadSignature, SessionError

DEPTH = 50  # containers within containers
VALUES = 1_000_000  # a list that holds itself many times is no way around
_LEVELS = 3 * DEPTH + 3  # of brackets that DEPTH can need

_MARK = "%"
_PLAIN = (type(None), bool, float, str)
_LARGE = 1 << 64  # decimal digits take quadratic time, and Python limits them
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
_BRACKET = re.compile(rb"[][{}]")

_Texts = tuple[str, Callable[[Any], str], Callable[[str], Any]]

#: Types kept as a text: the tag, and the ways there and back.
_AS_TEXT: dict[type, _Texts] = {
    bytes: (
        "bytes",
        lambda value: b64encode(value).decode(),
        lambda text: b64decode(text, validate=True),
    ),
    int: ("int", hex, lambda text: int(text, 16)),
    datetime: ("datetime", datetime.isoformat, datetime.fromisoformat),
    date: ("date", date.isoformat, date.fromisoformat),
    time: ("time", time.isoformat, time.fromisoformat),
    timedelta: (
        "timedelta",
        lambda value: _duration_text(value),
        lambda t: _duration(t),
    ),
    Decimal: ("decimal", str, Decimal),
    Markup: ("markup", str.__str__, Markup),
}
_FROM_TEXT = {tag: read for tag, _, read in _AS_TEXT.values()}

#: Types kept as a list: the tag.
_AS_LIST: dict[type, str] = {tuple: "tuple", set: "set", frozenset: "frozenset"}
_FROM_LIST: dict[str, Callable[[list[Any]], Any]] = {
    tag: kind for kind, tag in _AS_LIST.items()
}


class JSONSerializer:
    """JSON with tags. Raises SessionError, and nothing else, for what it cannot do."""

    mark = b"json 1"

    def dumps(self, data: Any, /) -> bytes:
        """*data* as ASCII bytes."""
        try:
            return _write(_Encoder().encode(data, DEPTH)).encode("ascii")
        except (ValueError, RecursionError) as error:
            raise SessionError(str(error)) from error

    def loads(self, text: bytes, /) -> Any:
        """What ``dumps`` made *text* of."""
        try:
            _check_levels(text)
            return _decode(json.loads(text.decode("ascii")))
        except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
            raise SessionError(f"not the data of a session: {error}") from error


class SignedPickle:
    """Pickle behind an HMAC-SHA-256 with *key*, which is at least 32 bytes.

    Whoever has the key can run code here, so that it must be as secret as a password.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < 32:
            raise ValueError("a key has at least 32 bytes")
        self._key = hmac.digest(key, b"psp session pickle", "sha256")
        self.mark = hmac.digest(key, b"psp session record", "sha256")

    def dumps(self, data: Any, /) -> bytes:
        """The digest of *data*, and *data* pickled; raises what pickle raises."""
        packed = pickle.dumps(data)
        return self._digest(packed) + packed

    def loads(self, text: bytes, /) -> Any:
        """What ``dumps`` made *text* of; BadSignature if another key made it."""
        digest, packed = text[:32], text[32:]
        if not hmac.compare_digest(digest, self._digest(packed)):
            raise BadSignature("it was not signed with this key, or is damaged")
        try:
            return pickle.loads(packed)
        except Exception as error:  # a class that has moved, most of all
            raise SessionError(f"not the data of a session: {error}") from error

    def _digest(self, packed: bytes) -> bytes:
        return hmac.digest(self._key, packed, "sha256")


class _Encoder:
    """Turns values into what JSON has, counting them."""

    def __init__(self) -> None:
        self.left = VALUES

    def encode(self, value: Any, depth: int) -> Any:
        """*value* with tags; *depth* more containers may be open in it."""
        self.left -= 1
        kind = type(value)
        if kind in _PLAIN or (kind is int and -_LARGE < value < _LARGE):
            return value
        if kind in _AS_TEXT:
            tag, write, _ = _AS_TEXT[kind]
            return {_MARK + tag: write(value)}
        if isinstance(value, str):
            return str.__str__(value)
        if not depth or self.left < 0:
            raise SessionError(
                f"it is nested more than {DEPTH} levels deep, or contains itself"
                if not depth
                else f"it has more than {VALUES} values"
            )
        return self._encode_container(kind, value, depth - 1)

    def _encode_container(self, kind: type, value: Any, depth: int) -> Any:
        if kind is dict:
            return self._encode_dict(value, depth)
        if kind is not list and kind not in _AS_LIST:
            name = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
            raise SessionError(f"JSON cannot keep values of type {name}")
        items = [self.encode(item, depth) for item in value]
        if kind is list:
            return items
        return {_MARK + _AS_LIST[kind]: items if kind is tuple else _sorted(items)}

    def _encode_dict(self, value: dict[Any, Any], depth: int) -> Any:
        if all(isinstance(key, str) and not key.startswith(_MARK) for key in value):
            return {
                str.__str__(key): self.encode(item, depth)
                for key, item in value.items()
            }
        pairs = [
            [self._encode_key(key), self.encode(item, depth)]
            for key, item in value.items()
        ]
        return {_MARK + "dict": pairs}

    def _encode_key(self, key: Any) -> Any:
        if type(key) in _AS_LIST:
            raise SessionError(
                f"the key {key!r} is a {type(key).__name__}; keys are single values, "
                "such as text and numbers"
            )
        return self.encode(key, 1)


def _write(tree: Any) -> str:
    return json.dumps(tree, separators=(",", ":"), check_circular=False)


def _sorted(items: list[Any]) -> list[Any]:
    """What is in a set, in an order that depends on nothing else."""
    return sorted(items, key=_write)


def _check_levels(text: bytes) -> None:
    """ValueError where brackets nest deeper than ``dumps`` ever does.

    Parsers of JSON recurse, and a site may have raised Python's limit for that.
    """
    if text.count(b"[") + text.count(b"{") <= _LEVELS:
        return
    level = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", text)):
        level += 1 if bracket in b"[{" else -1
        if level > _LEVELS:
            raise ValueError("it is nested too deep")


def _decode(tree: Any) -> Any:
    if type(tree) is list:
        return [_decode(item) for item in tree]
    if type(tree) is not dict:
        return tree
    if not any(key.startswith(_MARK) for key in tree):
        return {key: _decode(item) for key, item in tree.items()}
    if len(tree) != 1:
        raise ValueError("a tag is not alone")
    ((tag, content),) = tree.items()
    return _decode_tagged(tag.removeprefix(_MARK), content)


def _decode_tagged(tag: str, content: Any) -> Any:
    if tag in _FROM_TEXT and type(content) is str:
        return _FROM_TEXT[tag](content)
    if tag in _FROM_LIST and type(content) is list:
        return _FROM_LIST[tag]([_decode(item) for item in content])
    if tag == "dict" and type(content) is list:
        return {_decode(key): _decode(item) for key, item in content}
    raise ValueError(f"no tag {tag!r} for {type(content).__name__}")


def _duration_text(value: timedelta) -> str:
    return f"{value.days},{value.seconds},{value.microseconds}"


def _duration(text: str) -> timedelta:
    days, seconds, microseconds = map(int, text.split(","))
    return timedelta(days, seconds, microseconds)


JSON = JSONSerializer()
