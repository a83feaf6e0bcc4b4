"""Gateway: accepts the connections of a web server and has threads answer them.

A connection that waits for its next request costs no thread: web servers keep many.
"""

from __future__ import annotations

import logging
import os
import select
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
from .talk import Application, Talk
from .wire import Wire

log = logging.getLogger(__name__)

#: Seconds that running requests have to finish once the server is to stop.
GRACE = 10.0
#: Milliseconds that a thread looks out for the next request of its connection, while
#: others have nothing to do: to hand it over and back takes longer than most pages.
LINGER = 5
#: Connections open at the same time; more wait to be accepted.
CONNECTIONS = 1000


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
        self._threads = threads
        self._extensions = extensions
        self._allowed = allowed
        self._multiprocess = multiprocess
        self._selector = selectors.DefaultSelector()
        self._ready: SimpleQueue[Talk] = SimpleQueue()  # for the threads
        self._talks: set[Talk] = set()  # all that are open
        self._free: set[Thread] = set()  # threads that wait for something to do
        self._waiting: deque[Talk] = deque()  # to be watched by the selector again
        self._wake, self._woken = os.pipe()  # the loop reads what others write
        os.set_blocking(self._wake, False)
        os.set_blocking(self._woken, False)
        self._accepts = False
        self._stopping = False

    def run(self) -> None:
        """Serve until ``stop`` is called, then let running requests finish."""
        self._listener.setblocking(False)
        self._selector.register(self._wake, selectors.EVENT_READ)
        for _ in range(self._threads):  # daemons: a page that hangs must not keep us
            Thread(target=self._work, name="psp-gateway", daemon=True).start()
        try:
            with _woken_by_signals(self._woken):
                while not self._stopping:
                    self._accept_or_not()
                    for key, _ in self._selector.select():
                        self._handle(key.fileobj, key.data)
        finally:
            self._finish()

    def stop(self) -> None:
        """Make ``run`` return; may be called from a signal handler or a thread."""
        self._stopping = True
        self._wake_up()

    def _wake_up(self) -> None:
        try:
            os.write(self._woken, b"!")
        except BlockingIOError:
            pass  # it is awake already

    def _accept_or_not(self) -> None:
        """Watch the listener while there is room for one more connection."""
        accepts = len(self._talks) < CONNECTIONS
        if accepts and not self._accepts:
            self._selector.register(self._listener, selectors.EVENT_READ)
        elif self._accepts and not accepts:
            self._selector.unregister(self._listener)
        self._accepts = accepts

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
        except OSError:
            return  # another process was faster, or it is gone already
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
        if _is_readable(connection, 0):  # web servers connect when they have a request
            self._ready.put(talk)
        else:
            self._selector.register(connection, selectors.EVENT_READ, talk)

    def _take_back(self) -> None:
        """Watch the connections again that threads are done with."""
        try:
            os.read(self._wake, 4096)
        except BlockingIOError:
            pass
        while self._waiting:
            talk = self._waiting.popleft()
            self._selector.register(talk.connection, selectors.EVENT_READ, talk)

    def _work(self) -> None:
        """What each thread does."""
        me = current_thread()
        while True:
            self._free.add(me)
            talk = self._ready.get()
            self._free.discard(me)
            self._serve(talk)

    def _serve(self, talk: Talk) -> None:
        """Answer what comes on *talk*, then give it back or close it."""
        keeps = False
        try:
            keeps = self._answer(talk)
        except ProtocolError as error:
            log.warning("a connection was closed: %s", error)
        except OSError as error:
            log.info("a connection broke: %s", error)
        except Exception as error:
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
            if not _is_readable(talk.connection, LINGER):
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
        while self._talks and time.monotonic() < deadline:
            time.sleep(0.02)
        for talk in list(self._talks):
            talk.connection.close()
        self._selector.close()


def _is_readable(connection: socket.socket, milliseconds: int) -> bool:
    """Whether bytes come on *connection*, or its end, within *milliseconds*."""
    watch = select.poll()
    watch.register(connection, select.POLLIN)
    return bool(watch.poll(milliseconds))


@contextmanager
def _woken_by_signals(descriptor: int) -> Iterator[None]:
    """Have signals write to *descriptor*, or one could come just before a wait."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal.set_wakeup_fd(descriptor, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
