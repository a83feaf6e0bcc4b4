"""How the coroutine of a page that awaits is run."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

#: Runs a coroutine to its end, where a server has a loop of its own for it.
run_awaited: ContextVar[Callable[[Any], object] | None]
run_awaited = ContextVar("run_awaited", default=None)


def run_to_end(page: Any) -> None:
    """Run the coroutine *page* to its end."""
    (run_awaited.get() or _run)(page)


def _run(page: Any) -> None:
    import asyncio

    asyncio.run(page)
