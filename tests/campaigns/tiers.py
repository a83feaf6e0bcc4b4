"""python -m tests.campaigns.tiers: made pages mean the same in every tier.

Pages of assignments, conditions, loops, comprehensions, functions, classes, deletions,
exceptions, imports, includes and layouts are rendered with names that fit, names that
are missing and names that hide builtins; what comes out, errors included, is compared.
"""

from __future__ import annotations

import argparse
import warnings
from collections import Counter

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.compiler.test_locality import GIVEN, HEADS, PAGES, PARTS, files_of, outcome

TIERS = ("auto", "function", "module")


def run(count: int) -> Counter[str]:
    """Compare *count* made pages; how many there were of each tier."""
    seen: Counter[str] = Counter()

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(HEADS, PAGES, PARTS, st.sampled_from(GIVEN))
    def compare(head: str, page: str, part: str, names: dict[str, object]) -> None:
        files = files_of(head, page, part)
        found = {tier: outcome(files, tier, names, seen) for tier in TIERS}
        seen["pages"] += 1
        if len(set(found.values())) > 1:
            seen["differences"] += 1
            print(files, names, found)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compare()
    return seen


def main() -> None:
    """Print the counts; fail if any page differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.tiers")
    parser.add_argument("--count", type=int, default=10_000)
    seen = run(parser.parse_args().count)
    tiers = ", ".join(f"{name[5:]} {n}" for name, n in seen.items() if "tier " in name)
    print(f"{seen['pages']} pages in {len(TIERS)} tiers, auto chose {tiers}")
    print(f"{seen['differences']} differences")
    if seen["differences"] or not seen["pages"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
