"""The Content-Security-Policy of a site, with a nonce for each answer (CSP Level 3)."""

from __future__ import annotations

HEADER = "Content-Security-Policy"
#: Where the nonce goes in a site's policy.
PLACE = "'nonce'"
#: Of an answer of a few fixed words, whose styles stand in it.
FIXED = "default-src 'none'; style-src 'unsafe-inline'"


def has_nonce(policy: str | None) -> bool:
    """Whether *policy* has a place for a nonce."""
    return policy is not None and PLACE in policy


def with_nonce(policy: str, nonce: str) -> str:
    """The value of the header: *policy* with *nonce* in its places."""
    return policy.replace(PLACE, f"'nonce-{nonce}'")
