"""Workers: several processes that serve the same socket, and one that minds them."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

log = logging.getLogger(__name__)

_Handlers = dict[signal.Signals, Any]

#: Seconds that a worker has to live before its successor is started without a pause.
LIFETIME = 1.0


class Workers:
    """*count* processes that run *serve*; one that ends is replaced by another.

    *serve* has to return after SIGTERM.
    """

    def __init__(self, count: int, serve: Callable[[], object]):
        self._count = count
        self._serve = serve
        self._began: dict[int, float] = {}  # process id to time
        self._stopping = False

    def run(self) -> None:
        """Mind the processes until SIGTERM or SIGINT, then have them stop."""
        before: _Handlers = {
            number: signal.signal(number, self._stop)
            for number in (signal.SIGTERM, signal.SIGINT)
        }
        try:
            while not self._stopping and len(self._began) < self._count:
                self._start(before)
            while self._began:
                self._replace(before)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _start(self, handlers: _Handlers) -> None:
        signals = set(handlers)
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # that none finds the wrong
        process = os.fork()  # handler, or a process that is in no list yet
        if process:
            self._began[process] = time.monotonic()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
            return
        code = 1
        try:
            for number, handler in handlers.items():
                signal.signal(number, handler)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
            self._serve()
            code = 0
        except BaseException:
            log.exception("a worker failed")
        finally:
            os._exit(code)

    def _replace(self, handlers: _Handlers) -> None:
        """Wait for a process to end, and start another in its place."""
        process, status = os.wait()
        began = self._began.pop(process, None)
        if began is None or self._stopping:
            return
        log.error("worker %d ended with status %d and is replaced", process, status)
        if time.monotonic() - began < LIFETIME:
            time.sleep(LIFETIME)
        if not self._stopping:
            self._start(handlers)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True
        for process in list(self._began):
            with suppress(ProcessLookupError):  # it has ended by itself just now
                os.kill(process, signal.SIGTERM)
