"""A server of its own for whoever replays cases."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .replay import Runner, read_judged

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("cases/*.jsonl"))
#: Cases of the same form that were asked of mod_python to look into odder corners.
MORE = sorted(HERE.glob("more/*.jsonl"))


@contextmanager
def served(folder: Path, tier: str = "auto") -> Iterator[Runner]:
    """A runner whose server lives as long as the context, and keeps to *folder*.

    *tier* is how the server runs the code of pages.
    """
    docroot, config = folder / "docroot", folder / "config.json"
    docroot.mkdir()
    command = [sys.executable, str(HERE / "server.py"), "--port", "0"]
    command += ["--docroot", str(docroot), "--config-file", str(config)]
    command += ["--tier", tier]
    with open(folder / "errors", "w") as errors:
        server = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        found = re.fullmatch(r"http://(.+):([0-9]+)/\n", line)
        assert found, f"the server did not start: {(folder / 'errors').read_text()}"
        yield Runner(
            str(docroot.resolve()),
            (found[1], int(found[2])),
            expect="either",
            judged=read_judged(HERE / "judged.json"),
            config_file=str(config),
        )
    finally:
        server.terminate()
        server.communicate()
