"""Workers: several processes that serve the same socket, and one that minds them."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable
from threading import Thread

log = logging.getLogger(__name__)

#: Seconds that a worker has to live before its successor is started without a pause.
LIFETIME = 1.0

_STOPPING = {signal.SIGTERM, signal.SIGINT}
_WATCHED = {*_STOPPING, signal.SIGCHLD, signal.SIGHUP}


class Workers:
    """*count* processes that run *serve*; one that ends is replaced by another.

    *serve* has to return after SIGTERM. After SIGHUP all are replaced, as many as
    *renew* says, which is called before. They stop as well when this process is gone.
    """

    def __init__(
        self,
        count: int,
        serve: Callable[[], object],
        renew: Callable[[], int] | None = None,
    ):
        self._count = count
        self._serve = serve
        self._renew = renew
        self._began: dict[int, float] = {}  # process id to time
        self._dismissed: set[int] = set()  # stop as soon as others have begun
        self._leaving: set[int] = set()  # have been told to stop
        self._stopping = False

    def run(self) -> None:
        """Mind the processes until SIGTERM or SIGINT, then have them stop.

        The signals are blocked and waited for, so that none comes at a wrong time.
        """
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # ignored, it would never come
        self._end, self._life = os.pipe()
        try:
            while self._began or self._leaving or not self._stopping:
                if self._fill(before):
                    self._let_go()
                    self._heed(signal.sigwait(_WATCHED))
                else:
                    time.sleep(LIFETIME)
                    if signal.sigpending() & _WATCHED:
                        self._heed(signal.sigwait(_WATCHED))
        finally:
            os.close(self._life)
            os.close(self._end)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _fill(self, mask: set[signal.Signals | int]) -> bool:
        """Start what is missing: whether that could be done."""
        try:
            while not self._stopping and len(self._began) < self._count:
                self._start(mask)
        except OSError as error:
            log.error("no process can be started: %s", error.strerror)
            return False
        return True

    def _start(self, mask: set[signal.Signals | int]) -> None:
        process = os.fork()
        if process:
            self._began[process] = time.monotonic()
            return
        code = 1
        try:
            os.close(self._life)
            Thread(target=_follow, args=(self._end,), daemon=True).start()
            signal.signal(signal.SIGHUP, signal.SIG_IGN)  # it is for who minds them
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            self._serve()
            code = 0
        except BaseException:
            log.exception("a worker failed")
        finally:
            os._exit(code)

    def _heed(self, number: int) -> None:
        """Note that processes have ended, or are to stop or to be replaced."""
        if number in _STOPPING:
            self._stopping = True
            self._dismiss()
            self._let_go()
        elif number == signal.SIGHUP and not self._stopping:
            if self._renew is not None:
                self._count = self._renew()
            self._dismiss()
        while self._began or self._leaving or self._dismissed:
            process, status = os.waitpid(-1, os.WNOHANG)
            if not process:
                return
            self._note_end(process, status)

    def _dismiss(self) -> None:
        """Have others take the place of all processes."""
        self._dismissed |= self._began.keys()
        self._began.clear()

    def _let_go(self) -> None:
        """Tell those to stop whose place is taken."""
        for process in self._dismissed:
            os.kill(process, signal.SIGTERM)
        self._leaving |= self._dismissed
        self._dismissed.clear()

    def _note_end(self, process: int, status: int) -> None:
        began = self._began.pop(process, None)
        self._leaving.discard(process)
        self._dismissed.discard(process)
        if began is None or self._stopping:
            return
        log.error("worker %d ended with status %d and is replaced", process, status)
        if time.monotonic() - began < LIFETIME:
            time.sleep(LIFETIME)  # the signals stay pending


def _follow(end: int) -> None:
    """Have this process stop when *end* of a pipe says that its parent is gone."""
    os.read(end, 1)
    os.kill(os.getpid(), signal.SIGTERM)
