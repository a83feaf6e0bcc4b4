"""Checks of what arrives of a request; most of them need the doctor's own page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .findings import Finding
from .patient import Patient

_VISITOR = "192.0.2.99"  # RFC 5737: an address of nobody
_HOST = "psp-doctor.invalid"
_FORGED = (
    ("X-Forwarded-For", _VISITOR),
    ("X-Forwarded-Host", _HOST),
    ("X-Forwarded-Proto", "https"),
    ("Forwarded", f"for={_VISITOR};host={_HOST};proto=https"),
)

_END = b"0\r\n\r\n"  # of chunks that there are none of, which nobody reads


def _told(patient: Patient, *headers: tuple[str, str]) -> dict[str, Any]:
    """What the doctor's page says about a request; nothing where there is no page."""
    if patient.plant is None:
        return {}
    reply = patient.ask("GET", patient.plant.echo, headers)
    return patient.plant.told(reply) or {}


def _values(told: dict[str, Any], name: str) -> list[str]:
    pairs = told.get("headers", ())
    return [value for key, value in pairs if key.lower() == name.lower()]


def own_page(patient: Patient) -> Iterator[Finding]:
    """Whether the doctor's page is run: nothing is known of headers otherwise."""
    if patient.plant is not None and not _told(patient):
        reply = patient.get(patient.plant.echo)
        if b"<%" not in reply.body:  # which is found elsewhere
            yield Finding("plant", f"a new page is not run: status {reply.status}")


def forged_proxy(patient: Patient) -> Iterator[Finding]:
    """The header ``Proxy``, which CGI programs take for their own proxy (httpoxy)."""
    told = _told(patient, ("Proxy", f"http://{_HOST}/"))
    if _HOST in "".join([*_values(told, "Proxy"), told.get("proxy", "")]):
        yield Finding("proxy-header", "the header Proxy of a visitor reaches pages")


def underscores(patient: Patient) -> Iterator[Finding]:
    """``X_A_B``, which becomes the same variable as ``X-A-B``."""
    told = _told(patient, ("X_Psp_Doctor", "forged"))
    if "forged" in _values(told, "X-Psp-Doctor"):
        yield Finding("underscores", "a header X_A_B reaches pages as X-A-B")


def forwarded(patient: Patient) -> Iterator[Finding]:
    """What only a proxy may say about a visitor."""
    plain = _told(patient)
    for name, value in _FORGED:
        told = _told(patient, (name, value))
        if not told:
            continue
        believed = told["address"] == _VISITOR or told["host"] == _HOST
        if believed or told["https"] and not plain.get("https"):
            yield Finding("forwarded", f"a visitor's own {name} is believed")


def https_unseen(patient: Patient) -> Iterator[Finding]:
    """HTTPS that pages do not know of."""
    told = _told(patient)
    if patient.visitor.scheme == "https" and told and not told["https"]:
        yield Finding("https-unseen", "pages take HTTPS for HTTP")


def authorization(patient: Patient) -> Iterator[Finding]:
    """The header ``Authorization``, which some hosts keep to themselves."""
    told = _told(patient, ("Authorization", "Bearer psp-doctor"))
    if told and "Bearer psp-doctor" not in _values(told, "Authorization"):
        yield Finding("authorization", "the header Authorization does not reach pages")


def bodies(patient: Patient) -> Iterator[Finding]:
    """Bodies with a length, and in chunks."""
    if patient.plant is None or not _told(patient):
        return
    kind = ("Content-Type", "text/plain")
    ways = {
        "of known length": (("Content-Length", "5"), b"seven"[:5]),
        "in chunks": (("Transfer-Encoding", "chunked"), b"5\r\nseven\r\n0\r\n\r\n"),
    }
    for way, (header, body) in ways.items():
        reply = patient.ask("POST", patient.plant.echo, [header, kind], body)
        told = patient.plant.told(reply)
        if told and told["body"] != "seven":
            yield Finding("body", f"a body {way} arrives as {told['body']!r}")
        elif not told and reply.status not in (411, 413, 501):
            yield Finding("body", f"a body {way} is answered by {reply.status}")


def head(patient: Patient) -> Iterator[Finding]:
    """HEAD, which is GET without the body."""
    for path in patient.paths[:5]:
        page = patient.get(path)
        empty = patient.ask("HEAD", path)
        if empty.status != page.status:
            text = f"HEAD {path} is answered by {empty.status}, GET by {page.status}"
            yield Finding("head", text)
        elif empty.body not in (b"", _END):
            yield Finding("head", f"HEAD {path} is answered with a body")
