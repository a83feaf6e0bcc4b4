"""A CGI program as a process: its output in pieces, its complaints, its end."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from typing import IO

PIECE = 65536
#: Seconds between two looks whether the visitor of a silent program is still there.
LOOK = 1.0
#: Bytes of complaints that are logged of one run.
MOST_NOTED = 65536


class Process:
    """Runs the program *file* in its folder, for *seconds* at most.

    It reads *body*, a file. Each line of its standard error is given to *note*. Raises
    OSError where it cannot be run. While it is silent, *is_gone* is asked whether
    anybody still waits for it. Used by one thread.
    """

    def __init__(
        self,
        file: str,
        variables: Mapping[bytes, bytes],
        body: IO[bytes] | None,
        seconds: float,
        note: Callable[[str], object],
        is_gone: Callable[[], bool] = lambda: False,
    ) -> None:
        self._end = time.monotonic() + seconds
        self._note = note
        self._is_gone = is_gone
        self._noted = 0
        self._line = b""
        self._process = subprocess.Popen(
            [file],
            executable=file,
            cwd=os.path.dirname(file),
            env=variables,
            stdin=subprocess.DEVNULL if body is None else body,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # what it starts in turn is ended with it
        )
        assert self._process.stdout is not None and self._process.stderr is not None
        self._output, self._errors = self._process.stdout, self._process.stderr
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._output, selectors.EVENT_READ)
        self._selector.register(self._errors, selectors.EVENT_READ)

    def read(self) -> bytes:
        """The next piece of its output, as soon as there is one; empty at the end.

        TimeoutError when its time is over, ConnectionError when nobody waits for it.
        """
        while True:
            ready = self._wait()
            if self._errors in ready:
                self._take_errors()
            if self._output in ready:
                data = os.read(self._output.fileno(), PIECE)
                if not data:
                    self._selector.unregister(self._output)
                return data

    def finish(self) -> int:
        """Wait for its end; its exit status, that of a signal negative.

        Raises what ``read`` does.
        """
        while self._errors in self._selector.get_map():
            self._wait()
            self._take_errors()
        try:
            return self._process.wait(self._left())
        except subprocess.TimeoutExpired:
            raise TimeoutError from None

    def kill(self) -> None:
        """End it and what it has started, unless it has been waited for; let go."""
        if self._process.returncode is None:
            self._kill()
        self._flush_line()
        self._selector.close()
        self._output.close()
        self._errors.close()

    def _kill(self) -> None:
        """End the processes, and wait, unless they have become another user's."""
        try:
            # Nobody has waited for it: its number is still its own.
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        except PermissionError:
            return
        self._process.wait()

    def _wait(self) -> list[object]:
        """What can be read, once something can."""
        while not (ready := self._selector.select(min(LOOK, self._left()))):
            if not self._left():
                raise TimeoutError
            if self._is_gone():
                raise ConnectionError("the visitor has left")
        return [key.fileobj for key, _ in ready]

    def _left(self) -> float:
        """The seconds that it still has."""
        return max(0.0, self._end - time.monotonic())

    def _take_errors(self) -> None:
        """Note the lines that are complete."""
        data = os.read(self._errors.fileno(), PIECE)
        if not data:
            self._selector.unregister(self._errors)
            self._flush_line()
            return
        room = MOST_NOTED - self._noted
        self._noted += len(data)
        *lines, self._line = (self._line + data[: max(0, room)]).split(b"\n")
        for line in lines:
            self._note(line.decode("utf-8", "replace"))

    def _flush_line(self) -> None:
        line, self._line = self._line, b""
        if line:
            self._note(line.decode("utf-8", "replace"))
