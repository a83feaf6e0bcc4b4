"""What ``<%@ page session="…" %>`` makes of a session."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from markupsafe import Markup

from psp.errors import LockTimeout, SessionError
from psp.session.base import Session
from psp.session.serializer import JSON

from .test_base import PRIVATE, Site, cookies


@pytest.fixture
def site() -> Site:
    return Site()


class TestRead:
    def test_it_neither_waits_nor_locks(self, site: Site) -> None:
        sid = site.visit(cart=["tea"])
        holder = site.session(sid)
        holder.lock()
        with site.request(mode="read") as session:
            assert session["cart"] == ["tea"]
        holder.close()

    def test_it_is_private_all_the_same(self, site: Site) -> None:
        site.visit(a=1)
        with site.request(mode="read") as session:
            assert session["a"] == 1
        assert site.sent == PRIVATE

    def test_it_saves_nothing_however_old_the_record_is(self, site: Site) -> None:
        sid = site.visit(a=1)
        site.now += 1000
        with site.request(mode="read") as session:
            assert session["a"] == 1
        site.now += 1000  # 2000 seconds since it was saved
        assert site.session(sid).is_new()

    def test_a_visitor_without_a_session_gets_none(self, site: Site) -> None:
        with site.request(mode="read") as session:
            assert session.get("a") is None and session.is_new()
        assert not cookies(site.sent) and len(site.store) == 0

    @pytest.mark.parametrize(
        "change",
        [
            lambda session: session.save(),
            lambda session: session.delete(),
            lambda session: session.invalidate(),
            lambda session: session.regenerate(),
            lambda session: session.set_timeout(60),
            lambda session: session.lock(),
        ],
        ids=["save", "delete", "invalidate", "regenerate", "set_timeout", "lock"],
    )
    def test_what_would_change_it_is_an_error(
        self, site: Site, change: Callable[[Session], object]
    ) -> None:
        sid = site.visit(a=1)
        session = site.session(sid, mode="read")
        with pytest.raises(SessionError, match='session="read"'):
            change(session)
        assert site.session(sid)["a"] == 1

    @pytest.mark.parametrize(
        "change",
        [
            lambda session: session.update(a=2),
            lambda session: session["cart"].append("milk"),
            lambda session: session.flash("Hello"),
        ],
        ids=["value", "inner value", "message"],
    )
    def test_no_change_is_lost_in_silence(
        self, site: Site, change: Callable[[Session], object]
    ) -> None:
        sid = site.visit(cart=["tea"])
        session = site.session(sid, mode="read")
        change(session)
        with pytest.raises(SessionError, match='session="read"'):
            session.commit()
        assert dict(site.session(sid)) == {"cart": ["tea"]}

    def test_an_id_that_would_not_be_kept_is_an_error(self, site: Site) -> None:
        with pytest.raises(SessionError):
            site.session(None, mode="read").id()
        sid = site.visit(a=1)
        assert site.session(sid, mode="read").id() == sid


class TestWrite:
    def test_it_is_locked_before_it_is_used(self, site: Site) -> None:
        sid = site.visit(a=1)
        session = site.session(sid, mode="write")
        with pytest.raises(LockTimeout):
            site.session(sid).lock()
        session.close()
        site.session(sid).lock()

    def test_looking_makes_no_record(self, site: Site) -> None:
        with site.request(mode="write"):
            pass
        assert not cookies(site.sent) and len(site.store) == 0


class TestNone:
    @pytest.mark.parametrize(
        "use",
        [
            lambda session: session.get("a"),
            lambda session: session.is_new(),
            lambda session: session.id(),
            lambda session: session.flashes(),
            lambda session: session.csrf_token(),
        ],
        ids=["get", "is_new", "id", "flashes", "csrf_token"],
    )
    def test_using_it_is_an_error(
        self, site: Site, use: Callable[[Session], object]
    ) -> None:
        sid = site.visit(a=1)
        with pytest.raises(SessionError, match='session="none"'):
            use(site.session(sid, mode="none"))

    def test_not_using_it_is_none(self, site: Site) -> None:
        site.visit(a=1)
        with site.request(mode="none"):
            pass
        assert site.sent == []


class TestFlashes:
    def test_they_are_shown_once_and_in_order(self, site: Site) -> None:
        with site.request() as session:
            session.flash("Saved.")
            session.flash("Nearly full.", "warning")
        with site.request() as session:
            shown = session.flashes()
            assert [(one.text, one.kind) for one in shown] == [
                ("Saved.", "info"),
                ("Nearly full.", "warning"),
            ]
            assert session.flashes() == []
        with site.request() as session:
            assert session.flashes() == [] and dict(session) == {}

    def test_the_page_that_has_them_may_show_them(self, site: Site) -> None:
        session = site.session()
        session.flash("Now.")
        assert session.flashes() == [("Now.", "info")]

    def test_a_page_that_fails_leaves_them_for_the_next(self, site: Site) -> None:
        with site.request() as session:
            session.flash("Saved.")
        failing = site.session(site.cookie)
        assert failing.flashes()
        failing.close()  # without commit
        with site.request() as session:
            assert session.flashes() == [("Saved.", "info")]

    def test_a_page_that_only_reads_leaves_them_too(self, site: Site) -> None:
        with site.request() as session:
            session.flash("Saved.")
        with site.request(mode="read") as session:
            assert session.flashes() == []
        with site.request() as session:
            assert session.flashes() == [("Saved.", "info")]

    def test_they_outlive_a_new_id(self, site: Site) -> None:
        with site.request() as session:
            session.flash("Welcome.")
            session.regenerate()
        with site.request() as session:
            assert session.flashes() == [("Welcome.", "info")]

    def test_every_store_can_keep_them(self, site: Site) -> None:
        site.store.serializer = JSON
        with site.request() as session:
            session.flash(Markup("<b>Saved.</b>"), "good")
        with site.request() as session:
            (shown,) = session.flashes()
        assert shown == ("<b>Saved.</b>", "good")
        assert isinstance(shown.text, Markup)

    def test_looking_makes_no_session(self, site: Site) -> None:
        with site.request() as session:
            assert session.flashes() == []
        assert not cookies(site.sent) and len(site.store) == 0


class TestTokens:
    def test_a_session_accepts_its_own_and_no_other(self, site: Site) -> None:
        session, other = site.session(), site.session()
        token = session.csrf_token()
        assert session.accepts(token) and not other.accepts(token)

    def test_one_is_reason_enough_to_keep_the_session(self, site: Site) -> None:
        with site.request() as session:
            token = session.csrf_token()
        with site.request() as session:
            assert session.accepts(token)

    def test_a_new_id_ends_them(self, site: Site) -> None:
        with site.request() as session:
            old = session.csrf_token()
            session.regenerate()
            assert not session.accepts(old)
            assert session.accepts(session.csrf_token())
