"""Workers as processes of a program of their own, which things happen to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_PROGRAM = r"""
import errno, os, signal
from psp.adapters.workers import Workers

def serve():
    signal.pthread_sigmask(signal.SIG_BLOCK, {{signal.SIGTERM}})
    os.write(1, b"%d\n" % os.getpid())  # at once: another writes, too
    signal.sigwait({{signal.SIGTERM}})

{setting}
Workers(2, serve).run()
"""
#: The second process cannot be had for the first time.
_CROWDED = """
fork, calls = os.fork, []

def try_to_fork():
    calls.append(1)
    if len(calls) == 2:
        raise BlockingIOError(errno.EAGAIN, "no room")
    return fork()

os.fork = try_to_fork
"""
_IGNORING = "signal.signal(signal.SIGCHLD, signal.SIG_IGN)"


@contextmanager
def running(setting: str = "") -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """The program, and the ids of its two workers."""
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM.format(setting=setting)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process, [_next_id(process) for _ in range(2)]
        finally:
            process.kill()


def _next_id(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


def test_workers_stop_when_nobody_minds_them_any_more() -> None:
    with running() as (process, _):
        process.kill()
        assert process.stdout is not None
        assert process.stdout.read() == ""  # its end: nobody has it any more


def test_a_process_that_cannot_be_started_is_tried_again() -> None:
    with running(_CROWDED) as (process, ids):
        assert len(set(ids)) == 2
        process.terminate()
        _, told = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "no process can be started: no room" in told


def test_ends_are_noticed_where_they_were_to_be_ignored() -> None:
    with running(_IGNORING) as (process, ids):
        os.kill(ids[0], signal.SIGKILL)
        assert _next_id(process) not in ids
        process.terminate()
        assert process.wait(60) == 0
