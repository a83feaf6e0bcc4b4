"""The three hosts of a site: mod_python with its own modules, with ours, and WSGI."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.hosts.apache import serving

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
Address = tuple[str, int]
#: Modules that have a twin here, in the words of a configuration.
_MODULES = re.compile(r"\bmod_python\.(?=psp\b|publisher\b)")


@contextmanager
def original(site: str) -> Iterator[Address]:
    """Apache with mod_python and its modules."""
    with serving(_directives(site)) as apache:
        _place(HERE / site / "htdocs", apache.docroot)
        yield apache.address


@contextmanager
def inside(site: str) -> Iterator[Address]:
    """Apache with mod_python and ours."""
    directives = _MODULES.sub("psp.modpython.", _directives(site))
    with serving(directives, ours=True) as apache:
        _place(HERE / site / "htdocs", apache.docroot)
        yield apache.address


def application(site: str) -> AbstractContextManager[Address]:
    """Our WSGI application, without Apache."""
    return folder(HERE / site / "htdocs", HERE / site / "site.conf")


@contextmanager
def folder(htdocs: Path, conf: Path) -> Iterator[Address]:
    """A copy of *htdocs*, served by our WSGI application as *conf* says."""
    with tempfile.TemporaryDirectory(prefix="psp-site-") as top:
        docroot, sessions = Path(top, "htdocs"), Path(top, "sessions")
        docroot.mkdir()
        _place(htdocs, docroot)
        command = [sys.executable, "-m", "tests.sites.wsgi", str(docroot)]
        command += [str(conf), str(sessions)]
        environment = {**os.environ, "TZ": "UTC", "PYTHONDONTWRITEBYTECODE": "1"}
        server = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
        )
        try:
            assert server.stdout is not None
            yield "127.0.0.1", int(server.stdout.readline())
        finally:
            server.terminate()
            server.communicate()


Host = Callable[[str], AbstractContextManager[Address]]
HOSTS: dict[str, Host] = {
    "mod_python": original,
    "psp in mod_python": inside,
    "psp under WSGI": application,
}


def _directives(site: str) -> str:
    return (HERE / site / "site.conf").read_text()


def _place(htdocs: Path, docroot: Path) -> None:
    """Put the files of *htdocs* where they are served, readable by everybody."""
    shutil.copytree(htdocs, docroot, dirs_exist_ok=True)
    for path in [docroot, *docroot.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
