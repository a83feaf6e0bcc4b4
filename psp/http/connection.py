"""What hangs on a ``req``: connection, server, handler entry, file information.

Attributes are mod_python's; those that only Apache could fill have the value it
shows for an ordinary request. The classes are called what pages print.
"""

from __future__ import annotations

import atexit
import os
import stat
from collections.abc import Callable
from logging import getLogger
from typing import TYPE_CHECKING, Any, NamedTuple

from ..light import lazy
from .headers import Table
from .members import write_log
from .request import Request

if TYPE_CHECKING:
    from .members import RequestMembers

Address = tuple[str, int]


class mp_server:
    """``req.server``: the virtual host; without a request, the server itself."""

    def __init__(self, exchange: RequestMembers | None = None):
        self._exchange = exchange
        if exchange is not None:
            self.server_hostname = exchange._request.server_name
            self.port = exchange._request.server_port

    server_hostname = "localhost"
    port = 0
    server_admin = "[no address given]"
    names: tuple[str, ...] = ()
    wild_names: tuple[str, ...] = ()
    is_virtual = 0
    timeout = 15.0
    keep_alive = 0
    keep_alive_max = 100
    keep_alive_timeout = 5.0
    error_fname: str | None = None
    loglevel = 6
    path: str | None = None
    pathlen = 0
    limit_req_line = limit_req_fieldsize = 8190
    limit_req_fields = 100
    defn_name: str | None = None
    defn_line_number = 0

    def get_config(self) -> Table:
        """The directives in force."""
        exchange = self._exchange
        return Table() if exchange is None else exchange.get_config().copy()

    def get_options(self) -> Table:
        """The PythonOption values in force."""
        exchange = self._exchange
        return Table() if exchange is None else exchange.get_options().copy()

    def log_error(self, text: str, level: int = 3) -> None:
        """Write *text* to the error log."""
        write_log(getLogger("psp"), text, level)

    def register_cleanup(
        self, req: object, function: Callable[[Any], object], data: object = None
    ) -> None:
        """Have *function* called with *data* at the end of the process."""
        atexit.register(function, data)


class mp_conn:
    """``req.connection``: who is at the other end."""

    aborted = 0
    keepalive = 0
    local_host: str | None = None
    keepalives = 0
    double_reverse = 0
    id = 0
    remote_logname: str | None = None

    def __init__(self, request: Request, server: mp_server):
        self.base_server = server
        self.remote_ip = self.client_ip = request.remote_addr
        self.remote_addr: Address = (request.remote_addr, request.remote_port)
        self.client_addr = self.remote_addr
        name = str(request.environ.get("REMOTE_HOST") or "")
        self.remote_host = name if name != request.remote_addr and name else None
        self.local_ip = str(request.environ.get("SERVER_ADDR") or "127.0.0.1")
        self.local_addr: Address = (self.local_ip, request.server_port)

    @lazy
    def notes(self) -> Table:
        """A table for own use."""
        return Table()


class mp_hlist(NamedTuple):
    """``req.hlist``: the entry of the handler that runs."""

    handler: str
    directory: str
    is_location: bool = False
    silent: int = 0


class mp_finfo(NamedTuple):
    """``req.finfo``: what is known of a file; times in seconds since the epoch.

    ``filetype`` is 1 for a regular file, 2 for a folder, 0 for none, 127 for others.
    The order is that of the numbers ``apache.FINFO_MODE`` to ``FINFO_FILETYPE``.
    """

    protection: int = 0
    inode: int = 0
    device: int = 0
    nlink: int = 0
    user: int = 0
    group: int = 0
    size: int = 0
    atime: int = 0
    mtime: int = 0
    ctime: int = 0
    fname: str = ""
    name: str | None = None
    filetype: int = 0
    valid: int = 0


_ALL_VALID = 0x73F370  # APR's mask of the members above
_OTHER_TYPE = 127


def file_info(filename: str) -> mp_finfo:
    """What is known of *filename*; ``filetype`` 0 if there is no such file."""
    try:
        found = os.stat(filename)
    except (OSError, ValueError):
        return mp_finfo(fname=filename)
    mode = found.st_mode
    kind = 1 if stat.S_ISREG(mode) else 2 if stat.S_ISDIR(mode) else _OTHER_TYPE
    return mp_finfo(
        int(f"{stat.S_IMODE(mode):o}", 16),  # APR spells 0644 as 0x644
        found.st_ino,
        found.st_dev,
        found.st_nlink,
        found.st_uid,
        found.st_gid,
        found.st_size,
        int(found.st_atime),
        int(found.st_mtime),
        int(found.st_ctime),
        fname=filename,
        filetype=kind,
        valid=_ALL_VALID,
    )
