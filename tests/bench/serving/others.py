"""PHP's own server and Tomcat."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

from . import pages
from .server import QUERY, Place, Server, free_port, last

TOMCAT = """\
<Server port="-1"><Service name="Catalina">
<Connector port="{port}" address="127.0.0.1" protocol="HTTP/1.1" maxThreads="8"
           maxKeepAliveRequests="-1"/>
<Engine name="Catalina" defaultHost="localhost">
<Host name="localhost" appBase="webapps" autoDeploy="false"/>
</Engine></Service></Server>
"""


def urls(suffix: str) -> list[str]:
    """The three pages, the bare hello first."""
    return [f"/hello.{suffix}", f"/tiny.{suffix}{QUERY}", f"/page.{suffix}"]


def php(place: Place) -> Server:
    """`php -S` with opcache."""
    port, top = free_port(), place.folder("php", pages.php)
    argv = ["php", "-d", "opcache.enable_cli=1", "-q", "-S", f"127.0.0.1:{port}"]
    return Server("php -S (opcache)", [*argv, "-t", top], port, urls("php"))


def tomcat(place: Place, home: str) -> Server:
    """Tomcat with compiled JSP."""
    port, top = free_port(), place.folder("tomcat")
    for name in ("conf", "logs", "temp", "work", "webapps/ROOT"):
        os.makedirs(os.path.join(top, name))
    pages.jsp(os.path.join(top, "webapps/ROOT"))
    defaults = last("/etc/tomcat10/web.xml", "/etc/tomcat9/web.xml")
    shutil.copy(defaults, os.path.join(top, "conf"))
    pages.put(os.path.join(top, "conf"), "server.xml", TOMCAT.format(port=port))
    env = dict(os.environ, CATALINA_BASE=top, CATALINA_HOME=home, JAVA_OPTS="-Xmx256m")
    argv = [os.path.join(home, "bin/catalina.sh"), "run"]
    return Server("tomcat jsp", argv, port, urls("jsp"), env, warm=6)


def servers(place: Place, want) -> Iterator[Server]:
    """Those that are installed and wanted."""
    if shutil.which("php") and want("php -S"):
        yield php(place)
    home = last("/usr/share/tomcat10", "/usr/share/tomcat9")
    if home and want("tomcat"):
        yield tomcat(place, home)
