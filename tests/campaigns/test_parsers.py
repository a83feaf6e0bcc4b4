"""The campaign against parsers, in short."""

from __future__ import annotations

import pytest

from . import parsers


@pytest.mark.parametrize("name", parsers.PARSERS)
def test_made_up_input(name: str) -> None:
    parsers.by_hypothesis(parsers.PARSERS[name], 200)


def test_an_exception_would_be_noticed() -> None:
    def fails(data: bytes) -> None:
        if b"=" in data:
            raise KeyError(data)

    with pytest.raises(KeyError):
        parsers.by_hypothesis(parsers.Parser(fails, (b"a", b"=")), 100)
