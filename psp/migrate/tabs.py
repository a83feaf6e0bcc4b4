"""Tabs among blanks: Python 2 took them to the next multiple of eight."""

from __future__ import annotations

from ..compiler.lines import logical_lines, width
from .edits import Edit

#: What is to say of a text that was given blanks.
TABS = "tabs in the indentation are blanks now: Python 3 does not take both"


def is_mixed(text: str) -> bool:
    """Whether the indentation of *text*, a whole program, depends on what a tab is.

    It is so where Python 3 raises TabError: a line is inside or beside another one
    when tabs are eight columns wide, and is not when they are one.
    """
    levels = [(0, 0)]
    for line in logical_lines(text):
        if line.comment:
            continue
        column, narrow = width(blanks := _indentation(text, line.start)), len(blanks)
        while levels[-1][0] > column and len(levels) > 1:
            levels.pop()
        outer, outer_narrow = levels[-1]
        if (column > outer) != (narrow > outer_narrow):
            return True
        if column == outer and narrow != outer_narrow:
            return True
        if column > outer:
            levels.append((column, narrow))
    return False


def expanded(text: str) -> list[Edit]:
    """The edits that make blanks of the tabs that indent the lines of a module.

    Lines that go on with a statement or a string keep theirs.
    """
    edits: list[Edit] = []
    for line in logical_lines(text):
        blanks = _indentation(text, line.start)
        if "\t" in blanks:
            at = line.start - len(blanks)
            edits.append(Edit(at, line.start, blanks.expandtabs(8)))
    return edits


def expanded_scriptlet(code: str, start: int) -> list[Edit]:
    """The same for the *code* of a tag that starts at *start*.

    What stands on the line of the opening mark has no indentation of its own; the
    blanks before the closing mark indent what follows.
    """
    head, newline, rest = code.partition("\n")
    shift = start + len(head) + len(newline)
    edits = [Edit(a + shift, b + shift, text) for a, b, text in expanded(rest)]
    margin = rest.rpartition("\n")[2]
    if newline and "\t" in margin and not margin.strip():
        end = start + len(code)
        edits.append(Edit(end - len(margin), end, margin.expandtabs(8)))
    return edits


def _indentation(text: str, start: int) -> str:
    """What stands before *start* on its line."""
    return text[text.rfind("\n", 0, start) + 1 : start]
