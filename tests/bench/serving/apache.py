"""Apache with mod_wsgi, mod_python, static files, and in front of PHP-FPM."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator

from .. import workloads
from ..model import ROOT
from . import pages
from .server import APPLICATIONS, QUERY, Place, Server, free_port, last

COMMON = """\
ServerRoot {top}
PidFile {top}/apache.pid
Listen 127.0.0.1:{port}
ServerName 127.0.0.1
ErrorLog {top}/error.log
DocumentRoot {top}
TypesConfig /etc/mime.types
DefaultRuntimeDir {top}
Mutex default:{top}
ServerLimit 1
StartServers 1
ThreadsPerChild 16
MaxRequestWorkers 16
MinSpareThreads 1
MaxSpareThreads 16
MaxConnectionsPerChild 0
KeepAlive On
MaxKeepAliveRequests 0
Timeout 30
<Directory />
Require all granted
</Directory>
"""

EMBEDDED = """\
WSGISocketPrefix {top}/s
WSGIPythonPath {paths}
WSGIScriptAlias / {top}/bench.wsgi
WSGIApplicationGroup %{{GLOBAL}}
"""

DAEMON = """\
WSGISocketPrefix {top}/s
WSGIDaemonProcess bench processes=1 threads=4 python-path={paths}
WSGIScriptAlias / {top}/bench.wsgi process-group=bench application-group=%{{GLOBAL}}
"""

MODPYTHON = """\
PythonPath "sys.path + '{top}:{paths}'.split(':')"
<Directory {top}>
AddHandler mod_python .psp
PythonHandler mod_python.psp
</Directory>
<Location /hello>
SetHandler mod_python
PythonHandler barehandler
</Location>
<Location /page-vars>
SetHandler mod_python
PythonHandler varshandler
</Location>
"""

FPM = """\
[global]
error_log={top}/fpm.log
daemonize=no
[www]
listen=127.0.0.1:{back}
pm=static
pm.max_children=1
listen.backlog=64
"""

PROXY = """\
<FilesMatch "\\.php$">
SetHandler "proxy:fcgi://127.0.0.1:{back}/"
</FilesMatch>
"""


class Apache:
    """The Apache of this system and its modules."""

    def __init__(self) -> None:
        self.modules = last("/usr/lib/apache2/modules", "/usr/lib*/httpd/modules")

    def has(self, module: str) -> bool:
        """Whether the module is installed."""
        return bool(self.modules) and os.path.exists(self._file(module))

    def _file(self, module: str) -> str:
        return f"{self.modules}/mod_{module}.so"

    def command(self, top: str, port: int, modules: list[str], body: str) -> list[str]:
        """The command that runs Apache on *port* with a configuration of its own."""
        names = ["mpm_event", "authz_core", "mime", "dir", "alias", *modules]
        lines = [f"LoadModule {name}_module {self._file(name)}" for name in names]
        lines.append(COMMON.format(top=top, port=port))
        lines += ["User www-data\nGroup www-data"] if os.getuid() == 0 else []
        path = os.path.join(top, "apache.conf")
        pages.put(top, "apache.conf", "\n".join([*lines, body, ""]))
        return [shutil.which("apache2") or "apache2", "-f", path, "-DFOREGROUND"]


def same_python(python: str) -> bool:
    """Whether Apache's Python, the system's, can import what *python* has installed."""
    statement = "import sys; print(sys.version_info[:2])"
    found = [
        subprocess.run(
            [program, "-c", statement], capture_output=True, text=True
        ).stdout
        for program in ("/usr/bin/python3", python)
    ]
    return found[0] == found[1]


def import_paths(place: Place) -> str:
    """Where the system's Python finds this package and the peers."""
    statement = "import sysconfig; print(sysconfig.get_path('purelib'))"
    done = subprocess.run(
        [place.python, "-c", statement], capture_output=True, text=True, check=True
    )
    return f"{ROOT}:{done.stdout.strip()}"


def system_environment(place: Place) -> dict[str, str]:
    """An environment in which an embedded Python finds itself to be the system's."""
    return place.environment | {"PATH": os.defpath}


def script(folder: str) -> None:
    """The script that mod_wsgi loads."""
    statement = f"from {APPLICATIONS}.wsgi_app import application\n"
    pages.put(folder, "bench.wsgi", statement)


def wsgi(place: Place, apache: Apache, name: str, form: str) -> Server:
    """mod_wsgi, embedded or as a daemon."""
    port, top = free_port(), place.folder(name.replace(" ", "-"), script)
    body = form.format(top=top, paths=import_paths(place))
    argv = apache.command(top, port, ["wsgi"], body)
    return Server(name, argv, port, place.urls, system_environment(place))


def modpython(place: Place, apache: Apache) -> Server:
    """The original, with the same page."""
    port, top = free_port(), place.folder("modpython", pages.psp)
    body = MODPYTHON.format(top=top, paths=import_paths(place))
    argv = apache.command(top, port, ["python"], body)
    urls = ["/hello", "/hello.psp", "/tiny.psp" + QUERY, "/page.psp", "/page-vars"]
    return Server("mod_python psp", argv, port, urls, system_environment(place))


def static(place: Place, apache: Apache) -> Server:
    """Ready files."""
    port, top = free_port(), place.folder("static")
    pages.put(top, "hello", "<p>Hello, World!</p>\n")
    pages.put(top, "page", workloads.expected(workloads.WORKLOADS["W3"]))
    argv = apache.command(top, port, [], "")
    return Server("apache static files", argv, port, ["/hello", "/page"])


def php(place: Place, apache: Apache, fpm: str) -> Server:
    """PHP-FPM with one process behind Apache."""
    port, back, top = free_port(), free_port(), place.folder("php-fpm", pages.php)
    user = "user=www-data\ngroup=www-data\n" if os.getuid() == 0 else ""
    pages.put(top, "fpm.conf", FPM.format(top=top, back=back) + user)
    modules = ["proxy", "proxy_fcgi", "setenvif"]
    argv = apache.command(top, port, modules, PROXY.format(back=back))
    urls = ["/hello.php", "/tiny.php" + QUERY, "/page.php"]
    behind = [fpm, "-y", f"{top}/fpm.conf"]
    return Server("php-fpm behind apache", argv, port, urls, behind=behind)


def servers(place: Place, want) -> Iterator[Server]:
    """Those that are installed and wanted."""
    apache = Apache()
    if not shutil.which("apache2") or not apache.modules:
        return
    if same_python(place.python):
        for name, form in (("embedded", EMBEDDED), ("daemon", DAEMON)):
            if apache.has("wsgi") and want(f"mod_wsgi {name}"):
                yield wsgi(place, apache, f"mod_wsgi {name}", form)
        if apache.has("python") and want("mod_python"):
            yield modpython(place, apache)
    if want("apache static"):
        yield static(place, apache)
    fpm = last("/usr/sbin/php-fpm*")
    if fpm and apache.has("proxy_fcgi") and want("php-fpm"):
        yield php(place, apache, fpm)
