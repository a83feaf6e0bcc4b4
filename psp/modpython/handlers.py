"""Handlers: found by their names, run phase by phase, their results checked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from importlib import import_module as import_ordinary
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ..http.connection import mp_hlist
from .apache import SERVER_RETURN
from .constants import DECLINED, DONE, OK
from .install import ALIASES
from .modules import load_module
from .settings import CONTENT, Handler

if TYPE_CHECKING:
    from ..http.exchange import mp_request

#: After which results the next handler of a phase runs.
_ONE = frozenset({DECLINED})
_ALL = frozenset({OK, DECLINED})
_GOES_ON = {
    "PythonTransHandler": _ONE,
    "PythonAuthenHandler": _ONE,
    "PythonAuthzHandler": _ONE,
    "PythonTypeHandler": _ONE,
    CONTENT: frozenset({OK}),
    "PythonCleanupHandler": frozenset({OK}),
}
_NOT_AN_INT = """Handler has returned result or raised SERVER_RETURN
exception with argument having non integer type. Type of value returned
was {}, whereas expected {}."""


def run_phase(req: mp_request, phase: str, handlers: Iterable[Handler]) -> int:
    """The result of *phase*: that of the last handler that ran; DECLINED without any.

    Handlers that are added meanwhile run as well. Whatever they raise passes through,
    but for SERVER_RETURN, which is their result.
    """
    req._phase = phase
    waiting = list(handlers)
    result = DECLINED
    while True:
        waiting += _added(req, phase)
        if not waiting:
            return result
        handler = waiting.pop(0)
        req._hlist = mp_hlist(
            str(handler),
            handler.directory,
            handler.is_location,
            int(handler.is_optional),
        )
        function = resolve(req, phase, handler)
        if function is None:
            continue
        result = run_handler(req, function)
        if result not in _GOES_ON.get(phase, _ALL):
            return result


def run_handler(req: mp_request, function: Callable[..., Any]) -> int:
    """The result of one handler; AssertionError unless it is an int."""
    try:
        result = function(req)
    except SERVER_RETURN as ending:
        result = ending.args[0] if ending.args else None
        if len(ending.args) > 1 and ending.args[1]:
            req.status = ending.args[1]
    if type(result) is not int:
        raise AssertionError(_NOT_AN_INT.format(type(result), int))
    if result not in (OK, DECLINED, DONE) and not 100 <= result <= 999:
        raise AssertionError(f"Handler has returned {result}, which is no status.")
    return result


def _added(req: mp_request, phase: str) -> list[Handler]:
    """What ``req.add_handler`` was told for *phase*, taken off its list."""
    mine = [added for added in req.added_handlers if added.phase == phase]
    for added in mine:
        req.added_handlers.remove(added)
    return [Handler(a.handler, a.directory or req.hlist.directory) for a in mine]


def resolve(req: mp_request, phase: str, handler: Handler) -> Callable[..., Any] | None:
    """The function that *handler* names; a class on the way is made with *req*.

    AttributeError where there is none; None where it need not be.
    """
    if callable(handler.name):
        return handler.name
    module_name, _, path = handler.name.partition("::")
    autoreload = req.get_config().get("PythonAutoReload") != "0"
    module = find_module(module_name, handler.directory, autoreload)
    found: Any = module
    for part in (path or default_function(phase)).split("."):
        if isinstance(found, type):
            found = found(req)
        try:
            found = getattr(found, part)
        except AttributeError:
            if handler.is_optional:
                return None
            text = f"module {module.__file__!r} contains no {part!r}"
            raise AttributeError(text) from None
    function: Callable[..., Any] = found
    return function


def default_function(phase: str) -> str:
    """What the function of a module is called that names none: ``authenhandler``."""
    return phase.removeprefix("Python").lower()


def find_module(name: str, directory: str, autoreload: bool = True) -> ModuleType:
    """The module of a handler: ours, one in *directory*, or one on ``sys.path``."""
    if name in ALIASES:
        return import_ordinary(ALIASES[name])
    if directory and directory not in sys.path:
        sys.path.insert(0, directory)
    folders = [directory, *sys.path] if directory else sys.path
    try:
        return load_module(name, folders, autoreload=autoreload)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        return import_ordinary(name)
