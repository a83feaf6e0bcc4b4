"""Settings to PageHandler: the site that every adapter serves."""

from __future__ import annotations

import os

from ..cache import ChainCache
from ..diskcache import DiskCache
from ..engine import Engine
from ..handler import PageHandler, Reports
from ..http.limits import Limits
from ..http.pathrules import PathRules
from ..http.paths import DocumentRoot
from ..loaders import FileLoader
from ..options import DEFAULT_LOCALE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from ..cache import PageCache
    from ..handler import RunScript
    from ..http.languages import Catalogues
    from ..http.request import Request
    from ..loaders import Loader
    from ..runtime.kept import FragmentCache
    from ..session.rules import SessionRules
    from ..session.store import SessionStore
    from ..settings import Settings

#: What proxies add; behind one every visitor has a local address.
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


def make_handler(
    settings: Settings,
    loader: Loader | None = None,
    sessions: SessionStore | None = None,
) -> PageHandler:
    """The handler of the site that *settings* describe; it takes its own *sessions*."""
    return PageHandler(
        make_engine(settings, loader),
        DocumentRoot(settings.document_root, path_rules(settings)),
        make_reports(settings.development),
        sessions or make_sessions(settings),
        lambda rules: _session_rules(rules, settings),
        csrf=settings.csrf,
        cookie_keys=settings.cookie_keys,
        csrf_origins=frozenset(settings.csrf_origins),
        find_visitor=make_find_visitor(settings),
        csp=settings.csp,
        fragments=settings.fragments,
        catalogues=_catalogues(settings),
        health=settings.health,
        scripts=_scripts(settings),
    )


def _scripts(settings: Settings) -> RunScript | None:
    """What runs the CGI programs of the site; None if it has none."""
    if not (settings.cgi.extensions or settings.cgi.folders):
        return None
    from ..scripts import ScriptRunner  # imports more than most sites need

    return ScriptRunner(settings.document_root, settings.cgi.seconds)


def make_find_visitor(settings: Settings) -> Callable[[Request], None] | None:
    """What finds the visitor behind the proxies of the site; None if it has none."""
    if not settings.trusted_proxies:
        return None
    from ..http.proxies import TrustedProxies  # imports more than most sites need

    return TrustedProxies(settings.trusted_proxies, settings.proxy_header).apply


def make_engine(settings: Settings, loader: Loader | None = None) -> Engine:
    """The engine over the document root, or over what *loader* finds.

    It takes compiled pages from the archive of the site or from beside the pages, as
    ``psp compile`` leaves them, and keeps its own in the cache folder if there is one.
    """
    root, key = settings.document_root, settings.key_path
    caches: list[PageCache] = []
    if settings.archive is not None:
        from ..archive import ArchiveCache

        caches.append(ArchiveCache(settings.archive, key_file=key))
    caches.append(DiskCache(root, key_file=key, beside=True, write=False))
    if settings.cache_dir is not None:
        caches.append(DiskCache(settings.cache_dir, key_file=key))
    return Engine(
        loader or FileLoader(settings.document_root, settings.encoding),
        cache=ChainCache(caches),
        options=settings.page_options,
        reload_interval=settings.check_interval,
        fragments=_pieces(settings),
    )


def _pieces(settings: Settings) -> FragmentCache | None:
    """Where pieces of pages are kept, if not in this process."""
    if settings.pieces_url is None:
        return None
    try:
        from ..pieces import RedisFragments
    except ImportError as error:
        from ..errors import SettingsError

        message = f"pieces_url needs {error.name}: pip install 'psp[redis]'"
        raise SettingsError(message) from error
    return RedisFragments(settings.pieces_url, settings.document_root)


def _catalogues(settings: Settings) -> Catalogues | None:
    """The languages of the site; SettingsError if their folder cannot be read."""
    if settings.locale_dir is None and settings.locale == DEFAULT_LOCALE:
        return None
    from ..http.languages import Catalogues

    try:
        return Catalogues(settings.locale_dir, settings.locale)
    except OSError as error:
        from ..errors import SettingsError

        message = f"locale_dir {settings.locale_dir!r}: {error.strerror}"
        raise SettingsError(message) from error


def make_sessions(settings: Settings) -> SessionStore:
    """Where the sessions of the site are kept; SettingsError if they cannot be."""
    from ..errors import SettingsError
    from ..session.serializer import JSON, SignedPickle
    from ..session.store import REMOTE, make_store
    from ..settings.together import session_problem

    session = settings.session
    if session.store == "memory":
        return make_store("memory")
    problem = session_problem(settings)  # again: the document root may be another now
    if problem is not None:
        raise SettingsError(problem[1])
    key = settings.key_path if session.serializer == "pickle" else None
    serializer = JSON if key is None else SignedPickle(_key(key))
    where: dict[str, Any] = {"path": settings.session_path}
    if session.store in REMOTE:
        where = {"url": session.url, "name": session.name}
    return make_store(session.store, serializer=serializer, **where)


def _key(path: str) -> bytes:
    """The key in the file *path*, made if there is none."""
    from ..errors import SettingsError
    from ..trust import Untrusted, make_key, read_key

    try:
        return read_key(path) if os.path.exists(path) else make_key(path)
    except (OSError, Untrusted) as error:
        raise SettingsError(f"the key {path!r}: {error}") from error


def path_rules(settings: Settings) -> PathRules:
    """What of the document root is served, and as what."""
    return PathRules(
        extensions=settings.extensions,
        static_types=_static_types(settings),
        index_files=settings.index,
        private=settings.private,
        no_pages=settings.no_pages,
        follow_links=settings.follow_links,
        scripts=settings.cgi.extensions,
        script_folders=settings.cgi.folders,
    )


def _static_types(settings: Settings) -> Mapping[str, str] | None:
    """The media types of the site, where it has some of its own."""
    if not settings.static_types:
        return None
    from ..http.mediatypes import MEDIA_TYPES

    return {**MEDIA_TYPES, **settings.static_types}


def limits_of(settings: Settings) -> Limits:
    """How much a visitor may send."""
    return Limits(*(getattr(settings.limits, name) for name in Limits._fields))


def make_reports(development: bool) -> Reports:
    """Errors in full to a developer at this machine, a fixed text to anybody else."""

    def shown(request: Request) -> bool:
        from ..debug.access import may_show

        forwarded = any(name in request.headers for name in _FORWARDED)
        host = request.headers.combined("Host")
        return may_show(request.remote_addr, host, development, forwarded=forwarded)

    return Reports(_refusal, _details, _headers_of_details, _log_entry, shown)


def _refusal(status: int, request_id: str = "", advice: str = "") -> str:
    from ..debug.production import production_page  # not before something is refused

    return production_page(status, request_id, advice)


def _headers_of_details() -> Sequence[tuple[str, str]]:
    from ..debug.access import HEADERS

    return HEADERS


def _log_entry(text: str, request_id: str) -> str:
    from ..debug.log import log_entry

    return log_entry(text, request_id)


def _details(
    error: BaseException, request: Request, status: int, request_id: str
) -> str:
    from ..debug.page import render_html
    from ..debug.report import build_report
    from ..debug.request import summarise_request

    summary = summarise_request(request.method, request.uri, request.headers.items())
    report = build_report(error, status=status, request=summary, request_id=request_id)
    return render_html(report)


def _session_rules(rules: SessionRules, settings: Settings) -> SessionRules:
    session = settings.session
    if session.http_only is not None:
        rules = rules._replace(http_only=session.http_only)
    if session.same_site is not None:
        rules = rules._replace(same_site=session.same_site.title())
    return rules._replace(
        name=session.cookie, timeout=session.timeout, host_only=session.host_only
    )
