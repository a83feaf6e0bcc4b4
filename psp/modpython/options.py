"""PythonOption values that mod_python itself reads, under new names and old."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..http.exchange import mp_request

#: New names to the old ones, which old configurations still have.
OLD_NAMES = {
    "mod_python.session.session_type": "session",
    "mod_python.session.cookie_name": "session_cookie_name",
    "mod_python.session.application_path": "ApplicationPath",
    "mod_python.session.database_directory": "session_directory",
    "mod_python.dbm_session.database_filename": "session_dbm",
    "mod_python.file_session.enable_fast_cleanup": "session_fast_cleanup",
    "mod_python.file_session.verify_session_timeout": "session_verify_cleanup",
    "mod_python.file_session.cleanup_grace_period": "session_grace_period",
    "mod_python.file_session.cleanup_time_limit": "session_cleanup_time_limit",
}


def option(req: mp_request, name: str, default: str = "") -> str:
    """The value of the option *name*, or of the one it was called before."""
    options = req.get_options()
    for key in (name, OLD_NAMES.get(name, "")):
        if key:
            found = options.get(key)
            if isinstance(found, str):
                return found
    return default
