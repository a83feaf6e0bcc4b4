"""Servers that run the WSGI applications in a process of their own."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import ROOT
from . import sites
from .server import APPLICATIONS, SITE_URLS, WSGI_URLS, Place, Server, free_port


def gunicorn(place: Place, name: str, module: str, kind: str) -> Server:
    """One gunicorn worker of *kind* with an application."""
    port = free_port()
    argv = [place.program("gunicorn"), "-b", f"127.0.0.1:{port}", "-w", "1", "-k", kind]
    argv += ["--threads", "4" if kind == "gthread" else "1", "--log-level", "error"]
    argv.append(f"{APPLICATIONS}.{module}:application")
    urls = place.urls if module == "wsgi_app" else WSGI_URLS
    return Server(name, argv, port, urls, place.environment)


def waitress(place: Place) -> Server:
    """waitress with four threads."""
    port = free_port()
    argv = [place.program("waitress-serve"), f"--listen=127.0.0.1:{port}"]
    argv += ["--threads=4", f"{APPLICATIONS}.wsgi_app:application"]
    return Server("waitress", argv, port, place.urls, place.environment)


def psp_serve(place: Place) -> Server:
    """``psp serve`` with the shop as its document root."""
    port, root = free_port(), place.folder("shop", sites.shop)
    argv = [place.python, "-m", "psp", "serve", root, "--prod", f"--port={port}"]
    environment = place.environment | {"XDG_CACHE_HOME": place.folder("cache")}
    urls = [url for url in SITE_URLS if not url.startswith(("/few", "/many"))]
    return Server("psp serve", argv, port, urls, environment)


def uwsgi(place: Place) -> Server:
    """uWSGI with one process."""
    port = free_port()
    argv = [place.program("uwsgi"), "--http-socket", f"127.0.0.1:{port}"]
    argv += ["--processes", "1", "--master", "--disable-logging", "--die-on-term"]
    argv += ["--need-app", "--pythonpath", str(ROOT)]
    argv += ["--module", f"{APPLICATIONS}.wsgi_app:application"]
    argv += ["--virtualenv", place.python.rpartition("/bin/")[0]]
    return Server("uwsgi", argv, port, place.urls, place.environment)


def servers(place: Place, want) -> Iterator[Server]:
    """Those that are installed and wanted."""
    if place.program("gunicorn"):
        for kind in ("sync", "gthread"):
            if want(f"gunicorn {kind}"):
                yield gunicorn(place, f"gunicorn {kind}", "wsgi_app", kind)
        if want("flask"):
            name = "flask + jinja2, gunicorn gthread"
            yield gunicorn(place, name, "flask_app", "gthread")
        if want("bottle"):
            name = "bottle + SimpleTemplate, gunicorn gthread"
            yield gunicorn(place, name, "bottle_app", "gthread")
    if place.program("waitress-serve") and want("waitress"):
        yield waitress(place)
    if want("psp serve"):
        yield psp_serve(place)
    if place.program("uwsgi") and want("uwsgi"):
        yield uwsgi(place)
