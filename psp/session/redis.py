"""RedisSessionStore: sessions in Redis, for sites of more than one machine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import redis

from ..errors import SessionError, SessionUnavailable, SettingsError
from .leases import LEASE_SECONDS, Leases
from .locks import LOCK_SECONDS
from .record import MarkedSerializer, next_record, pack_record, unpack_record
from .serializer import JSON
from .store import ANY, SessionData

ANSWER_SECONDS = 3.0  # how long to wait for the server

# A record is a hash of its version and its bytes. Redis forgets it some time after
# it is over, by its own clock; before that, ours decides.
_GRACE_SECONDS = 60.0

_SAVE = """
local known = redis.call('HGET', KEYS[1], 'version')
local wanted = ARGV[1]
if not known and wanted ~= '0' then return 0 end
if known and wanted ~= known and wanted ~= '-1' then return 1 end
if ARGV[5] ~= '' and redis.call('GET', KEYS[2]) ~= ARGV[5] then return 2 end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'record', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 3
"""
_RENEW = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""
_END = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""
_DELETED, _CHANGED, _LOST = 0, 1, 2


class RedisSessionStore:
    """Keeps sessions in the Redis database *url*, under names that start with *name*.

    Redis itself forgets sessions that are over. How much a crash of the server loses
    is its own setting (``appendonly``). Raises SessionUnavailable where the server
    does not answer, SessionError where it refuses to write.
    """

    def __init__(
        self,
        url: str,
        name: str = "psp",
        serializer: MarkedSerializer = JSON,
        lock_seconds: float = LOCK_SECONDS,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        self.serializer = serializer
        try:
            self._client: redis.Redis = redis.Redis.from_url(
                url,
                socket_timeout=ANSWER_SECONDS,
                socket_connect_timeout=ANSWER_SECONDS,
            )
        except ValueError as error:
            raise SettingsError(f"session.url cannot be used: {error}") from error
        self._name = name
        self._save, self._renew, self._end = (
            self._client.register_script(text) for text in (_SAVE, _RENEW, _END)
        )
        self._leases = Leases(self, lock_seconds, lease_seconds)

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def load(self, key: str) -> SessionData | None:
        """The record of *key*, over or not, or None."""
        with _told():
            packed: Any = self._client.hget(self._of(key), "record")
        if packed is None:
            return None
        return unpack_record(key, packed, self.serializer.mark)

    def save(self, key: str, data: SessionData) -> SessionData | None:
        """The record as stored; None if deleted meanwhile, SessionError if changed."""
        stored = next_record(None, data._replace(version=0))
        assert stored is not None
        over = max(0.0, data.accessed + data.timeout - time.time()) + _GRACE_SECONDS
        token = self._leases.token(key) if data.version == ANY else None
        with _told():
            outcome = self._save(
                keys=[self._of(key), self._lease_of(key)],
                args=[
                    data.version,
                    stored.version,
                    pack_record(key, stored, self.serializer.mark),
                    int(over * 1000),
                    token or "",
                ],
            )
        if outcome == _CHANGED:
            raise SessionError("another request has changed this session meanwhile")
        if outcome == _LOST:
            raise SessionError("this request has lost its lock of the session")
        return None if outcome == _DELETED else stored

    def delete(self, key: str) -> bool:
        """Forgets *key*; says whether there was anything to forget."""
        with _told():
            return bool(self._client.delete(self._of(key)))

    def expire(self, now: float) -> None:
        """Nothing to do: Redis forgets by itself."""

    def keys(self) -> list[str]:
        """The keys of all sessions that are kept, those that are over included."""
        start, pattern = len(self._of("")) - 1, f"{self._name}:session:*"
        with _told():
            found = self._client.scan_iter(pattern, count=1000)
            return [name[start:-1].decode() for name in found]

    def lock(self, key: str, owner: object) -> AbstractContextManager[None]:
        """Holds *key* for *owner* alone, who may take it again; raises LockTimeout."""
        return self._leases.hold(key, owner)

    def take_lease(self, name: str, token: str, seconds: float) -> bool:
        """Gives *name* to *token* for *seconds*, if nobody has it."""
        with _told():
            wanted, life = self._lease_of(name), int(seconds * 1000)
            return bool(self._client.set(wanted, token, nx=True, px=life))

    def renew_lease(self, name: str, token: str, seconds: float) -> bool:
        """Gives it *seconds* from now, if *token* still has it."""
        with _told():
            args = (token, str(int(seconds * 1000)))
            return bool(self._renew(keys=[self._lease_of(name)], args=args))

    def end_lease(self, name: str, token: str) -> None:
        """Takes it from *token*, if that has it."""
        with _told():
            self._end(keys=[self._lease_of(name)], args=[token])

    def _of(self, key: str) -> str:
        # In a cluster, what is in braces decides where a name lives: one place.
        return f"{self._name}:session:{{{key}}}"

    def _lease_of(self, key: str) -> str:
        return f"{self._name}:lease:{{{key}}}"


@contextmanager
def _told() -> Iterator[None]:
    """Errors of Redis as those of sessions."""
    try:
        yield
    except (redis.ConnectionError, redis.TimeoutError) as error:
        raise SessionUnavailable(f"the sessions cannot be reached: {error}") from error
    except redis.RedisError as error:
        raise SessionError(f"the sessions cannot be used: {error}") from error
