"""Checks of what answers say: cookies, HTTPS, errors."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .findings import Finding
from .patient import Patient
from .plant import PREFIX
from .visitor import Reply

#: Cookies that are worth stealing, by their names.
_SESSION = re.compile(r"sess|sid\b|auth|login", re.IGNORECASE)
_DEBUG = re.compile(
    rb"Shown in development only|Traceback \(most recent call last\)"
    rb"|Werkzeug Debugger|<code>DEBUG = True</code>|^MOD_PYTHON ERROR",
    re.MULTILINE,
)


def cookies(patient: Patient) -> Iterator[Finding]:
    """Flags of session cookies, those of the doctor's own page included."""
    if patient.plant is not None:
        path = patient.plant.session
        reply = patient.get(path)
        for cookie in reply.all("set-cookie"):
            pair = cookie.partition(";")[0]
            patient.ask("GET", f"{path}?end", [("Cookie", pair)])
    for path, reply in patient.seen():
        for cookie in reply.all("set-cookie"):
            name, flags = _parsed(cookie)
            if _is_session(name, patient):
                where = "the session cookie" if PREFIX in path else path
                yield from _missing(name, flags, where, patient)


def _parsed(cookie: str) -> tuple[str, set[str]]:
    pair, *flags = cookie.split(";")
    names = {flag.partition("=")[0].strip().lower() for flag in flags}
    return pair.partition("=")[0].strip(), names


def _is_session(name: str, patient: Patient) -> bool:
    if patient.settings is not None:
        own = patient.settings.session.cookie
        if name.removeprefix("__Host-") == own:
            return True
    return bool(_SESSION.search(name))


def _missing(
    name: str, flags: set[str], where: str, patient: Patient
) -> Iterator[Finding]:
    wanted = {"httponly": "HttpOnly", "samesite": "SameSite"}
    if patient.visitor.scheme == "https":
        wanted["secure"] = "Secure"
    for flag, spelt in wanted.items():
        if flag not in flags:
            yield Finding(f"cookie-{flag}", f"{where}: {name} is set without {spelt}")


def https(patient: Patient) -> Iterator[Finding]:
    """HTTPS, and that browsers come back by HTTPS."""
    if patient.visitor.scheme == "http":
        reply = patient.get("/")
        moved = reply.one("location").startswith("https:")
        if not patient.visitor.is_local and not moved:
            yield Finding("no-https", "visitors are not sent on to HTTPS")
    elif not _lasts(patient.get("/")):
        yield Finding("hsts", "there is no Strict-Transport-Security, or not for long")


def _lasts(reply: Reply) -> bool:
    """Whether browsers remember HTTPS for a day at least."""
    found = re.search(r'max-age="?(\d+)', reply.one("strict-transport-security"))
    return found is not None and int(found[1]) >= 86400


def debug(patient: Patient) -> Iterator[Finding]:
    """Errors shown to visitors, by the doctor's own page or by any other."""
    if patient.plant is not None:
        reply = patient.get(f"{patient.plant.echo}?fail")
        # The mark is in the name of the page as well: a 404 may repeat that.
        if reply.status == 500 and patient.plant.mark in reply.text:
            yield Finding("debug", "visitors are shown what goes wrong in pages")
            return
    for path, reply in patient.seen():
        if reply.status >= 400 and _DEBUG.search(reply.body):
            yield Finding("debug", f"{path} shows what goes wrong in it")
