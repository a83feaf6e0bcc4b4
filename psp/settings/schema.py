"""What a site can set: every setting with its default, its kind and its sentence."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from functools import reduce
from hashlib import sha256
from typing import Any, TypeVar

from ..http.csp import has_nonce
from ..http.limits import DEFAULT_LIMITS
from ..options import DEFAULT_LOCALE, DIALECTS, KIB, PageOptions
from ..session.store import STORES
from . import kinds
from .kinds import Kind

T = TypeVar("T")
KeyPath = tuple[str, ...]

#: What ``key_file`` is called where owner and mode of the files take a key's place.
UNSIGNED = "none"
#: What ``server.access_log`` is called where it is no file.
STANDARD_OUTPUT = "-"


def setting(default: T, kind: Kind, doc: str) -> T:
    """A field of settings; *doc* is the sentence that the documentation shows."""
    about = {"kind": kind, "doc": doc}
    shown = kind is not kinds.SECRETS
    made: Any = field(default_factory=lambda: default, repr=shown, metadata=about)
    return made  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """``[server]``: where the built-in server listens."""

    host: str = setting("127.0.0.1", kinds.TEXT, "Address to listen on.")
    port: int = setting(
        8000, kinds.whole(0, 65535), "Port to listen on; 0 takes a free one."
    )
    threads: int = setting(
        4, kinds.whole(1, 1000), "Requests that are worked on at the same time."
    )
    workers: int | None = setting(
        None,
        kinds.whole(1, 1000),
        "Processes that serve in production, each with its threads, and one more that "
        "minds them; without it a single one.",
    )
    access_log: str | None = setting(
        None,
        kinds.LOG_FILE,
        'File with a line for each request; "-" is standard output.',
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSettings:
    """``[limits]``: what a visitor may send; past a limit the answer is 400 or 413."""

    fields: int = setting(
        DEFAULT_LIMITS.fields, kinds.COUNT, "Fields of query and body together."
    )
    parts: int = setting(
        DEFAULT_LIMITS.parts, kinds.COUNT, "Parts of a multipart body."
    )
    files: int = setting(
        DEFAULT_LIMITS.files, kinds.COUNT, "Files of a multipart body."
    )
    field_bytes: int = setting(
        DEFAULT_LIMITS.field_bytes, kinds.SIZE, "Bytes of all fields that are no files."
    )
    body_bytes: int = setting(
        DEFAULT_LIMITS.body_bytes, kinds.SIZE, "Bytes of a whole body."
    )
    part_header_bytes: int = setting(
        DEFAULT_LIMITS.part_header_bytes, kinds.SIZE, "Bytes of one header of a part."
    )
    part_headers: int = setting(
        DEFAULT_LIMITS.part_headers, kinds.COUNT, "Headers of one part."
    )
    boundary_bytes: int = setting(
        DEFAULT_LIMITS.boundary_bytes, kinds.SIZE, "Bytes of a multipart boundary."
    )
    spool_bytes: int = setting(
        DEFAULT_LIMITS.spool_bytes,
        kinds.SIZE,
        "Bytes of an upload kept in memory; more goes to disk.",
    )
    cookies: int = setting(DEFAULT_LIMITS.cookies, kinds.COUNT, "Cookies of a request.")
    cookie_bytes: int = setting(
        DEFAULT_LIMITS.cookie_bytes, kinds.SIZE, "Bytes of all cookies of a request."
    )
    headers: int = setting(
        100, kinds.COUNT, "Header fields that the built-in server takes."
    )
    header_bytes: int = setting(
        64 * KIB, kinds.SIZE, "Bytes of the header that the built-in server takes."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSettings:
    """``[session]``: where sessions are kept and how long."""

    store: str = setting(
        "memory",
        kinds.choice(*STORES),
        'Where sessions are kept; "sqlite" if only a path is set.',
    )
    path: str | None = setting(
        None,
        kinds.PATH,
        "File or folder of the store, outside the document root; without it one "
        "of this user's.",
    )
    url: str | None = setting(
        None,
        kinds.TEXT,
        'Address of the database, for the stores "redis" and "sql".',
    )
    name: str = setting(
        "psp",
        kinds.TEXT,
        "What names in that database start with: another one for each site in it.",
    )
    serializer: str = setting(
        "json",
        kinds.choice("json", "pickle"),
        "How sessions are written; pickle is signed, and takes nearly everything.",
    )
    cookie: str = setting("pysid", kinds.COOKIE, "Name of the session cookie.")
    timeout: float = setting(
        1800.0, kinds.SECONDS, "Seconds after which an unused session ends."
    )
    host_only: bool = setting(
        False, kinds.FLAG, "Whether the cookie is called `__Host-` under https."
    )
    http_only: bool | None = setting(
        None,
        kinds.FLAG,
        "Whether the cookie is kept from scripts; as the dialect says.",
    )
    same_site: str | None = setting(
        None,
        kinds.choice("lax", "strict"),
        "Which requests from other sites come without the cookie; as the dialect says.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CgiSettings:
    """``[cgi]``: programs of the site that are run, each request in a process."""

    extensions: tuple[str, ...] = setting(
        (), kinds.EXTENSIONS, "Extensions of files that are run as CGI programs."
    )
    folders: tuple[str, ...] = setting(
        (), kinds.FOLDERS, "Folders where every file is run as a CGI program."
    )
    seconds: float = setting(
        60.0, kinds.SECONDS, "Seconds after which such a program is ended."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a site can set; ``load_settings`` makes one."""

    document_root: str = setting(".", kinds.FOLDER, "Folder that is served.")
    dialect: str = setting(
        "psp", kinds.choice(*DIALECTS), "Which set of defaults pages are written for."
    )
    development: bool = setting(
        False, kinds.FLAG, "Show errors in the browser and log every request."
    )
    log_level: str = setting(
        "info",
        kinds.choice("debug", "info", "warning", "error"),
        "The least important messages that are logged.",
    )
    extensions: tuple[str, ...] = setting(
        (".psp",), kinds.EXTENSIONS, "Extensions of files that are run as pages."
    )
    index: tuple[str, ...] = setting(
        ("index.psp", "index.html"),
        kinds.FILE_NAMES,
        "Files that answer for a folder, the first that exists.",
    )
    static_types: Mapping[str, str] = setting(
        kinds.MEDIA_TYPES.check({}),
        kinds.MEDIA_TYPES,
        "Media types of further extensions that are sent as they are.",
    )
    private: tuple[str, ...] = setting(
        (), kinds.FOLDERS, "Folders that are never served."
    )
    no_pages: tuple[str, ...] = setting(
        (), kinds.FOLDERS, "Folders where nothing is run, such as uploads."
    )
    follow_links: str = setting(
        "never",
        kinds.choice("never", "inside"),
        "Whether symbolic links that stay inside the document root are followed.",
    )
    health: str | None = setting(
        None,
        kinds.URL_PATH,
        "Path that is answered by 200 while the site can be served, otherwise by 503.",
    )
    csrf: bool = setting(
        False,
        kinds.FLAG,
        "Whether a POST and the like must prove that a page of this site sent it.",
    )
    csrf_origins: tuple[str, ...] = setting(
        (),
        kinds.ORIGINS,
        "Other sites whose pages may send what changes something, with a token.",
    )
    trusted_proxies: tuple[str, ...] = setting(
        (),
        kinds.PROXIES,
        "Proxies that are believed about the visitor's address, scheme and host.",
    )
    proxy_header: str = setting(
        "x-forwarded",
        kinds.choice("x-forwarded", "forwarded"),
        "The headers that these proxies set; those of the other kind are ignored.",
    )
    locale_dir: str | None = setting(
        None,
        kinds.FOLDER,
        "Folder of gettext's catalogues, `<language>/LC_MESSAGES/messages.mo`.",
    )
    locale: str = setting(
        DEFAULT_LOCALE, kinds.TEXT, "The language that pages are written in."
    )
    csp: str | None = setting(
        None,
        kinds.POLICY,
        "Content-Security-Policy of pages; `'nonce'` in it is the request's own, which "
        "scripts and styles of pages are given.",
    )
    fragments: bool = setting(
        False,
        kinds.FLAG,
        "Answer `?fragment=name`, and htmx by its target, with that fragment alone.",
    )
    cookie_keys: tuple[str, ...] = setting(
        (),
        kinds.SECRETS,
        "Keys of signed cookies: the first signs, all of them verify.",
    )
    reload_interval: float | None = setting(
        None,
        kinds.INTERVAL,
        "Seconds between looks at changed files; 1 in development, otherwise 4.",
    )
    archive: str | None = setting(
        None,
        kinds.PATH,
        "File of compiled pages that `psp compile --archive` has made.",
    )
    cache_dir: str | None = setting(
        None,
        kinds.FOLDER,
        "Folder that keeps compiled pages; none keeps them in memory.",
    )
    pieces_url: str | None = setting(
        None,
        kinds.TEXT,
        "Address of the Redis that keeps pieces of `psp.cache` for all processes; "
        "without it each keeps its own.",
    )
    key_file: str | None = setting(
        None,
        kinds.KEY_FILE,
        "File with the key that signs compiled pages; without it one of this user's.",
    )
    escape: str | None = setting(
        None,
        kinds.choice("context", "html", "none"),
        "How `<%= %>` is escaped; as the dialect says.",
    )
    trim: str | None = setting(
        None,
        kinds.choice("none", "lines"),
        "What lines of tags alone leave behind; as the dialect says.",
    )
    buffer: int | None = setting(
        None,
        kinds.BUFFER,
        "Bytes kept back before headers go out; as the dialect says.",
    )
    encoding: str = setting("utf-8", kinds.ENCODING, "How page files are decoded.")
    server: ServerSettings = field(default_factory=ServerSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    session: SessionSettings = field(default_factory=SessionSettings)
    cgi: CgiSettings = field(default_factory=CgiSettings)

    @property
    def page_options(self) -> PageOptions:
        """The options that pages start from: the dialect's, and what the site sets."""
        options = DIALECTS[self.dialect]._replace(encoding=self.encoding)
        given = {name: getattr(self, name) for name in ("escape", "trim", "buffer")}
        options = options._replace(nonce=has_nonce(self.csp))
        return options._replace(**{k: v for k, v in given.items() if v is not None})

    @property
    def check_interval(self) -> float | None:
        """Seconds for which files are taken as unchanged; None for ever."""
        if self.reload_interval is None:
            return 1.0 if self.development else 4.0
        return None if math.isinf(self.reload_interval) else self.reload_interval

    @property
    def key_path(self) -> str | None:
        """The file of the key that signs compiled pages; None: they are not signed."""
        if self.key_file == UNSIGNED:
            return None
        return self.key_file or os.path.join(_data_folder(), "key")

    @property
    def session_path(self) -> str:
        """The file or folder of the session store."""
        # Each site has its own: a visitor's id must mean nothing to another site.
        site = sha256(os.fsencode(os.path.realpath(self.document_root))).hexdigest()
        name = f"{site[:32]}.{self.session.store}"
        return self.session.path or os.path.join(_data_folder(), "sessions", name)


def _data_folder() -> str:
    data = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return os.path.join(data, "psp")


TABLES: dict[str, type] = {
    "server": ServerSettings,
    "limits": LimitSettings,
    "session": SessionSettings,
    "cgi": CgiSettings,
}


def _known() -> dict[KeyPath, Field[Any]]:
    """Every setting by its path, in the order of the documentation."""
    known: dict[KeyPath, Field[Any]] = {}
    for item in fields(Settings):
        if item.name in TABLES:
            inner = fields(TABLES[item.name])
            known |= {(item.name, one.name): one for one in inner}
        else:
            known[(item.name,)] = item
    return known


SETTINGS = _known()


def describe_settings() -> str:
    """The table of all settings in Markdown, as the documentation shows it."""
    lines = ["| setting | default | what it is | meaning |", "|---|---|---|---|"]
    for path, item in SETTINGS.items():
        name, kind = ".".join(path), item.metadata["kind"]
        default = _written(reduce(getattr, path, Settings()))
        doc = item.metadata["doc"]
        lines.append(f"| `{name}` | {default} | {kind.wanted} | {doc} |")
    return "\n".join(lines) + "\n"


def _written(default: Any) -> str:
    """*default* as TOML spells it; nothing where there is none."""
    if default is None:
        return ""
    plain = dict(default) if isinstance(default, Mapping) else default
    return f"`{json.dumps(plain)}`"
