"""SessionRules: the text of cookies."""

from __future__ import annotations

import pytest

from psp.session.rules import MOD_PYTHON, PSP, RULES

SID = "0123456789abcdef" * 2


def test_the_cookie_of_the_psp_dialect_is_kept_from_scripts_and_other_sites() -> None:
    assert PSP.cookie(SID) == f"pysid={SID}; Path=/; SameSite=Lax; HttpOnly"


def test_the_cookie_of_the_mod_python_dialect_is_the_recorded_one() -> None:
    assert MOD_PYTHON.cookie(SID) == f"pysid={SID}; path=/"


def test_expired_cookies() -> None:
    assert PSP.expired_cookie(SID) == (
        "pysid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; SameSite=Lax; HttpOnly"
    )
    assert MOD_PYTHON.expired_cookie(SID) == (
        f"pysid={SID}; path=/; expires=Thu, 01-Jan-1970 00:00:00 GMT"
    )


def test_every_attribute_has_its_place() -> None:
    rules = PSP._replace(name="shop", path="/shop/", domain="a.test", secure=True)
    assert rules.cookie("x") == (
        "shop=x; Path=/shop/; Domain=a.test; Secure; SameSite=Lax; HttpOnly"
    )
    plain = MOD_PYTHON._replace(name="oldsid", path="/oldshop", secure=True)
    assert plain.cookie("x") == "oldsid=x; path=/oldshop; secure"


def test_a_host_only_cookie_has_what_browsers_ask_of_the_prefix() -> None:
    rules = PSP._replace(host_only=True, path="/shop/", domain="a.test")
    secure = rules._replace(secure=True)
    assert secure.cookie_name == "__Host-pysid"
    assert secure.cookie("x") == (
        "__Host-pysid=x; Path=/; Secure; SameSite=Lax; HttpOnly"
    )
    assert rules.cookie_name == "pysid"  # browsers refuse the prefix without https


@pytest.mark.parametrize("dialect", ["psp", "mod_python"])
def test_rules_are_found_by_dialect(dialect: str) -> None:
    assert RULES[dialect].dialect == dialect
