"""What a form says about a field: a text to translate, and the values in it."""

from __future__ import annotations

from collections.abc import Callable

Translate = Callable[[str], str]


class Invalid(Exception):
    """A value that will not do; *text* is what to tell the visitor.

    It is translated, then ``{name}`` in it stands for one of *values*.
    """

    def __init__(self, text: str, **values: object):
        super().__init__(text)
        self.text = text
        self.values = values

    def message(self, translate: Translate) -> str:
        """The sentence to show."""
        text = translate(self.text)
        return text.format(**self.values) if self.values else text
