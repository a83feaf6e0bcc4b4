"""Session: what pages and handlers see of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest

from psp.errors import LockTimeout, SessionError
from psp.session.base import Session
from psp.session.memory import MemorySessionStore
from psp.session.rules import MOD_PYTHON, PSP, SessionRules

HEX = re.compile("[0-9a-f]{32}")
PRIVATE = [("Vary", "Cookie"), ("Cache-Control", "no-store")]


class Site:
    """A store, a clock that stands still, and a browser that keeps its cookie."""

    def __init__(self, rules: SessionRules = PSP) -> None:
        self.store = MemorySessionStore(lock_seconds=0.02)
        self.rules = rules
        self.now = 1_000_000.0
        self.cookie: str | None = None
        self.sent: list[tuple[str, str]] = []

    def session(self, cookie: str | None = None, **options: Any) -> Session:
        """The session of a visitor with *cookie*; nobody closes it."""
        options = {"rules": self.rules, "clock": lambda: self.now, **options}
        return Session(cookie, self.store, **options)

    @contextmanager
    def request(self, **options: Any) -> Iterator[Session]:
        """One request of the browser, from page code to the end."""
        session = self.session(self.cookie, **options)
        try:
            yield session
            session.commit()
            self.receive(session.headers())
        finally:
            session.close()

    def receive(self, headers: list[tuple[str, str]]) -> None:
        """Does what a browser does with *headers*."""
        self.sent = headers
        for name, value in headers:
            if name == "Set-Cookie":
                kept = value.split(";")[0].removeprefix("pysid=")
                self.cookie = None if "Jan 1970" in value else kept

    def visit(self, **data: Any) -> str:
        """The id of a session that holds *data*."""
        with self.request() as session:
            session.update(data)
        assert self.cookie is not None
        return self.cookie


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def old() -> Site:
    """A site of the mod_python dialect."""
    return Site(MOD_PYTHON)


def cookies(headers: list[tuple[str, str]]) -> list[str]:
    return [value for name, value in headers if name == "Set-Cookie"]


class TestLazily:
    def test_a_session_that_nobody_uses_does_nothing(self, site: Site) -> None:
        with site.request() as session:
            assert isinstance(session, dict)
            assert "not used yet" in repr(session)
        assert site.sent == []
        assert len(site.store) == 0

    def test_it_takes_no_lock_before_it_is_used(self, site: Site) -> None:
        sid = site.visit(a=1)
        first, second = site.session(sid), site.session(sid)
        assert second["a"] == 1
        with pytest.raises(LockTimeout):
            first.get("a")
        second.close()
        assert first["a"] == 1

    def test_reading_an_absent_session_keeps_and_sends_no_id(self, site: Site) -> None:
        with site.request() as session:
            assert session.get("who") is None
            assert session.is_new()
        assert site.sent == PRIVATE
        assert len(site.store) == 0

    def test_writing_makes_a_session_and_sends_its_id_once(self, site: Site) -> None:
        with site.request() as session:
            session["hits"] = 1
        assert site.sent[:2] == PRIVATE
        assert site.cookie is not None
        assert HEX.fullmatch(site.cookie)
        assert cookies(site.sent) == [PSP.cookie(site.cookie)]
        with site.request() as session:
            session["hits"] += 1
            assert not session.is_new()
        assert site.sent == PRIVATE
        with site.request() as session:
            assert session == {"hits": 2}

    def test_asking_for_the_id_keeps_the_session(self, site: Site) -> None:
        with site.request() as session:
            sid = session.id()
        with site.request() as session:
            assert session.id() == sid
            assert not session.is_new()

    def test_saving_by_hand_keeps_an_empty_session(self, site: Site) -> None:
        with site.request() as session:
            session.save()
        with site.request() as session:
            assert not session.is_new()

    def test_inner_changes_are_kept(self, site: Site) -> None:
        site.visit(cart=[{"n": 1}])
        with site.request() as session:
            session["cart"][0]["n"] = 2
        with site.request() as session:
            assert session["cart"] == [{"n": 2}]

    def test_requests_share_no_objects(self, site: Site) -> None:
        cart = [1]
        site.visit(cart=cart)
        cart.append(2)
        with site.request() as session:
            assert session["cart"] == [1]

    def test_a_page_that_fails_changes_nothing(self, site: Site) -> None:
        site.visit(who="Mia")
        with pytest.raises(ZeroDivisionError), site.request() as session:
            session["who"] = "Eve"
            raise ZeroDivisionError
        with site.request() as session:
            assert session["who"] == "Mia"

    def test_a_closed_session_cannot_be_opened(self, site: Site) -> None:
        session = site.session()
        session.close()
        with pytest.raises(SessionError, match="is over"):
            session.get("a")


class TestHeadersThatGoEarly:
    def test_a_used_session_sends_its_id_in_case_it_is_kept(self, site: Site) -> None:
        session = site.session()
        session.get("a")
        site.receive(session.headers())
        session["a"] = 1
        session.commit()
        session.close()
        with site.request() as session:
            assert session == {"a": 1}

    def test_an_unused_session_may_still_make_the_page_private(
        self, site: Site
    ) -> None:
        assert site.session().headers() == PRIVATE

    def test_a_session_that_cannot_be_announced_is_not_kept(self, site: Site) -> None:
        session = site.session()
        session.headers()
        session["a"] = 1
        with pytest.raises(SessionError, match=r"before psp\.flush"):
            session.commit()
        assert len(site.store) == 0

    def test_reading_is_fine_at_any_time(self, site: Site) -> None:
        session = site.session()
        session.headers()
        assert session.get("a") is None
        session.commit()

    def test_no_new_id_then(self, site: Site) -> None:
        sid = site.visit(a=1)
        session = site.session(sid)
        session.headers()
        with pytest.raises(SessionError, match="headers are out"):
            session.regenerate()
        assert session.id() == sid


class TestIds:
    @pytest.mark.parametrize(
        "bad",
        [
            "",
            "../../etc/passwd",
            "0" * 31,
            "0" * 33,
            "A" * 32,
            "0" * 32 + "\n",
            "٣" * 32,
            "\udcff" * 32,
            "0" * 32,
        ],
    )
    def test_an_id_that_is_not_ours_is_never_adopted(
        self, site: Site, bad: str
    ) -> None:
        session = site.session(bad)
        session["a"] = 1
        assert session.is_new()
        assert session.id() != bad
        assert HEX.fullmatch(session.id())

    def test_ids_differ(self, site: Site) -> None:
        assert len({site.session().id() for _ in range(100)}) == 100

    def test_the_store_does_not_know_the_id(self, site: Site) -> None:
        sid = site.visit(a=1)
        (key,) = site.store._records
        assert sid not in key
        assert re.fullmatch("[0-9a-f]{64}", key)

    def test_an_id_given_by_hand_wins_over_the_cookie(self, site: Site) -> None:
        sid = site.visit(a=1)
        session = site.session("0" * 32, sid=sid)
        assert session["a"] == 1

    def test_a_bad_id_given_by_hand_is_an_error(self, site: Site) -> None:
        with pytest.raises(ValueError, match="32 digits"):
            site.session(sid="short")


class TestTime:
    def test_a_session_is_over_after_its_timeout(self, site: Site) -> None:
        sid = site.visit(a=1)
        site.now += PSP.timeout
        assert site.session(sid, lock=False) == {"a": 1}
        site.now += 0.5
        session = site.session(sid)
        assert session == {}
        assert session.id() != sid

    def test_using_it_prolongs_it(self, site: Site) -> None:
        site.visit(a=1)
        for _ in range(10):
            site.now += PSP.timeout * 0.8
            with site.request() as session:
                assert session["a"] == 1

    def test_unchanged_data_are_stored_when_a_tenth_has_passed(
        self, site: Site
    ) -> None:
        site.visit(a=1)
        (before,) = site.store._records.values()
        site.now += PSP.timeout / 10
        with site.request() as session:
            session["a"] = 1
        assert list(site.store._records.values()) == [before]
        site.now += 1
        with site.request() as session:
            session.get("a")
        (after,) = site.store._records.values()
        assert after.accessed == site.now

    def test_times_and_timeout(self, site: Site) -> None:
        with site.request(timeout=90) as session:
            assert session.timeout() == 90
            session["a"] = 1
        start = site.now
        site.now += 5
        with site.request() as session:
            assert session.created() == start
            assert session.last_accessed() == site.now
            assert session.timeout() == 90
            session.set_timeout(777)
        with site.request() as session:
            assert session.timeout() == 777

    def test_whole_seconds_print_as_such(self, site: Site) -> None:
        site.rules = PSP._replace(timeout=1800.0)
        assert str(site.session().timeout()) == "1800"
        session = site.session()
        session.set_timeout(0.5)
        assert session.timeout() == 0.5

    def test_saving_forgets_sessions_that_are_over(self, site: Site) -> None:
        for n in range(10):
            session = site.session()
            session["n"] = n
            session.commit()
            session.close()
        site.now += PSP.timeout + 1
        site.visit(a=1)
        assert len(site.store) == 1

    def test_cleanup_by_hand(self, site: Site) -> None:
        site.visit(a=1)
        site.now += PSP.timeout + 1
        site.session().cleanup()
        assert len(site.store) == 0


class TestEnding:
    def test_invalidate_removes_data_and_cookie(self, site: Site) -> None:
        site.visit(a=1)
        with site.request() as session:
            session.invalidate()
            assert session == {}
            session["b"] = 2
            session.save()
        assert len(site.store) == 0
        assert site.cookie is None
        assert cookies(site.sent) == [PSP.expired_cookie("")]

    def test_invalidating_nothing_sends_no_cookie(self, site: Site) -> None:
        with site.request() as session:
            session["a"] = 1
            session.invalidate()
        assert cookies(site.sent) == []

    @pytest.mark.parametrize("lock", [True, False])
    def test_a_slower_request_cannot_undo_it(self, site: Site, lock: bool) -> None:
        sid = site.visit(a=1)
        slow = site.session(sid, lock=lock)
        slow["a"] = 2
        slow.unlock()
        quick = site.session(sid)
        quick.invalidate()
        quick.commit()
        quick.close()
        slow.commit()
        slow.save()
        slow.regenerate()
        slow.commit()
        assert len(site.store) == 0

    def test_loading_what_was_ended_does_not_bring_it_back(self, site: Site) -> None:
        sid = site.visit(a=1)
        slow = site.session(sid, lock=False)
        assert slow["a"] == 1
        site.session(sid, lock=False).invalidate()
        assert slow.load() is False
        slow.save()
        assert len(site.store) == 0

    def test_delete_empties_and_a_later_save_stores(self, site: Site) -> None:
        sid = site.visit(a=1)
        with site.request() as session:
            session.delete()
            assert session == {}
            assert len(site.store) == 0
            session["b"] = 2
        assert site.session(sid) == {"b": 2}

    def test_deleting_leaves_nothing_behind(self, site: Site) -> None:
        site.visit(a=1)
        with site.request() as session:
            session.delete()
        assert len(site.store) == 0

    def test_a_session_that_ends_while_it_moves_stays_ended(self, site: Site) -> None:
        class Racing(MemorySessionStore):
            def delete(self, key: str) -> bool:
                super().delete(key)  # another request is faster
                return super().delete(key)

        site.store = Racing()
        sid = site.visit(a=1)
        session = site.session(sid)
        session.regenerate()
        session.commit()
        assert len(site.store) == 0

    def test_regenerate_keeps_the_data_and_kills_the_old_id(self, site: Site) -> None:
        sid = site.visit(a=1)
        with site.request() as session:
            session["b"] = 2
            session.regenerate()
            assert site.session(sid, lock=False) == {}
        assert site.cookie not in (None, sid)
        with site.request() as session:
            assert session == {"a": 1, "b": 2}
        assert len(site.store) == 1

    def test_regenerate_lets_go_of_the_old_lock_and_holds_the_new(
        self, site: Site
    ) -> None:
        sid = site.visit(a=1)
        session = site.session(sid)
        session.regenerate()
        assert site.session(sid).is_new()
        with pytest.raises(LockTimeout):
            site.session(session.id()).get("a")
        session.close()

    def test_a_new_session_just_gets_another_id(self, site: Site) -> None:
        with site.request() as session:
            first = session.id()
            session.regenerate()
            session["a"] = 1
            assert session.id() != first
        assert len(cookies(site.sent)) == 1
        with site.request() as session:
            assert session == {"a": 1}


class TestLocks:
    def test_sessions_of_one_request_do_not_wait_for_each_other(
        self, site: Site
    ) -> None:
        sid = site.visit(a=1)
        request = object()
        first = site.session(sid, owner=request)
        second = site.session(sid, owner=request)
        first["a"] = 2
        second["b"] = 3
        first.commit()
        second.commit()  # the last one counts, as with any two copies
        first.close()
        with pytest.raises(LockTimeout):
            site.session(sid).get("a")
        second.close()
        assert site.session(sid) == {"a": 1, "b": 3}

    def test_a_save_without_the_lock_loses_nothing_silently(self, site: Site) -> None:
        sid = site.visit(n=0)
        early = site.session(sid)
        early["n"] += 1
        early.unlock()
        with site.request() as session:
            session["n"] += 10
        early.lock()
        with pytest.raises(SessionError, match="another request has changed"):
            early.save()
        assert early.load()
        early["n"] += 1
        early.save()
        early.close()
        assert site.session(sid) == {"n": 11}

    def test_without_locks_the_second_of_two_savers_fails(self, site: Site) -> None:
        sid = site.visit(n=0)
        one, two, three = (site.session(sid, lock=False) for _ in range(3))
        for session in (one, two, three):
            session["n"] += 1
        one.save()
        one.save()
        with pytest.raises(SessionError, match="another request has changed"):
            two.save()
        with pytest.raises(SessionError, match="another request has changed"):
            three.regenerate()
        assert site.session(sid) == {"n": 1}

    def test_who_could_not_get_the_lock_may_try_again(self, site: Site) -> None:
        sid = site.visit(a=1)
        holder, waiter = site.session(sid), site.session(sid)
        holder.lock()
        holder.lock()
        with pytest.raises(LockTimeout, match="another request"):
            waiter["a"] = 2
        waiter.commit()
        assert waiter.headers() == []
        holder.close()
        assert waiter["a"] == 1

    def test_nothing_stays_locked(self, site: Site) -> None:
        site.visit(a=1)
        with site.request() as session:
            session.regenerate()
        with pytest.raises(KeyError), site.request() as session:
            session["none"]
        with site.request() as session:
            session.invalidate()
        assert len(site.store._locks) == 0

    def test_no_update_of_many_threads_is_lost(self) -> None:
        site = Site()
        site.store = MemorySessionStore()
        sid = site.visit(n=0)
        share = [13, 13, 13, 13, 12, 12, 12, 12]
        errors = list[BaseException]()

        def count(times: int) -> None:
            try:
                for _ in range(times):
                    session = site.session(sid)
                    session["n"] += 1
                    session.commit()
                    session.close()
            except BaseException as error:
                errors.append(error)

        threads = [Thread(target=count, args=(times,)) for times in share]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert site.session(sid) == {"n": 100}


class TestModPython:
    def test_it_is_made_at_once_and_kept_unchanged(self, old: Site) -> None:
        with old.request():
            pass
        assert old.sent == [
            ("Cache-Control", 'no-cache="set-cookie"'),
            ("Set-Cookie", f"pysid={old.cookie}; path=/"),
        ]
        with old.request() as session:
            assert not session.is_new()
            assert session == {}
        assert old.sent == []

    def test_it_is_locked_at_once(self, old: Site) -> None:
        sid = old.visit()
        session = old.session(sid)
        with pytest.raises(LockTimeout):
            old.session(sid)
        session.close()

    def test_invalidate_sends_the_expired_cookie(self, old: Site) -> None:
        sid = old.visit(a=1)
        with old.request() as session:
            session.invalidate()
        assert old.sent == [
            ("Cache-Control", 'no-cache="set-cookie"'),
            (
                "Set-Cookie",
                f"pysid={sid}; path=/; expires=Thu, 01-Jan-1970 00:00:00 GMT",
            ),
        ]

    def test_a_new_session_that_is_invalidated_sends_both(self, old: Site) -> None:
        with old.request() as session:
            sid = session.id()
            session.invalidate()
        assert cookies(old.sent) == [
            f"pysid={sid}; path=/",
            f"pysid={sid}; path=/; expires=Thu, 01-Jan-1970 00:00:00 GMT",
        ]

    def test_delete_is_followed_by_an_empty_record(self, old: Site) -> None:
        sid = old.visit(a=1)
        with old.request() as session:
            session.delete()
        session = old.session(sid)
        assert session == {}
        assert not session.is_new()

    def test_load_updates(self, old: Site) -> None:
        with old.request() as session:
            session["a"] = 1
            session.save()
            session.update(a=3, b=2)
            assert session.load()
            assert session == {"a": 1, "b": 2}

    def test_a_dict_operation_needs_no_more_opening(self, old: Site) -> None:
        assert repr(old.session()) == "{}"


class Vanishing:
    """Can be pickled, but not read again."""

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return int, ("not a number",)


class TestBadValues:
    def test_the_error_names_the_key(self, site: Site) -> None:
        session = site.session()
        session["fine"] = 1
        session["f"] = lambda: 1
        with pytest.raises(SessionError, match=r"session\['f'\] cannot be stored"):
            session.commit()
        session.close()

    def test_what_cannot_be_read_is_an_error_that_locks_nothing(
        self, site: Site
    ) -> None:
        sid = site.visit(a=Vanishing())
        with pytest.raises(SessionError, match="cannot be read"):
            site.session(sid).get("a")
        assert len(site.store._locks) == 0

    def test_too_deep_a_value_is_an_error(self, site: Site) -> None:
        deep: list[Any] = []
        for _ in range(100_000):
            deep = [deep]
        session = site.session()
        session["deep"] = deep
        with pytest.raises(SessionError, match="deep"):
            session.save()
        session.close()
        session.clear()
        while deep:
            deep = deep.pop()
