"""The request of a report: what was asked, without what is secret."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from .masking import MASK, is_secret, masked

MOST_PAIRS = 100
MOST_TEXT = 1000  # characters of one value
_QUERY_SAFE = "/:,@[]!$'()*;"

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RequestSummary:
    """Method, URL, header fields, query and cookies, secrets masked."""

    method: str
    url: str
    headers: tuple[Pair, ...] = ()
    query: tuple[Pair, ...] = ()
    cookies: tuple[Pair, ...] = ()


def summarise_request(
    method: str, url: str, headers: Iterable[Pair] = ()
) -> RequestSummary:
    """The summary of a request for *url* (absolute or not, with its query)."""
    fields = list(headers)
    path, mark, text = url.partition("?")
    query = _bounded(_parsed(text))
    shown = urlencode(query, safe=_QUERY_SAFE) if any(map(_hides, query)) else text
    return RequestSummary(
        method=method,
        url=_cut(f"{path}{mark}{shown}"),
        headers=_bounded(fields),
        query=query,
        cookies=tuple((name, MASK) for name in _cookie_names(fields)[:MOST_PAIRS]),
    )


def _parsed(query: str) -> list[Pair]:
    return parse_qsl(query[:100_000], keep_blank_values=True, errors="replace")


def _bounded(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    found = [(_cut(name), masked(name, _cut(value))) for name, value in pairs]
    return tuple(found[:MOST_PAIRS])


def _hides(pair: Pair) -> bool:
    return is_secret(pair[0])


def _cookie_names(headers: Iterable[Pair]) -> list[str]:
    """The names in all Cookie fields; every cookie may be somebody's key."""
    texts = [value for name, value in headers if name.lower() == "cookie"]
    names = [
        pair.partition("=")[0].strip() for text in texts for pair in text.split(";")
    ]
    return [_cut(name) for name in names if name]


def _cut(text: str) -> str:
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}…"
