"""``mod_python.apache``: the constants and functions of pages and handlers."""

from __future__ import annotations

import atexit
import logging
import os
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ..debug.log import escape_log
from ..errors import HTTPError
from ..http.cgivars import cgi_vars, common_vars
from ..http.connection import file_info, mp_finfo, mp_server
from ..http.members import LOG_LEVELS
from . import constants
from .constants import *  # noqa: F403  # the names are mod_python's
from .modules import load_module
from .tables import Table

if TYPE_CHECKING:
    from ..http.exchange import mp_request

__name__ = "mod_python.apache"  # what pages print, and find it under

table = make_table = Table
interpreter = "main_interpreter"
main_server = mp_server()
_log = logging.getLogger("psp")


class SERVER_RETURN(HTTPError):
    """Ends a request wherever it is raised.

    ``SERVER_RETURN(code)`` acts as ``return code`` of the handler that runs;
    ``SERVER_RETURN(result, status)`` sets the status first, if it is not 0.
    """

    def __init__(self, *args: object) -> None:
        Exception.__init__(self, *args)
        self.message = ""
        self.headers = []
        self.status = _status_of(args)

    def __str__(self) -> str:
        return Exception.__str__(self)


def _status_of(args: tuple[object, ...]) -> int:
    """The status an ending stands for; 0 if what was written is the answer."""
    result = args[0] if args else None
    if result in (constants.OK, constants.DONE):
        return 0
    if result == constants.DECLINED:
        return constants.HTTP_NOT_FOUND
    if type(result) is int and 300 <= result <= 999:
        return result
    return constants.HTTP_INTERNAL_SERVER_ERROR


def import_module(
    name: str,
    autoreload: bool | int = 1,
    log: bool | int = 0,
    path: Sequence[str] | None = None,
) -> ModuleType:
    """The module *name*, loaded again if its file has changed since the last time.

    With *path* only modules in these folders count. With *log* the error log tells.
    """
    module = load_module(name, path, autoreload=bool(autoreload))
    if log:
        log_error(f"mod_python: importing module {name!r}", constants.APLOG_NOTICE)
    return module


def log_error(
    text: str, level: int = constants.APLOG_ERR, server: object = None
) -> None:
    """Write *text* to the error log, on one line; *level* is 0 to 7, as syslog."""
    _log.log(LOG_LEVELS[level & 7], "%s", escape_log(text))


def register_cleanup(function: Callable[[Any], object], data: object = None) -> None:
    """Have *function* called with *data* at the end of the process; ValueError."""
    if not callable(function):
        raise ValueError("the first argument must be callable")
    atexit.register(function, data)


def stat(name: str, wanted: int = constants.APR_FINFO_NORM) -> mp_finfo:
    """What is known of the file *name*; its kind is APR_NOFILE if there is none."""
    return file_info(name)


def mpm_query(code: int) -> int:
    """What Apache's processing module would say: one process, with threads."""
    known = {
        constants.AP_MPMQ_IS_THREADED: constants.AP_MPMQ_STATIC,
        constants.AP_MPMQ_MAX_DAEMON_USED: 1,
        constants.AP_MPMQ_MAX_DAEMONS: 1,
    }
    return known.get(code, constants.AP_MPMQ_NOT_SUPPORTED)


def server_root() -> str:
    """The folder of the server's own files; there is none."""
    return ""


def config_tree() -> list[object]:
    """The tree of Apache's configuration; there is none."""
    return []


def exists_config_define(name: str) -> bool:
    """Whether the server was started with ``-D name``; none is."""
    return False


def build_cgi_env(req: mp_request) -> dict[str, str]:
    """The variables of CGI for *req*, beside those of the process."""
    return {**os.environ, **common_vars(req), **cgi_vars(req)}
