"""Who may see what: Apache's Require, and Order, Allow and Deny of older sites.

What is not understood grants nothing: a folder that Apache protects stays closed.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import NamedTuple

Words = tuple[str, ...]


class Visitor(NamedTuple):
    """What a rule looks at; ``user`` is None until somebody is authenticated."""

    address: str
    user: str | None = None


class Requirement(NamedTuple):
    """The words of one ``Require``."""

    words: Words

    @property
    def needs_user(self) -> bool:
        """Whether it can be met only once the user is known."""
        return self.words[:1] in (("valid-user",), ("user",))

    def is_met(self, visitor: Visitor) -> bool:
        """Whether it lets *visitor* in; one of a kind unknown here lets nobody."""
        kind, *names = self.words or ("",)
        if kind == "all":
            return names == ["granted"]
        if kind == "valid-user":
            return visitor.user is not None
        if kind == "user":
            return visitor.user in names
        if kind == "ip":
            return any(_covers(name, visitor.address) for name in names)
        return kind == "local" and _is_loopback(visitor.address)

    @property
    def is_known(self) -> bool:
        """Whether it is of a kind that is understood."""
        known = {"all", "valid-user", "user", "ip", "local"}
        return bool(self.words) and self.words[0] in known


class HostRules(NamedTuple):
    """Order, Allow and Deny, as they add up in one place."""

    order: str = "deny,allow"
    allow: Words = ()
    deny: Words = ()

    def lets_in(self, visitor: Visitor) -> bool:
        """Whether they let *visitor* in: what the order names last decides."""
        allowed = any(_covers(name, visitor.address) for name in self.allow)
        denied = any(_covers(name, visitor.address, True) for name in self.deny)
        if self.order == "allow,deny":
            return allowed and not denied
        return allowed or not denied


def _covers(name: str, address: str, doubt: bool = False) -> bool:
    """Whether *name*, such as ``10.1.0.0/16``, ``10.1`` or ``all``, means *address*;
    *doubt* is the answer where that is not known.
    """
    if name.lower() == "all":
        return True
    try:
        return ip_address(address) in ip_network(_completed(name), strict=False)
    except ValueError:
        return doubt


def _completed(name: str) -> str:
    """A partial address such as ``10.1`` as the network it stands for."""
    parts = name.rstrip(".").split(".")
    if ":" in name or "/" in name or len(parts) >= 4:
        return name
    return ".".join(parts + ["0"] * (4 - len(parts))) + f"/{8 * len(parts)}"


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
