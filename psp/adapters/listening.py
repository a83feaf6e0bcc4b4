"""Where a server listens: an address, a Unix socket, or what it was started with."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Mapping
from contextlib import suppress

UNIX = "unix:"
BACKLOG = 1024


def inherited() -> socket.socket | None:
    """The listening socket that the web server has put on descriptor 0, if it has.

    So FastCGI starts its applications (specification, section 2.2).
    """
    try:
        listener = socket.socket(fileno=os.dup(0))
    except OSError:
        return None
    try:
        if listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            return listener
    except OSError:
        pass
    listener.close()
    return None


def listen(address: str, mode: int = 0o660) -> socket.socket:
    """A socket that listens at ``HOST:PORT``, or ``unix:PATH`` with that *mode*.

    Port 0 takes a free one. Raises ValueError for what is no address, OSError where
    it cannot be had.
    """
    if address.startswith(UNIX) and address != UNIX:
        return _listen_unix(address.removeprefix(UNIX), mode)
    host, colon, port = address.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise ValueError(f"{address!r} is neither HOST:PORT nor unix:PATH")
    host = host.removeprefix("[").removesuffix("]") or "127.0.0.1"
    return listen_at(host, int(port))


def listen_at(host: str, port: int) -> socket.socket:
    """A socket that listens at *port* of *host*, the first of several addresses.

    One of IPv4 where there is any. Raises OSError, UnicodeError where it cannot be had.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    family, _, _, _, place = min(found, key=lambda one: one[0] != socket.AF_INET)
    return socket.create_server(place[:2], family=family, backlog=BACKLOG)


def _listen_unix(path: str, mode: int) -> socket.socket:
    """A Unix socket in place of one that nobody listens at any more."""
    with suppress(FileNotFoundError):
        if stat.S_ISSOCK(os.lstat(path).st_mode) and not _is_answered(path):
            os.unlink(path)
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(0o777 & ~mode)
    try:
        listener.bind(path)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(before)
    return listener


def _is_answered(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            return False
        except BlockingIOError:  # somebody who is busy
            pass
    return True


def address_of(listener: socket.socket) -> str:
    """Where *listener* listens, as ``listen`` takes it."""
    name = listener.getsockname()
    if listener.family == socket.AF_UNIX:
        return f"{UNIX}{name}"
    host = f"[{name[0]}]" if listener.family == socket.AF_INET6 else name[0]
    return f"{host}:{name[1]}"


def release(listener: socket.socket) -> None:
    """Take the name of *listener* out of the file system, if it has one, and close it.

    In this order: once it is closed, the name may be that of another's socket.
    """
    name = listener.getsockname() if listener.fileno() >= 0 else None
    if isinstance(name, str) and name:
        with suppress(FileNotFoundError):
            os.unlink(name)
    listener.close()


def peers(environ: Mapping[str, str]) -> frozenset[str]:
    """The addresses that FCGI_WEB_SERVER_ADDRS allows; none means all."""
    text = environ.get("FCGI_WEB_SERVER_ADDRS", "")
    return frozenset(part.strip() for part in text.split(",") if part.strip())
