"""What the commands that serve have in common: signals, reasons."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol


class Stoppable(Protocol):
    """A server that can be told to stop."""

    def stop(self) -> None: ...


def reason_of(error: OSError | UnicodeError) -> str:
    """The system's word for *error*, without what libraries have added to it."""
    if isinstance(error, UnicodeError):
        return "no such host"
    if isinstance(error, socket.gaierror) or error.errno is None:
        return str(error.strerror or error)
    return os.strerror(error.errno)


@contextmanager
def stopped_by_signals(server: Stoppable) -> Iterator[None]:
    """SIGINT and SIGTERM stop *server* in here; a second one ends the process."""

    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        server.stop()

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
