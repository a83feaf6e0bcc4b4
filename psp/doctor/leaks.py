"""Checks of what nobody is to have: source, backups, keys, stores, other files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from ..pagefile import MAGIC
from .findings import Finding
from .patient import Patient, read
from .visitor import Reply, as_path

_TAG = re.compile(rb"<%.*?%>", re.DOTALL)
#: What is Python in a page, not a template for JavaScript, which has such tags as well.
_CODE = re.compile(rb"\A\s*<%|<%[@!-]|<%=?\s*(?:import|from|req|form|session|psp)\b")
_ENDINGS = ("~", ".bak", ".old", ".orig", ".rej", ".save", ".swp", ".tmp")
_SPELLINGS = ("/", "/x.css", ".", "%20", "%00.css", "::$DATA", ";.css")
_SQLITE = b"SQLite format 3\x00"

#: What may lie about, how its content is known, and the kind of the finding.
_STRAYS = (
    (".git/HEAD", re.compile(rb"\A(ref: |[0-9a-f]{40}\b)"), "repository"),
    (".git/config", re.compile(rb"\[core\]"), "repository"),
    (".hg/requires", re.compile(rb"\A(store|revlogv1|share-safe)\b"), "repository"),
    (".svn/wc.db", re.compile(re.escape(_SQLITE)), "repository"),
    (".env", re.compile(rb"\A\s*(#.*\n)*\w+=", re.MULTILINE), "file"),
    (".htpasswd", re.compile(rb"\A[^\s:<]+:\S+"), "file"),
    (".htaccess", re.compile(rb"^\s*[A-Z]\w+ \S", re.MULTILINE), "file"),
    (
        "psp.toml",
        re.compile(rb"^\s*(\[\w+\]|\w+ *= *[\"'\[\d])", re.MULTILINE),
        "settings",
    ),
)


def page_source(patient: Patient) -> Iterator[Finding]:
    """Pages that come as they are written, also under other spellings."""
    sources = {as_path(name): source for name, source in patient.pages}
    for path in patient.paths:
        for spelling in _spellings(path):
            reply = patient.get(spelling)
            if reply.status == 200 and _is_source(reply, sources.get(path)):
                yield Finding("source", f"{spelling} is sent as it is written")
                break


def _spellings(path: str) -> Iterator[str]:
    yield path
    if path.endswith("/"):
        return
    yield from (path + ending for ending in _SPELLINGS)
    yield "/" + path
    stem, dot, extension = path.rpartition(".")
    if dot:
        yield f"{stem}.{extension.upper()}"


def _is_source(reply: Reply, source: bytes | None) -> bool:
    if source is None:
        plain = not reply.is_html or reply.body.lstrip().startswith(b"<%")
        return bool(_CODE.search(reply.body)) and (plain or b"%>" in reply.body)
    tag = _TAG.search(source)
    return tag is not None and tag[0] in reply.body


def backups(patient: Patient) -> Iterator[Finding]:
    """Copies that editors leave beside pages, and compiled pages, by guessing."""
    if patient.settings is not None:
        return  # what there is, is known: hidden_files asks for it
    for path in patient.paths:
        if path.endswith("/"):
            continue
        folder, _, name = path.rpartition("/")
        stem = name.rpartition(".")[0] or name
        for copy in [name + ending for ending in _ENDINGS] + [
            f".{name}.swp",
            f"%23{name}%23",
        ]:
            reply = patient.get(f"{folder}/{copy}")
            if reply.status == 200 and _is_copy(reply):
                yield Finding("backup", f"{folder}/{copy} is sent")
        for cached in (f"{stem}.psc", f"{name}.psc"):
            reply = patient.get(f"{folder}/{cached}")
            if reply.status == 200 and reply.body.startswith(MAGIC):
                yield Finding("cache", f"the compiled page {folder}/{cached} is sent")


def _is_copy(reply: Reply) -> bool:
    return reply.body.startswith(b"b0VIM ") or bool(_CODE.search(reply.body))


def hidden_files(patient: Patient) -> Iterator[Finding]:
    """Files below the document root that psp would never send."""
    for name, content in patient.hidden:
        reply = patient.get(as_path(name))
        if reply.status == 200 and reply.body.startswith(content):
            yield Finding(_kind(name, content), f"{as_path(name)} is sent")


def _kind(name: str, content: bytes) -> str:
    if content.startswith(MAGIC):
        return "cache"
    if re.search(r"(^|/)\.(git|hg|svn)/", name):
        return "repository"
    if name.endswith((*_ENDINGS, ".psp#")):
        return "backup"
    if name.endswith((".py", ".pyc", ".psp", ".psp_")):
        return "source"
    return "sessions" if content.startswith(_SQLITE) else "file"


def strays(patient: Patient) -> Iterator[Finding]:
    """Repositories and settings, beside the pages or one folder above."""
    ways = _ways(patient)
    for name, looks, kind in _STRAYS:
        for way in ways:
            reply = patient.get(way + name)
            if reply.status == 200 and not reply.is_html and looks.search(reply.body):
                yield Finding(kind, f"{way}{name} is sent")
                break


def _ways(patient: Patient) -> list[str]:
    """Beginnings of paths that lead into the root, or to the folder above."""
    folders = {path[: path.index("/", 1)] for path in patient.paths if "/" in path[1:]}
    above = [f"{folder}../" for folder in sorted(folders)]  # nginx: alias, no slash
    return ["/", "/../", "/..%2f", "/%2e%2e/", *above]


def own_files(patient: Patient) -> Iterator[Finding]:
    """Key, session store and cache of the site, by where its settings have them."""
    settings = patient.settings
    if settings is None:
        return
    places = {"key": settings.key_path, "sessions": settings.session_path}
    root, ways = os.path.abspath(settings.document_root), _ways(patient)
    for kind, place in places.items():
        content = read(place)[:64] if place and os.path.isfile(place) else b""
        if not place or not content:
            continue
        below = as_path(os.path.relpath(place, os.path.dirname(root)))[1:]
        inside = as_path(os.path.relpath(place, root))
        for path in dict.fromkeys([inside, *(way + below for way in ways)]):
            reply = patient.get(path)
            if reply.status == 200 and reply.body.startswith(content):
                yield Finding(kind, f"{path} is sent")


def listings(patient: Patient) -> Iterator[Finding]:
    """Folders whose files are listed."""
    folders = {"/", *(path.rpartition("/")[0] + "/" for path in patient.paths)}
    folders |= {as_path(name.rpartition("/")[0] + "/") for name in patient.files}
    folders.discard("//")
    for folder in sorted(folders):
        reply = patient.get(folder)
        if reply.status == 200 and re.search(
            rb"<title>(Index of|Directory listing) ", reply.body, re.IGNORECASE
        ):
            yield Finding("listing", f"the files of {folder} are listed")
