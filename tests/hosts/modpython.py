"""Replay the conformance cases against psp inside Apache's own mod_python.

    python -m tests.hosts.modpython [TOPIC ...]

Prints how many cases of each topic pass; the exit status is 0 when all do.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from tests.conformance.__main__ import of_topics, replay_all
from tests.conformance.harness import CASES, HERE, MORE
from tests.conformance.replay import Runner, read_cases, read_judged

from .apache import OURS, Apache, serving


@dataclass
class ApacheRunner(Runner):
    """A runner that restarts Apache for the cases which want a fresh server."""

    apache: Apache | None = None

    def _restart(self) -> None:
        if self.apache is not None:
            self.apache.restart()


def runner_for(apache: Apache) -> ApacheRunner:
    """A runner that replays cases against *apache*."""
    return ApacheRunner(
        str(apache.docroot.resolve()),
        apache.address,
        expect="either",
        judged=read_judged(HERE / "judged.json"),
        htaccess=True,
        apache=apache,
    )


def main() -> int:
    """Replay what the command line names."""
    with serving(OURS, ours=True) as apache:
        files = of_topics(CASES + MORE, sys.argv[1:])
        return replay_all(runner_for(apache), read_cases(files))


if __name__ == "__main__":
    sys.exit(main())
