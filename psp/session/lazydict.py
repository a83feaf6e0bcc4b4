"""LazyDict: a dict that is filled when it is first looked at."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any


class LazyDict(dict[Any, Any]):
    """A dict whose every operation calls ``_open`` first.

    ``repr`` alone does not: debuggers and logs use it, and looking is not using.
    """

    def _open(self) -> None:
        """Fills the dict, unless it has been; called by every operation."""

    def __str__(self) -> str:
        self._open()
        return super().__repr__()

    def __reduce__(self) -> tuple[type[dict[Any, Any]], tuple[dict[Any, Any]]]:
        return dict, (self.copy(),)


def _opening(name: str) -> Callable[..., Any]:
    """The method *name* of dict, preceded by ``_open``."""
    method = getattr(dict, name)

    @wraps(method)
    def opens_first(self: LazyDict, *args: Any, **names: Any) -> Any:
        self._open()
        return method(self, *args, **names)

    return opens_first


_OPERATORS = "contains delitem eq getitem ior iter len ne or reversed ror setitem"
_METHODS = "clear copy get items keys pop popitem setdefault update values"

for _name in [f"__{word}__" for word in _OPERATORS.split()] + _METHODS.split():
    setattr(LazyDict, _name, _opening(_name))
