"""What mod_python answered, case by case, or what is better.

The cases are in ``cases`` and ``more``; judged.json has answers to those that have
none. Those in ``more`` are slow tests, since ``make conformance`` replays them as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .harness import CASES, HERE, MORE, served
from .replay import Runner, read_cases, read_judged

FIRST, LATER = list(read_cases(CASES)), list(read_cases(MORE))
ALL = FIRST + LATER


@pytest.fixture(scope="session")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """A runner with its server, the same for all cases."""
    folder: Path = tmp_path_factory.mktemp("conformance")
    with served(folder) as found:
        yield found


@pytest.mark.parametrize("case", FIRST, ids=[case["id"] for case in FIRST])
def test_case(runner: Runner, case: dict[str, Any]) -> None:
    assert runner.run(case) is None


@pytest.mark.slow
@pytest.mark.parametrize("case", LATER, ids=[case["id"] for case in LATER])
def test_more(runner: Runner, case: dict[str, Any]) -> None:
    assert runner.run(case) is None


def test_every_case_has_a_name_of_its_own() -> None:
    names = [case["id"] for case in ALL]
    assert len(names) == len(set(names))


def test_what_is_judged_are_warts_without_a_better_answer() -> None:
    judged = read_judged(HERE / "judged.json")
    known = {case["id"]: case for case in ALL}
    for name in judged:
        assert known[name]["wart"] and not known[name].get("better")
