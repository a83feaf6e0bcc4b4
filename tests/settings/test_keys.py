"""Every key of a settings file is found where it stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psp.settings.keys import KeyPath, key_places
from psp.source import Source


def places(text: str) -> dict[str, tuple[int, int]]:
    tomllib.loads(text)
    return {".".join(path): place for path, place in key_places(Source(text)).items()}


def test_key_of_the_first_line() -> None:
    assert places("port = 1") == {"port": (1, 1)}


def test_indented_key_and_comment_lines() -> None:
    assert places("# port = 0\n\n  port = 1 # port\n") == {"port": (3, 3)}


def test_table_and_its_keys() -> None:
    assert places("[ server ]\nhost = 'x'\nport = 1\n") == {
        "server": (1, 3),
        "server.host": (2, 1),
        "server.port": (3, 1),
    }


def test_dotted_key_places_its_table_too() -> None:
    assert places("a = 1\nserver . port = 2") == {
        "a": (1, 1),
        "server": (2, 1),
        "server.port": (2, 1),
    }


def test_inline_table() -> None:
    assert places("server = { host = 'x', inner = { deep = [1] } }\nlast = 1") == {
        "server": (1, 1),
        "server.host": (1, 12),
        "server.inner": (1, 24),
        "server.inner.deep": (1, 34),
        "last": (2, 1),
    }


def test_empty_inline_table() -> None:
    assert places("a = {}\nb = 1") == {"a": (1, 1), "b": (2, 1)}


def test_array_of_tables_is_placed_at_its_first_header() -> None:
    assert places("[[a]]\nx = 1\n[[a]]\nx = 2")["a.x"] == (2, 1)


@pytest.mark.parametrize(
    "value",
    [
        '"""\nport = 1\n\\""" port = 2"""',
        "'''\nport = 1\n'''",
        '"""ends in quotes"""""',
        "'''ends in quotes'''''",
        '"port = \\" # 1"',
        "'port = # 1'",
        "[\n 1, # port = 1\n [2, {port = 3}],\n]",
        "1.5e3",
        "1979-05-27T07:32:00Z",
    ],
)
def test_nothing_inside_a_value_is_taken_for_a_key(value: str) -> None:
    text = f"first = {value}\nport = 1\n"
    line = text.count("\n")
    assert places(text) == {"first": (1, 1), "port": (line, 1)}


def test_quoted_keys_are_unquoted() -> None:
    assert places("'.a' = 1\n\"b\\u00e9=\" = 2") == {".a": (1, 1), "bé=": (2, 1)}


def test_crlf_lines() -> None:
    assert places("a = 1\r\nb = '''\r\n'''\r\nc = 1\r\n")["c"] == (4, 1)


keys = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=6
)
trees = st.dictionaries(
    keys,
    st.recursive(
        st.integers(0, 9)
        | st.text("a=[]{}'\"\\#.,", max_size=8)
        | st.lists(st.integers(0, 9), max_size=3),
        lambda inner: st.dictionaries(keys, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def written(value: object) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{quoted(key)} = {written(item)}" for key, item in value.items())
        return "{ " + ", ".join(pairs) + " }"
    return quoted(value) if isinstance(value, str) else str(value)


def paths(tree: Mapping[str, object], above: KeyPath = ()) -> Iterator[KeyPath]:
    for key, value in tree.items():
        yield (*above, key)
        if isinstance(value, Mapping):
            yield from paths(value, (*above, key))


@given(trees)
def test_every_key_is_found_and_stands_there(tree: dict[str, object]) -> None:
    text = "".join(f"{quoted(key)} = {written(value)}\n" for key, value in tree.items())
    source = Source(text)
    found = key_places(source)
    assert set(found) == set(paths(tomllib.loads(text)))
    for path, place in found.items():
        assert source.line(place.line)[place.column - 1 :].startswith(quoted(path[-1]))
