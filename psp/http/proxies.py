"""Who asks and how, as the proxies that a site trusts tell it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from werkzeug.http import parse_list_header, parse_options_header

from .request import HOST, Request

#: What stands for proxies that reach psp through a Unix socket, without an address.
UNIX = "unix"
_PORTS = {"http": 80, "https": 443}
_FIELDS = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host")


class _Told(NamedTuple):
    """What the proxies say, the nearest last."""

    addresses: Sequence[str]
    schemes: Sequence[str]
    hosts: Sequence[str]


class TrustedProxies:
    """The proxies whose word counts.

    *names* are addresses, networks, or ``"unix"``; ValueError for others. *header* is
    the one kind of header that is read, ``"x-forwarded"`` or ``"forwarded"`` (RFC
    7239): a proxy passes on the other as visitors have sent it.
    """

    def __init__(self, names: Iterable[str], header: str = "x-forwarded"):
        names = set(names)
        self._unix = UNIX in names
        self._networks = [ip_network(name) for name in names - {UNIX}]
        self._read = _forwarded if header == "forwarded" else _x_forwarded

    def apply(self, request: Request) -> None:
        """Make *request* the visitor's, if it comes from a proxy that is trusted."""
        if not self._trusts(request.remote_addr):
            return
        told = self._read(request)
        hops, visitor = self._visitor(told.addresses)
        if visitor:
            request.remote_addr, request.remote_port = visitor, 0
        scheme = _said(told.schemes, hops).lower()
        if scheme in _PORTS:
            request.scheme, request.server_port = scheme, _PORTS[scheme]
        host = HOST.fullmatch(_said(told.hosts, hops))
        if host:
            request.host, request.server_name = host[0], host["name"]
            usual = _PORTS.get(request.scheme, 80)
            request.server_port = int(host["port"] or usual)

    def _trusts(self, address: str) -> bool:
        try:
            known = ip_address(address)
        except ValueError:
            return self._unix
        mapped = getattr(known, "ipv4_mapped", None)
        return any((mapped or known) in network for network in self._networks)

    def _visitor(self, addresses: Sequence[str]) -> tuple[int, str]:
        """How many proxies are trusted in a row, and whom the last of them names."""
        visitor = ""
        for hops, text in enumerate(reversed(addresses), 1):
            address = _bare(text)
            visitor = address or visitor  # "unknown" and the like name nobody
            if not address or not self._trusts(address):
                return hops, visitor
        return max(1, len(addresses)), visitor


def _x_forwarded(request: Request) -> _Told:
    return _Told(*(_parts(request.headers.combined(name)) for name in _FIELDS))


def _forwarded(request: Request) -> _Told:
    elements = [
        parse_options_header(f"forwarded;{element}")[1]
        for element in parse_list_header(request.headers.combined("Forwarded"))
    ]
    names = ("for", "proto", "host")
    return _Told(*([element.get(name, "") for element in elements] for name in names))


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")] if text else []


def _said(values: Sequence[str], hops: int) -> str:
    """What the proxy *hops* away says; one that replaces says it for all before it."""
    return values[-min(hops, len(values))] if values else ""


def _bare(text: str) -> str:
    """The address in *text* without brackets and port; empty if there is none."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return ""
