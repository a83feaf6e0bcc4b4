"""Indentation that depends on what a tab is: as Python 3 itself finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from psp.migrate.edits import apply_edits
from psp.migrate.tabs import expanded, expanded_scriptlet, is_mixed

BLANKS = st.text(alphabet=" \t", max_size=10)


@given(st.lists(st.tuples(BLANKS, st.booleans()), min_size=1, max_size=6))
def test_mixed_is_what_python_refuses(lines: list[tuple[str, bool]]) -> None:
    """Lines that open a suite or do not, each as far in as the draw has it."""
    text = "".join(f"{blanks}{'if x:' if opens else 'y'}\n" for blanks, opens in lines)
    text += lines[-1][0] + "        z\n" if lines[-1][1] else ""
    error = refusal(text)
    if error is None or isinstance(error, TabError):
        assert is_mixed(text) == (error is not None)
    assert not isinstance(refusal(apply_edits(text, expanded(text))), TabError)


def refusal(text: str) -> SyntaxError | None:
    """What Python 3 says against *text*."""
    try:
        compile(text, "x", "exec")
    except SyntaxError as error:
        return error
    return None


def test_scriptlet() -> None:
    code = "\tx\n\ty = '''\n\t'''\n \tz\n\t"
    edits = expanded_scriptlet(code, 100)
    moved = [one._replace(start=one.start - 100, end=one.end - 100) for one in edits]
    eight = " " * 8
    assert apply_edits(code, moved) == f"\tx\n{eight}y = '''\n\t'''\n{eight}z\n{eight}"
    assert expanded_scriptlet("\tx\t", 0) == []
