"""HTML as lines that are the same where browsers see no difference."""

from __future__ import annotations

from html.parser import HTMLParser

#: Elements whose text keeps its blanks.
_VERBATIM = ("pre", "textarea", "script", "style")


class _Lines(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._verbatim = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pairs = sorted((name, value or "") for name, value in attrs)
        words = [tag, *(f'{name}="{value}"' for name, value in pairs)]
        self.lines.append(f"<{' '.join(words)}>")
        self._verbatim += tag in _VERBATIM

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._verbatim -= tag in _VERBATIM

    def handle_endtag(self, tag: str) -> None:
        self.lines.append(f"</{tag}>")
        self._verbatim = max(0, self._verbatim - (tag in _VERBATIM))

    def handle_data(self, data: str) -> None:
        if self._verbatim:
            self.lines += data.splitlines()
        elif text := " ".join(data.split()):
            self.lines.append(text)

    def handle_decl(self, decl: str) -> None:
        self.lines.append(f"<!{decl.lower()}>")


def html_lines(text: str) -> list[str]:
    """A line for each tag and text: no comments, attributes sorted, blanks joined."""
    parser = _Lines()
    parser.feed(text)
    parser.close()
    return parser.lines
