"""The listing of a page beside the Python made of it, as mod_python shows it."""

from __future__ import annotations

from html import escape


def listing(python: str, page: str, filename: str) -> str:
    """The HTML table: number, Python in blue, page in green, line by line."""
    pages = page.splitlines()
    heading = ("", "&nbsp;PSP-produced Python Code:", f"&nbsp;{escape(filename)}:")
    rows = [_row(heading)]
    for number, line in enumerate(python.splitlines(), 1):
        other = pages[number - 1] if number <= len(pages) else ""
        rows.append(
            _row(
                (
                    f"{number}.&nbsp;",
                    f"<font color=blue>{_shown(line)}</font>",
                    f"&nbsp;<font color=green>{_shown(other)}</font>",
                )
            )
        )
    return "<table>\n" + "".join(rows) + "</table>\n"


def _row(cells: tuple[str, ...]) -> str:
    inner = "".join(f"<td><tt>{cell}</tt></td>" for cell in cells)
    return f"<tr>{inner}</tr>\n"


def _shown(line: str) -> str:
    return escape(line.rstrip()).replace("\t", " " * 4).replace(" ", "&nbsp;")
