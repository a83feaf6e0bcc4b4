"""A private Apache with the system's mod_python: Debian's packages apache2 and
libapache2-mod-python, in one process a request.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .packages import install_into

PROGRAM = "/usr/sbin/apache2"
MODULES = "/usr/lib/apache2/modules"
LOADED = (
    "mpm_prefork authz_core authn_core authz_host authz_user auth_basic mime dir alias"
    " env setenvif include filter python"
).split()
USER = "www-data"
SERVER_NAME = "localhost"  # and with it that of mod_python's interpreter
SECONDS = 20.0  # that a start or a stop may take

#: The handlers that come with Apache's mod_python, and ours in their place.
THEIRS = """
AddHandler mod_python .psp .psp_ .py
PythonHandler mod_python.psp | .psp .psp_
PythonHandler mod_python.publisher | .py
DirectoryIndex index.psp index.html
"""
OURS = THEIRS.replace("mod_python.psp", "psp.modpython").replace(
    "mod_python.publisher", "psp.modpython.publisher"
)


class Apache:
    """A server over ``root/htdocs`` on a port of its own, with files below *root*.

    *directives* hold for the document root, *server* outside of it; ``@ROOT@`` in them
    is *root*. With *ours* psp can be imported by what runs inside.
    """

    def __init__(
        self, root: Path, directives: str, server: str = "", ours: bool = False
    ) -> None:
        self.root = root
        self.docroot = root / "htdocs"
        self.address = ("127.0.0.1", _free_port())
        self._process: subprocess.Popen[bytes] | None = None
        self._prepare()
        if ours:
            install_into(root / "python")
            # As mod_python has it: the folder of the handlers comes first.
            path = [f"{self.docroot}/", str(root / "python")]
            server += f'\nPythonPath "{path!r} + sys.path"'
            server += f"\nPythonImport psp.modpython.host {SERVER_NAME}"
        self._configure(directives, server, processes=1 if ours else 16)

    @property
    def log(self) -> Path:
        """The error log."""
        return self.root / "log" / "error.log"

    def _prepare(self) -> None:
        self.root.chmod(0o755)
        for name in ("htdocs", "run", "log", "sessions"):
            folder = self.root / name
            folder.mkdir()
            folder.chmod(0o755)
            if os.getuid() == 0:
                shutil.chown(folder, USER, USER)

    def _configure(self, directives: str, server: str, processes: int) -> None:
        text = Path(__file__).with_name("httpd.conf.in").read_text()
        text = text.replace("@SERVER@", server).replace("@DIRECTIVES@", directives)
        modules = [f"LoadModule {m}_module {MODULES}/mod_{m}.so" for m in LOADED]
        filled = {
            "ROOT": str(self.root),
            "NAME": SERVER_NAME,
            "PORT": str(self.address[1]),
            "PROCESSES": str(processes),
            "USER": f"User {USER}\nGroup {USER}" if os.getuid() == 0 else "",
            "MODULES": "\n".join(modules),
        }
        for name, value in filled.items():
            text = text.replace(f"@{name}@", value)
        (self.root / "httpd.conf").write_text(text)

    def start(self) -> None:
        """Start and wait until it answers; RuntimeError if it does not."""
        environment = {"PATH": os.defpath, "LANG": "C", "TZ": "UTC"}
        environment |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
        environment["TMPDIR"] = str(self.root / "run")
        command = [PROGRAM, "-f", str(self.root / "httpd.conf"), "-DFOREGROUND"]
        with open(self.root / "log" / "start", "wb") as log:
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,  # it ends its whole process group
            )
        end = time.monotonic() + SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"Apache did not start: {self._complaints()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it, and wait until its port is free."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait(SECONDS)

    def restart(self) -> None:
        """Start afresh: processes that have served nothing."""
        self.stop()
        self.start()

    def _answers(self) -> bool:
        try:
            with socket.create_connection(self.address, 1):
                return True
        except OSError:
            return False

    def _complaints(self) -> str:
        logs = [self.root / "log" / "start", self.log]
        return "\n".join(log.read_text() for log in logs if log.exists())


@contextmanager
def serving(directives: str, server: str = "", ours: bool = False) -> Iterator[Apache]:
    """An Apache that lives as long as the context, in a temporary folder.

    That is one which its user may enter, as those of pytest are not.
    """
    with tempfile.TemporaryDirectory(prefix="psp-apache-") as folder:
        apache = Apache(Path(folder), directives, server, ours)
        try:
            apache.start()
            yield apache
        finally:
            apache.stop()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
