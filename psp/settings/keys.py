"""Where each key of a TOML text stands.

``tomllib`` says what a file holds, not where; an error about a setting names the
line of its key. The text has been accepted by ``tomllib`` before it comes here.
"""

from __future__ import annotations

import re
import tomllib
from collections import deque
from typing import NamedTuple

from ..source import Position, Source

KeyPath = tuple[str, ...]

_TOKEN = re.compile(
    r'''
    (?P<blank> [ \t]+ | \#[^\n]* )
  | (?P<string> """(?:[^\\]|\\.)*?""""{0,2} | "(?:[^"\\\n]|\\.)*"
              | \'\'\'.*?\'\'\'\'{0,2}      | \'[^\'\n]*\' )
  | (?P<bare> [^\s\[\]{}=,."'\#]+ )
  | (?P<mark> [\[\]{}=,.\n] )
    ''',
    re.VERBOSE | re.DOTALL,
)


class _Token(NamedTuple):
    text: str
    offset: int


def key_places(source: Source) -> dict[KeyPath, Position]:
    """The position of every key and table of *source*, by its full path."""
    tokens = deque(
        _Token(match[0], match.start())
        for match in _TOKEN.finditer(source.text)
        if match.lastgroup != "blank"
    )
    places: dict[KeyPath, Position] = {}
    for path, offset in _statements(tokens):
        for length in range(1, len(path) + 1):
            places.setdefault(path[:length], source.position(offset))
    return places


def _statements(tokens: deque[_Token]) -> list[tuple[KeyPath, int]]:
    """Each key with its offset, in the order of the text."""
    found: list[tuple[KeyPath, int]] = []
    table: KeyPath = ()
    while tokens:
        if tokens[0].text == "\n":
            tokens.popleft()
        elif tokens[0].text == "[":
            _skip(tokens, "[")
            offset = tokens[0].offset
            table = _take_key(tokens)
            found.append((table, offset))
            _skip(tokens, "]")
        else:
            _take_pair(tokens, table, found)
    return found


def _take_pair(
    tokens: deque[_Token], table: KeyPath, found: list[tuple[KeyPath, int]]
) -> None:
    """Takes ``key = value``, and the pairs within where the value is a table."""
    offset = tokens[0].offset
    path = table + _take_key(tokens)
    found.append((path, offset))
    _skip(tokens, "=")
    if tokens[0].text != "{":
        _drop_value(tokens)
        return
    _skip(tokens, "{,\n")
    while tokens[0].text != "}":
        _take_pair(tokens, path, found)
        _skip(tokens, ",\n")
    tokens.popleft()


def _take_key(tokens: deque[_Token]) -> KeyPath:
    """Takes a key, dotted or not, as the names it consists of."""
    names = [_unquoted(tokens.popleft().text)]
    while tokens[0].text == ".":
        tokens.popleft()
        names.append(_unquoted(tokens.popleft().text))
    return tuple(names)


def _unquoted(key: str) -> str:
    """The name that *key* spells, with TOML's own rules for what is in quotes."""
    if key[0] not in "\"'":
        return key
    return str(tomllib.loads(f"key = {key}")["key"])


def _drop_value(tokens: deque[_Token]) -> None:
    """Drops a value that is no table, up to what ends it."""
    depth = 0
    while tokens and (depth or tokens[0].text not in ("\n", ",", "}")):
        text = tokens.popleft().text
        depth += (text in ("[", "{")) - (text in ("]", "}"))


def _skip(tokens: deque[_Token], marks: str) -> None:
    """Drops the tokens ahead that are one of the characters *marks*."""
    while tokens and tokens[0].text in marks:
        tokens.popleft()
