"""Where a request comes from, as far as browsers tell and scripts cannot change."""

from __future__ import annotations

from .request import Request

_DEFAULT_PORTS = {"http": "80", "https": "443"}


def is_foreign(request: Request, trusted: frozenset[str] = frozenset()) -> bool:
    """Whether a browser says that another site had it send *request*.

    Sec-Fetch-Site counts where it is there (W3C Fetch Metadata), Origin otherwise (RFC
    6454); who sends neither is no browser of today, and says nothing. Other hosts of
    the same domain are foreign, too, unless *trusted* has their origin.
    """
    origin = request.headers.combined("Origin").lower()
    if origin in trusted:
        return False
    said = request.headers.combined("Sec-Fetch-Site").lower()
    if said:
        return said not in ("same-origin", "none")
    return bool(origin) and not _is_ours(origin, request)


def _is_ours(origin: str, request: Request) -> bool:
    """Whether *origin* is the site of *request*.

    A proxy may have taken https off, so https is believed; plain http is no origin of
    a site that is asked for by https.
    """
    scheme, separator, host = origin.partition("://")
    if not separator or scheme not in _DEFAULT_PORTS:
        return False
    if request.scheme == "https" and scheme == "http":
        return False
    usual = ":" + _DEFAULT_PORTS[scheme]
    return host.removesuffix(usual) == request.host.lower().removesuffix(usual)
