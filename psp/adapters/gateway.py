"""Gateway: accepts the connections of a web server and has threads answer them.

A connection that waits for its next request costs no thread: web servers keep many.
"""

from __future__ import annotations

import errno
import logging
import selectors
import signal
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Thread, current_thread, main_thread

from ..errors import ProtocolError
from .talk import Application, Talk, is_readable
from .wire import Wire

log = logging.getLogger(__name__)

#: Seconds that running requests have to finish once the server is to stop.
GRACE = 10.0
#: Milliseconds that a thread looks out for the next request of its connection, while
#: others have nothing to do: to hand it over and back takes longer than most pages.
LINGER = 5
#: Connections open at the same time; more wait to be accepted.
CONNECTIONS = 1000
#: Seconds after which it is tried again to accept where the system had no room.
PAUSE = 1.0
_NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Gateway:
    """Serves *application* to the web server that connects to *listener*.

    The listener is left open: other processes may serve it as well. *make_wire* makes
    the protocol of a new connection; *allowed* are the addresses that may connect, all
    if there are none.
    """

    def __init__(
        self,
        application: Application,
        listener: socket.socket,
        make_wire: Callable[[], Wire],
        *,
        threads: int = 4,
        extensions: tuple[str, ...] = (".psp",),
        allowed: frozenset[str] = frozenset(),
        multiprocess: bool = False,
    ):
        self._application = application
        self._listener = listener
        self._make_wire = make_wire
        self._threads = [Thread(target=self._work, daemon=True) for _ in range(threads)]
        self._extensions = extensions
        self._allowed = allowed
        self._multiprocess = multiprocess
        self._selector = selectors.DefaultSelector()
        self._ready: SimpleQueue[Talk | None] = SimpleQueue()  # for the threads
        self._talks: set[Talk] = set()  # all that are open
        self._free: set[Thread] = set()  # threads that wait for something to do
        self._waiting: deque[Talk] = deque()  # to be watched by the selector again
        self._wake, self._woken = socket.socketpair()  # the loop reads what others send
        self._wake.setblocking(False)
        self._woken.setblocking(False)
        self._accepts = False
        self._paused_until = 0.0
        self._stopping = False

    def run(self) -> None:
        """Serve until ``stop`` is called, then let running requests finish."""
        self._listener.setblocking(False)
        self._selector.register(self._wake, selectors.EVENT_READ)
        for thread in self._threads:  # daemons: a page that hangs must not keep us
            thread.start()
        try:
            with _woken_by_signals(self._woken):
                while not self._stopping:
                    timeout = self._accept_or_not()
                    for key, _ in self._selector.select(timeout):
                        self._handle(key.fileobj, key.data)
        finally:
            self._finish()

    def stop(self) -> None:
        """Make ``run`` return; may be called from a signal handler or a thread."""
        self._stopping = True
        self._wake_up()

    def _wake_up(self) -> None:
        try:
            self._woken.send(b"!")
        except OSError:
            pass  # it is awake already, or has ended

    def _accept_or_not(self) -> float | None:
        """Watch the listener while there is room for one more connection.

        The seconds after which it is to be tried again, None where that is told.
        """
        pause = self._paused_until - time.monotonic()
        accepts = pause <= 0 and len(self._talks) < CONNECTIONS
        if accepts and not self._accepts:
            self._selector.register(self._listener, selectors.EVENT_READ)
        elif self._accepts and not accepts:
            self._selector.unregister(self._listener)
        self._accepts = accepts
        return pause if pause > 0 else None

    def _handle(self, source: object, talk: Talk | None) -> None:
        if source is self._listener:
            self._accept()
        elif talk is None:
            self._take_back()
        else:
            self._selector.unregister(talk.connection)
            self._ready.put(talk)

    def _accept(self) -> None:
        try:
            connection, address = self._listener.accept()
        except OSError as error:  # or another process was faster, or it is gone already
            if error.errno in _NO_ROOM:
                log.error("no connection can be accepted: %s", error.strerror)
                self._paused_until = time.monotonic() + PAUSE
            return
        if self._allowed and isinstance(address, tuple):
            if address[0] not in self._allowed:
                log.warning("%s may not connect", address[0])
                connection.close()
                return
        if connection.family != socket.AF_UNIX:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire = self._make_wire()
        talk = Talk(connection, wire, self._extensions, self._multiprocess)
        self._talks.add(talk)
        if is_readable(connection, 0):  # web servers connect when they have a request
            self._ready.put(talk)
        else:
            self._selector.register(connection, selectors.EVENT_READ, talk)

    def _take_back(self) -> None:
        """Watch the connections again that threads are done with."""
        try:
            self._wake.recv(4096)
        except BlockingIOError:
            pass
        while self._waiting:
            talk = self._waiting.popleft()
            self._selector.register(talk.connection, selectors.EVENT_READ, talk)

    def _work(self) -> None:
        """What each thread does."""
        me = current_thread()
        self._free.add(me)
        while (talk := self._ready.get()) is not None:
            self._free.discard(me)
            self._serve(talk)
            self._free.add(me)

    def _serve(self, talk: Talk) -> None:
        """Answer what comes on *talk*, then give it back or close it."""
        keeps = False
        try:
            keeps = self._answer(talk)
        except ProtocolError as error:
            log.warning("a connection was closed: %s", error)
        except OSError as error:
            log.info("a connection broke: %s", error)
        except BaseException as error:
            log.error("an answer was cut: %s", error)
        if keeps and not self._stopping:
            self._waiting.append(talk)
        else:
            talk.close()
            self._talks.discard(talk)
        self._wake_up()

    def _answer(self, talk: Talk) -> bool:
        """Answer all that comes at once: whether more may come later."""
        while talk.serve(self._application):
            if self._stopping or not self._free:
                return True
            if not is_readable(talk.connection, LINGER):
                return True
        return False

    def _finish(self) -> None:
        """Close what waits; wait for what runs, but not for ever."""
        if self._accepts:
            self._selector.unregister(self._listener)
        idle = {key.data for key in self._selector.get_map().values() if key.data}
        for talk in idle.union(self._waiting):
            talk.connection.close()
            self._talks.discard(talk)
        deadline = time.monotonic() + GRACE
        for _ in self._threads:
            self._ready.put(None)
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        for talk in list(self._talks):
            talk.connection.close()
        self._selector.close()
        self._wake.close()
        self._woken.close()


@contextmanager
def _woken_by_signals(woken: socket.socket) -> Iterator[None]:
    """Have signals write to *woken*, or one could come just before a wait."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal.set_wakeup_fd(woken.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
