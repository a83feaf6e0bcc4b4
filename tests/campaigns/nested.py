"""python -m tests.campaigns.nested: pages of nested constructs do what they say.

Blocks, functions, components, sections, pushed pieces, layouts, includes, captures,
fragments and kept pieces inside one another. Each page is compiled and rendered twice
by one engine; both texts are those of a reference interpreter of the same tree.
"""

from __future__ import annotations

import argparse
import warnings
from collections import Counter

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from psp import DictLoader, Engine, PageOptions

from .nested_pages import NAMES, sites
from .nested_tree import File, TooLong, render, source_of

TIERS = ("auto", "auto", "function", "module")


def compare(files: dict[str, File], names: dict[str, str], tier: str) -> str | None:
    """How the engine differs from the reference, if it does."""
    texts = {name: file.source() for name, file in files.items()}
    engine = Engine(DictLoader(texts), options=PageOptions(tier=tier))
    kept: dict[object, str] = {}
    for _ in range(2):
        try:
            wanted = render(files, names, kept)
        except TooLong:
            return None
        try:
            found = engine.render("page.psp", **names)
        except Exception as error:
            found = f"{type(error).__name__}: {error}"
        if found != wanted:
            return (
                f"{texts} {names} tier {tier}\n  wanted {wanted!r}\n  found  {found!r}"
            )
    return None


def kinds_in(files: dict[str, File]) -> set[str]:
    """The constructs that *files* use."""
    text = "".join(source_of(file.body) for file in files.values())
    marks = {"components": "psp.component(", "sections": "with psp.section("}
    marks |= {
        "functions": "<% def ",
        "captures": "psp.capture(",
        "cached": "psp.cache(",
    }
    marks |= {"includes": "include", "pushes": "psp.push("}
    found = {kind for kind, mark in marks.items() if mark in text}
    return found | {"layouts"} if any(f.layout for f in files.values()) else found


def run(count: int) -> Counter[str]:
    """Compare *count* made pages; how many there were, and with what in them."""
    seen: Counter[str] = Counter()
    differences: list[str] = []

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(sites(), NAMES, st.sampled_from(TIERS))
    def one(files: dict[str, File], names: dict[str, str], tier: str) -> None:
        seen["pages"] += 1
        seen.update(kinds_in(files))
        difference = compare(files, names, tier)
        if difference:
            differences.append(difference)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        one()
    seen["differences"] = len(differences)
    for difference in sorted(differences, key=len)[:3]:
        print(difference)
    return seen


def main() -> None:
    """Print the counts; fail if any page differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.nested")
    parser.add_argument("--count", type=int, default=10_000)
    seen = run(parser.parse_args().count)
    pages, differences = seen.pop("pages", 0), seen.pop("differences", 0)
    print(
        f"{pages} pages, with " + ", ".join(f"{k} {n}" for k, n in seen.most_common())
    )
    print(f"{differences} differences")
    if differences or not pages:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
