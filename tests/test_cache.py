"""Caches in memory keep what was used last, and chains of caches ask in order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from psp.cache import ChainCache, MemoryCache
from psp.page import CompiledPage


def page(name: str) -> CompiledPage:
    return CompiledPage(name, name, compile("None", name, "exec"))


def test_a_page_comes_back_as_it_was() -> None:
    cache = MemoryCache()
    kept = page("a.psp")
    cache.put(kept)
    assert cache.get("a.psp") is kept
    assert cache.get("b.psp") is None


def test_a_page_replaces_the_one_before() -> None:
    cache = MemoryCache(size=2)
    old, new = page("a.psp"), page("a.psp")
    cache.put(old)
    cache.put(new)
    assert cache.get("a.psp") is new
    assert len(cache) == 1


def test_the_page_unused_for_longest_makes_room() -> None:
    cache = MemoryCache(size=2)
    cache.put(page("a.psp"))
    cache.put(page("b.psp"))
    cache.get("a.psp")
    cache.put(page("c.psp"))
    assert [bool(cache.get(name)) for name in ("a.psp", "b.psp", "c.psp")] == [
        True,
        False,
        True,
    ]


def test_a_cache_that_keeps_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="0 pages"):
        MemoryCache(size=0)


def test_the_bound_holds_with_many_threads() -> None:
    cache = MemoryCache(size=8)

    def work(seed: int) -> None:
        for number in range(300):
            name = f"{(number * seed) % 24}.psp"
            found = cache.get(name)
            assert found is None or found.name == name
            cache.put(page(name))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, (1, 5, 7, 11)))
    assert len(cache) == 8


def test_a_chain_teaches_the_caches_before_the_one_that_knew() -> None:
    first, second, third = MemoryCache(), MemoryCache(), MemoryCache()
    chain = ChainCache([first, second, third])
    kept = page("a.psp")
    second.put(kept)
    assert chain.get("a.psp") is kept
    assert first.get("a.psp") is kept
    assert third.get("a.psp") is None
    assert chain.get("b.psp") is None


def test_a_chain_keeps_a_page_in_all_its_caches() -> None:
    caches = [MemoryCache(), MemoryCache()]
    ChainCache(caches).put(page("a.psp"))
    assert all(cache.get("a.psp") for cache in caches)
