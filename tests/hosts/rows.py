"""The rows of the table: each host as the recipes that make it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from .client import Client
from .inprocess import InProcess
from .stage import Stage
from .webservers import WEBSERVERS


class Row(NamedTuple):
    """A host: recipes in the order in which they are started.

    ``files``    the files of the site that it needs
    ``command``  what goes on running, and the port where it listens
    ``server``   the web server and its recipe
    ``system``   whether the command runs with the Python of the system
    ``settings`` what its settings file has besides
    ``prefix``   where the site begins
    ``cannot``   reasons for probes that may fail
    """

    files: tuple[str, ...] = ()
    command: tuple[str, str] | None = None
    server: tuple[str, str] | None = None
    system: bool = False
    settings: str = ""
    prefix: str = ""
    cannot: Mapping[str, str] = {}

    def client(self, stage: Stage) -> Client:
        """Who asks it."""
        if not self.command and not self.server:
            return InProcess(stage)
        return Client(stage.address(self.port), self.prefix)

    @property
    def port(self) -> str:
        """The port where visitors ask."""
        return "80" if self.server or not self.command else self.command[1]

    def start(self, stage: Stage) -> None:
        """Start all of it; RuntimeError if something does not start."""
        if self.settings:
            stage.add_settings(stage.recipe("toml", self.settings).text)
        stage.give_command()
        if self.system:
            stage.use_system()
        if self.command and self.command[0] == EXPRESS:
            stage.use_express()
        if self.server and not self.command and self.server[0] == "apache":
            stage.give_away()  # what Apache starts has another user
        self.write_files(stage)
        if self.command:
            recipe, port = self.command
            stage.run(*stage.filled(stage.recipe("sh", recipe).text).split())
            stage.wait_for(port)
        if self.server:
            kind, name = self.server
            WEBSERVERS[kind](stage, stage.recipe(kind, name))

    def write_files(self, stage: Stage) -> None:
        """Write the files that it needs."""
        for name in self.files:
            self._write(stage, name)

    def _write(self, stage: Stage, name: str) -> None:
        text = stage.recipe("file", name).text
        (stage.root / name).parent.mkdir(exist_ok=True)
        stage.write(name, text, 0o755 if text.startswith("#!") else 0o644)


WSGI = ("wsgi.py",)
ASGI = ("asgi.py",)
CGI = ("cgi-bin/psp",)
SPAWNED = ("cgi-bin/psp.fcgi",)
CHEROOT = ("wsgi.py", "cherootserver.py")
EXPRESS = "mod-wsgi-express"
UWSGI = ("wsgi.py", "uwsgi.ini")

UNDERSCORES = dict.fromkeys(
    ("underscores", "forged-alone"), "X_A_B and X-A-B arrive as the same variable"
)
KEPT_BACK = {"streaming": "the server has no way to send at once"}

CLOSED = {"too-large": "502: the server behind it refuses before it has read all"}

MOD_PYTHON = {
    "awaiting": "pages of mod_python await nothing",
    "methods": "mod_python runs pages with every method",
}


def within(
    name: str, files: tuple[str, ...], cannot: Mapping[str, str] = MappingProxyType({})
) -> Row:
    """A framework that has the pages below a prefix."""
    module = f"{name.replace('-', '_')}_site.py"
    return Row((*files, module), (name, "8000"), prefix="/pages", cannot=cannot)


ROWS = {
    "test client": Row(cannot=UNDERSCORES),
    "psp serve": Row((), ("serve", "8000")),
    "psp serve workers": Row((), ("serve-workers", "8000")),
    "waitress": Row(WSGI, ("waitress", "8000")),
    "gunicorn": Row(WSGI, ("gunicorn", "8000")),
    "cheroot": Row(CHEROOT, ("cheroot", "8000")),
    "granian": Row(WSGI, ("granian", "8000"), cannot={**UNDERSCORES, **KEPT_BACK}),
    "uvicorn": Row(ASGI, ("uvicorn", "8000")),
    "granian asgi": Row(ASGI, ("granian-asgi", "8000")),
    "nginx http uvicorn": Row(ASGI, ("uvicorn", "8000"), ("nginx", "http")),
    "flask": within("flask", WSGI),
    "django": within("django", WSGI),
    "django view": within("django-view", (), cannot=KEPT_BACK),
    "pyramid": within("pyramid", WSGI),
    "bottle": within("bottle", WSGI),
    "cherrypy": within("cherrypy", WSGI),
    "starlette": within("starlette", ASGI),
    "paste": within("paste", ("site.ini",)),
    "nginx http granian": Row(
        WSGI, ("granian", "8000"), ("nginx", "http"), cannot=KEPT_BACK
    ),
    "nginx http waitress": Row(WSGI, ("waitress", "8000"), ("nginx", "http")),
    "nginx http gunicorn": Row(WSGI, ("gunicorn", "8000"), ("nginx", "http")),
    "nginx http cheroot": Row(CHEROOT, ("cheroot", "8000"), ("nginx", "http")),
    "nginx fcgi": Row((), ("fcgi", "9000"), ("nginx", "fcgi")),
    "nginx fcgi spawned": Row(SPAWNED, ("spawn-fcgi", "9000"), ("nginx", "fcgi")),
    "nginx scgi": Row((), ("scgi", "4000"), ("nginx", "scgi")),
    "nginx uwsgi": Row(UWSGI, ("uwsgi", "3031"), ("nginx", "uwsgi"), system=True),
    "nginx fcgiwrap": Row(CGI, ("fcgiwrap", "9001"), ("nginx", "fcgiwrap")),
    "apache http": Row((), ("serve", "8000"), ("apache", "http"), cannot=CLOSED),
    "apache fcgi": Row((), ("fcgi", "9000"), ("apache", "fcgi")),
    "apache scgi": Row((), ("scgi", "4000"), ("apache", "scgi")),
    "apache ajp": Row((), ("ajp", "8009"), ("apache", "ajp")),
    "apache jk": Row(("workers.properties",), ("ajp", "8009"), ("apache", "jk")),
    "apache fcgid": Row(SPAWNED, None, ("apache", "fcgid")),
    "apache cgi": Row(CGI, None, ("apache", "cgi")),
    "apache wsgi daemon": Row(WSGI, None, ("apache", "wsgi-daemon")),
    "apache wsgi embedded": Row(WSGI, None, ("apache", "wsgi-embedded")),
    "apache wsgi express": Row(WSGI, (EXPRESS, "8000")),
    "apache wsgi handler": Row(
        ("wsgi.py", "handler.py"), None, ("apache", "wsgi-handler")
    ),
    "apache mod_python": Row(
        (), None, ("apache", "modpython"), settings="modpython", cannot=MOD_PYTHON
    ),
    "apache uwsgi": Row(UWSGI, ("uwsgi", "3031"), ("apache", "uwsgi"), system=True),
    "lighttpd http": Row((), ("serve", "8000"), ("lighttpd", "http")),
    "lighttpd fcgi": Row(
        (), ("fcgi", "9000"), ("lighttpd", "fcgi"), cannot=UNDERSCORES
    ),
    "lighttpd fcgi spawned": Row(
        SPAWNED, None, ("lighttpd", "fcgi-spawned"), cannot=UNDERSCORES
    ),
    "lighttpd scgi": Row(
        (), ("scgi", "4000"), ("lighttpd", "scgi"), cannot=UNDERSCORES
    ),
    "lighttpd cgi": Row(CGI, None, ("lighttpd", "cgi"), cannot=UNDERSCORES),
}


#: Recipes of scenes that are no rows: nodes.py, twins.py.
SCENES = {("nginx", "nodes"), ("sh", "php-fpm")}

#: The web servers of a site of PHP, which php-fpm runs beside psp.
TWINS = {
    "nginx php": Row(("php-fpm.conf",), ("fcgi", "9000"), ("nginx", "php")),
    "apache php": Row(("php-fpm.conf",), ("fcgi", "9000"), ("apache", "php")),
    "apache php files": Row(
        ("php-fpm.conf",), ("fcgi", "9000"), ("apache", "php-files")
    ),
    "apache php handler": Row(
        ("php-fpm.conf", "wsgi.py", "twinhandler.py"), None, ("apache", "php-handler")
    ),
}


def used_recipes() -> set[tuple[str, str]]:
    """The recipes, by kind and name, that rows and scenes are made of."""
    used = set(SCENES)
    for row in [*ROWS.values(), *TWINS.values()]:
        used |= {("file", name) for name in row.files}
        used |= {("sh", row.command[0])} if row.command else set()
        used |= {row.server} if row.server else set()
        used |= {("toml", row.settings)} if row.settings else set()
    return used
