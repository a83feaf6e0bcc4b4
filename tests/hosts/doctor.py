"""python -m tests.hosts.doctor: psp doctor finds what is wrong, and nothing else.

Real servers are started with the configurations of wrong/, each of which has faults
that are known, and with the recipes of the rows, which have none. Prints what was
found; exits with 1 where that is not exactly what is there.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from .recipes import Recipe
from .rows import ROWS, Row
from .stage import Stage, staged
from .webservers import WEBSERVERS

FOLDER = Path(__file__).with_name("wrong")
STRAYS = {
    "htdocs/.git/HEAD": "ref: refs/heads/main\n",
    "htdocs/page.psp.save": '<% password = "secret" %>',
}
FILES = "source backup file repository"


class Wrong(NamedTuple):
    """A configuration of wrong/: the kinds of its faults, and what it stands before."""

    faults: str
    command: tuple[str, str] | None = ("serve", "8000")
    options: str = ""

    def start(self, name: str, stage: Stage) -> None:
        """Start all of it; RuntimeError if something does not start."""
        stage.give_command()
        if self.command:
            recipe, port = self.command
            command = stage.filled(stage.recipe("sh", recipe).text) + self.options
            stage.run(*command.split())
            stage.wait_for(port)
        server = name.partition("-")[0]
        text = (FOLDER / f"{name}.conf").read_text()
        WEBSERVERS[server](stage, Recipe(server, name, text))


WRONG = {
    "nginx-files": Wrong(FILES),
    "nginx-extension": Wrong(f"{FILES} listing"),
    "nginx-alias": Wrong("settings key sessions"),
    "nginx-trust": Wrong("forwarded"),
    "nginx-development": Wrong("debug forwarded", options=" --dev"),
    "nginx-underscores": Wrong("underscores", ("fcgi", "9000")),
    "nginx-https": Wrong("https-unseen hsts cookie-secure"),
    "nginx-bodies": Wrong("body cookie-httponly cookie-samesite"),
    "apache-extension": Wrong(f"{FILES} listing"),
    "apache-missing": Wrong(FILES, None),
    "apache-hardened": Wrong("head authorization", ("fcgi", "9000")),
    "lighttpd-extension": Wrong(f"{FILES} listing"),
}

#: Rows that have a socket.
SERVED = [name for name, row in ROWS.items() if row.command or row.server]


def found_at(stage: Stage, port: str, prefix: str = "", https: bool = False) -> str:
    """What the command prints about a site that has been started."""
    scheme, number = ("https", "http")[not https], stage.address(port)[1]
    url = f"{scheme}://localhost:{number}{prefix}/"
    command = [sys.executable, "-m", "psp", "doctor", url, "--insecure", "--plant"]
    command += ["--config", str(stage.root / "psp.toml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.stderr:
        raise RuntimeError(done.stderr)
    return done.stdout


def examine_wrong(name: str) -> tuple[set[str], set[str], str]:
    """The faults that are there, those that are found, and what was printed."""
    with staged() as stage:
        for file, text in STRAYS.items():
            (stage.root / file).parent.mkdir(exist_ok=True)
            (stage.root / file).write_text(text)
        if https := name.endswith("https"):
            make_certificate(stage)
        WRONG[name].start(name, stage)
        printed = found_at(stage, "80", https=https)
    return set(WRONG[name].faults.split()), kinds_in(printed), printed


def examine_row(name: str) -> tuple[set[str], set[str], str]:
    """No faults, what is found, and what was printed."""
    row: Row = ROWS[name]
    with staged() as stage:
        row.start(stage)
        printed = found_at(stage, row.port, row.prefix)
    return set(), kinds_in(printed), printed


def make_certificate(stage: Stage) -> None:
    """A certificate that nobody else has signed."""
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes"]
    command += ["-subj", "/CN=localhost", "-days", "2"]
    command += ["-keyout", str(stage.root / "key/tls.key")]
    command += ["-out", str(stage.root / "key/tls.crt")]
    subprocess.run(command, check=True, capture_output=True)


def kinds_in(printed: str) -> set[str]:
    """The kinds of the findings."""
    return set(re.findall(r"^(?!note)([a-z-]+): ", printed, re.MULTILINE))


def main() -> int:
    """Examine what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.hosts.doctor")
    parser.add_argument("name", nargs="*", help="of wrong/ or a row, or how it begins")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("-v", action="store_true", help="print all that was found")
    given = parser.parse_args()
    jobs: dict[str, Callable[[str], tuple[set[str], set[str], str]]]
    jobs = {**dict.fromkeys(WRONG, examine_wrong), **dict.fromkeys(SERVED, examine_row)}
    names = [n for n in jobs if n.startswith(tuple(given.name or [""]))]
    with ThreadPoolExecutor(given.jobs) as pool:
        runs = [pool.submit(jobs[name], name) for name in names]
        failed = 0
        for name, run in zip(names, runs, strict=True):
            try:
                there, found, printed = run.result()
            except Exception as error:
                there, found, printed = {"an examination"}, set(), str(error)
            failed += there != found
            print(f"{name}: {' '.join(sorted(found)) or 'nothing'}", flush=True)
            if there != found:
                missed, wrong = sorted(there - found), sorted(found - there)
                print(f"  missed {missed}, not there {wrong}")
            if given.v or there != found:
                print(printed)
    wrongs = sum(name in WRONG for name in names)
    print(f"{wrongs} wrong configurations, {len(names) - wrongs} recipes: ", end="")
    print(f"{failed} not as they are")
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main())
