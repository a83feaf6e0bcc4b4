"""RedisFragments: pieces of ``psp.cache`` that all processes and machines share."""

from __future__ import annotations

from hashlib import sha256
from logging import getLogger
from time import monotonic

import redis

from .errors import SettingsError

ANSWER_SECONDS = 1.0  # how long to wait for the server
REST_SECONDS = 5.0  # how long not to ask again one that did not answer


class RedisFragments:
    """Keeps pieces in the Redis at *url*, under names of their own for each *site*.

    A Redis that does not answer keeps nothing: pages run as if there was none. Raises
    SettingsError for a *url* that is none.
    """

    def __init__(self, url: str, site: str):
        try:
            self._client: redis.Redis = redis.Redis.from_url(
                url,
                socket_timeout=ANSWER_SECONDS,
                socket_connect_timeout=ANSWER_SECONDS,
            )
        except ValueError as error:
            raise SettingsError(f"pieces_url cannot be used: {error}") from error
        self._site = site
        self._rest_until = 0.0

    def get(self, key: str) -> str | None:
        """The text kept under *key*, None if there is none or its time is over."""
        if monotonic() < self._rest_until:
            return None
        try:
            found = self._client.get(self._name(key))
        except redis.RedisError as error:
            self._rest(error)
            return None
        if not isinstance(found, bytes):
            return None
        return found.decode("utf-8", "surrogatepass")

    def set(self, key: str, text: str, seconds: float | None) -> None:
        """Keep *text* for *seconds*, or for as long as Redis keeps it."""
        over = None if seconds is None else int(seconds * 1000)
        if monotonic() < self._rest_until or (over is not None and over <= 0):
            return
        data = text.encode("utf-8", "surrogatepass")
        try:
            self._client.set(self._name(key), data, px=over)
        except redis.RedisError as error:
            self._rest(error)

    def _name(self, key: str) -> str:
        digest = sha256(f"{self._site}\0{key}".encode("utf-8", "surrogatepass"))
        return f"psp:piece:{digest.hexdigest()}"

    def _rest(self, error: redis.RedisError) -> None:
        """Ask no more for a while: *error* has cost the visitor time."""
        self._rest_until = monotonic() + REST_SECONDS
        getLogger("psp").warning("pieces are not kept: %s", error)
