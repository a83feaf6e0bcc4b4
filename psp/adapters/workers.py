"""Workers: several processes that serve the same socket, and one that minds them."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

#: Seconds that a worker has to live before its successor is started without a pause.
LIFETIME = 1.0

_STOPPING = {signal.SIGTERM, signal.SIGINT}
_WATCHED = {*_STOPPING, signal.SIGCHLD}


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
        """Mind the processes until SIGTERM or SIGINT, then have them stop.

        The signals are blocked and waited for, so that none comes at a wrong time.
        """
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
        try:
            while self._began or not self._stopping:
                while not self._stopping and len(self._began) < self._count:
                    self._start(before)
                self._wait()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _start(self, mask: set[signal.Signals | int]) -> None:
        process = os.fork()
        if process:
            self._began[process] = time.monotonic()
            return
        code = 1
        try:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            self._serve()
            code = 0
        except BaseException:
            log.exception("a worker failed")
        finally:
            os._exit(code)

    def _wait(self) -> None:
        """Wait until a process has ended or all are to stop."""
        if signal.sigwait(_WATCHED) in _STOPPING:
            self._stopping = True
            for process in self._began:
                os.kill(process, signal.SIGTERM)
        while self._began:
            process, status = os.waitpid(-1, os.WNOHANG)
            if not process:
                return
            self._note_end(process, status)

    def _note_end(self, process: int, status: int) -> None:
        began = self._began.pop(process, None)
        if began is None or self._stopping:
            return
        log.error("worker %d ended with status %d and is replaced", process, status)
        if time.monotonic() - began < LIFETIME:
            time.sleep(LIFETIME)  # the signals stay pending
