"""Calling a function with the fields of a form as its arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from inspect import Signature


class Fields(Protocol):
    """What a form offers here: its fields in order."""

    @property
    def list(self) -> Iterable[Any]: ...


def apply_form(function: Callable[..., Any], form: Fields, **extra: Any) -> Any:
    """The result of *function*, given the fields it has parameters for.

    A name sent once gives one value, more often a list; a file gives its Field. *extra*
    arguments win over fields. What there is no parameter for is left out, unless
    *function* takes any. A missing one raises TypeError, as mod_python's
    ``apply_fs_data`` does.
    """
    arguments: dict[str, Any] = {}
    for field in form.list:
        value = field if field.filename else field.value
        if field.name in arguments:
            known = arguments[field.name]
            both = [*known, value] if isinstance(known, list) else [known, value]
            arguments[field.name] = both
        else:
            arguments[field.name] = value
    arguments.update(extra)
    wanted = _parameters(function)
    if wanted is not None:
        arguments = {name: arguments[name] for name in arguments if name in wanted}
    return function(**arguments)


def _parameters(function: Callable[..., Any]) -> set[str] | None:
    """The names *function* takes by keyword, None for any; built-ins take none.

    What counts of a decorated function is the wrapper, which is called; one that takes
    anything hands it on, so there it is the function inside.
    """
    import inspect

    try:
        signature = inspect.signature(function, follow_wrapped=False)
        if _takes_any(signature):
            signature = inspect.signature(function)
    except (TypeError, ValueError):
        return set()
    if _takes_any(signature):
        return None
    by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {p.name for p in signature.parameters.values() if p.kind in by_name}


def _takes_any(signature: Signature) -> bool:
    return any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values())
