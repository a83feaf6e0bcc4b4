"""Pages that nobody meant: an error with its place, never anything else."""

from __future__ import annotations

import random

import pytest

from tests.campaigns.bad_input import outcome, pages

#: Smaller than those of the campaign, which looks at the time as well.
PAGES = list(pages(random.Random(1), 3, size=8 * 1024))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dialect", ["psp", "mod_python"])
@pytest.mark.parametrize("text", [p for _, p in PAGES], ids=[n for n, _ in PAGES])
def test_compiles_or_says_why_not(text: str, dialect: str) -> None:
    assert outcome(text, dialect)
