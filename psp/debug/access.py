"""Who may see the debug page, and with which headers."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address

#: What to send with the page: kept by nobody, and nothing in it can load or run.
HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
    ("X-Content-Type-Options", "nosniff"),
)

# RFC 6761 keeps localhost and what lies under it for the machine itself.
_LOCAL_HOST = re.compile(
    r"(?:(?:[a-z0-9-]+\.)*localhost\.?|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]{1,5})?",
    re.ASCII | re.IGNORECASE,
)


def may_show(
    remote_addr: str, host: str, development: bool, *, forwarded: bool = False
) -> bool:
    """Whether the visitor sits at this machine and the site is in development.

    *remote_addr* is the peer's address, *host* the Host header: a name that is not
    local could belong to anybody (DNS rebinding). *forwarded* says that the request
    carries the marks of a proxy, behind which every visitor looks local.
    """
    if not development or forwarded:
        return False
    return _is_loopback(remote_addr) and _LOCAL_HOST.fullmatch(host) is not None


def _is_loopback(address: str) -> bool:
    try:
        peer = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(peer, IPv6Address) and peer.ipv4_mapped:
        return peer.ipv4_mapped.is_loopback
    return peer.is_loopback
