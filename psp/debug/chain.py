"""How exceptions led to each other."""

from __future__ import annotations

LONGEST = 20

CAUSE = "The above exception was the direct cause of the following exception:"
CONTEXT = "During handling of the above exception, another exception occurred:"


def chain_of(error: BaseException) -> list[tuple[BaseException, str]]:
    """*error*, then what it came from, and so on, up to LONGEST of them.

    With each goes how it led to the one before it: CAUSE, CONTEXT, or nothing for
    *error* itself.
    """
    chain: list[tuple[BaseException, str]] = []
    seen: set[int] = set()
    found: BaseException | None = error
    link = ""
    while found is not None and id(found) not in seen and len(chain) < LONGEST:
        seen.add(id(found))
        chain.append((found, link))
        found, link = _behind(found)
    return chain


def _behind(error: BaseException) -> tuple[BaseException | None, str]:
    """What *error* came from, and in which way (PEP 3134, PEP 415)."""
    if error.__cause__ is not None:
        return error.__cause__, CAUSE
    if error.__suppress_context__:
        return None, ""
    return error.__context__, CONTEXT
