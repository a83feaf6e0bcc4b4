"""Whether a page is given what it declares by ``<%@ param %>``."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import ParameterError


def check_names(
    page: str, parameters: tuple[tuple[str, bool], ...], given: Iterable[str]
) -> None:
    """Refuse names that *page* does not declare, and the lack of those it needs.

    *parameters* are names and whether there is no default. Raises ParameterError.
    """
    given = tuple(given)
    known = [name for name, _ in parameters]
    missing = [name for name, needed in parameters if needed and name not in given]
    unknown = [name for name in given if name not in known]
    if unknown:
        message = (
            f"{page!r} has no parameter {unknown[0]!r}: {_hint(unknown[0], known)}"
        )
        raise ParameterError(message)
    if missing:
        names = ", ".join(map(repr, missing))
        raise ParameterError(f"{page!r} needs {names}, which was not given")


def _hint(name: str, known: list[str]) -> str:
    import difflib

    close = difflib.get_close_matches(name, known, 1)
    return f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
