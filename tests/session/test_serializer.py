"""Serializers: what they keep, what they refuse, and what damage does to them."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import OrderedDict
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from math import inf, isnan, nan
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from psp.errors import BadSignature, SessionError
from psp.http.fields import StringField
from psp.session import serializer
from psp.session.serializer import DEPTH, JSON, SignedPickle

HOUR = timezone(timedelta(hours=1))

VALUE = [
    None,
    True,
    -1,
    1 << 64,
    -(10**5000),
    0.1,
    inf,
    "",
    "\udcff\0\u2028",
    b"\x00\xff",
    (),
    (1, (2,)),
    [],
    set(),
    {1, "a", b"b", None, (1, frozenset({2}))},
    frozenset({"x"}),
    datetime(2026, 2, 3, 4, 5, 6, 789),
    datetime(2026, 2, 3, tzinfo=UTC),
    datetime(2026, 2, 3, tzinfo=HOUR),
    date(2026, 2, 3),
    time(1, 2, 3, 4),
    timedelta(days=-1, microseconds=5),
    Decimal("1.10"),
    Decimal("NaN"),
    Markup("<b>"),
    {"%": 1},
    {"%bytes": "AA=="},
    {"%bytes": "AA==", "other": 1},
    {1: "a", "1": "b", None: "c", 2.5: "d", b"e": "f", date(2026, 1, 1): "g"},
]


@pytest.mark.parametrize("value", VALUE, ids=range(len(VALUE)))
def test_json_gives_back_what_it_took(value: Any) -> None:
    back = JSON.loads(JSON.dumps({"key": [value]}))["key"][0]
    assert type(back) is type(value)
    assert back == value or repr(back) == repr(value)


def test_json_keeps_what_is_no_number() -> None:
    assert isnan(JSON.loads(JSON.dumps(nan)))


def test_text_of_forms_comes_back_as_text() -> None:
    field = StringField("Mia", "name")
    back = JSON.loads(JSON.dumps({field: field}))
    assert back == {"Mia": "Mia"}
    assert {type(text) for item in back.items() for text in item} == {str}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (object(), "cannot keep values of type object"),
        (OrderedDict(a=1), r"of type collections\.OrderedDict"),
        (1j, "of type complex"),
        ({(1, 2): 3}, r"the key \(1, 2\) is a tuple"),
        ({frozenset(): 3}, "is a frozenset"),
        ({object(): 3}, "of type object"),
    ],
)
def test_what_json_cannot_keep_is_named(value: Any, message: str) -> None:
    with pytest.raises(SessionError, match=message):
        JSON.dumps({"key": value})


def nested(depth: int, kind: Any = list) -> Any:
    value: Any = kind()
    for _ in range(depth - 1):
        value = [value] if kind is list else {1: value}
    return value


@pytest.mark.parametrize("kind", [list, dict])
def test_depth_is_bounded(kind: Any) -> None:
    value = nested(DEPTH, kind)
    assert JSON.loads(JSON.dumps(value)) == value
    with pytest.raises(SessionError, match="nested more than 50 levels"):
        JSON.dumps(nested(DEPTH + 1, kind))


def test_a_list_in_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(SessionError, match="contains itself"):
        JSON.dumps(endless)


def test_what_doubles_at_every_level_is_refused_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(serializer, "VALUES", 10_000)
    value: list[Any] = []
    for _ in range(DEPTH - 1):
        value = [value, value]
    with pytest.raises(SessionError, match="more than 10000 values"):
        JSON.dumps(value)


def test_equal_data_are_equal_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    code = (
        "from psp.session.serializer import JSON;"
        "print(JSON.dumps({'s': {str(n) for n in range(99)}}))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"\xff",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'"' + b'\\"' * 100_000 + b"[" * 1000,
        b"\\" * 1000 + b'"[' * 1000,
        b"9" * 100_000,
        b'{"%bytes":"\xc3"}',
        b'{"%bytes":"A"}',
        b'{"%bytes":1}',
        b'{"%int":"0x"}',
        b'{"%date":"2026-13-01"}',
        b'{"%timedelta":"1"}',
        b'{"%timedelta":"9999999999,0,0"}',
        b'{"%decimal":"x"}',
        b'{"%set":[[]]}',
        b'{"%dict":[1]}',
        b'{"%dict":[[1]]}',
        b'{"%dict":[[[],1]]}',
        b'{"%what":[]}',
        b'{"%tuple":[],"a":1}',
        b"cos\nsystem\n(S'true'\ntR.",
    ],
)
def test_bad_data_is_a_session_error(bad: bytes) -> None:
    with pytest.raises(SessionError):
        JSON.loads(bad)


@given(st.binary())
def test_whatever_bytes_are_read_as_json_or_refused(bad: bytes) -> None:
    try:
        JSON.loads(bad)
    except SessionError:
        pass


def test_damage_of_any_kind_is_read_or_refused() -> None:
    good = JSON.dumps({str(n): value for n, value in enumerate(VALUE)})
    rng = random.Random(1)
    for _ in range(1000):
        bad = bytearray(good)
        bad[rng.randrange(len(bad))] ^= 1 << rng.randrange(8)
        try:
            JSON.loads(
                bytes(bad[: rng.randrange(len(bad))] if rng.random() < 0.2 else bad)
            )
        except SessionError:
            pass


class Point:
    """A class of a site."""

    x = 1


def test_signed_pickle_keeps_objects() -> None:
    pickle = SignedPickle(b"k" * 32)
    assert pickle.loads(pickle.dumps(Point())).x == 1


def test_nothing_is_unpickled_that_the_key_has_not_signed() -> None:
    pickle = SignedPickle(b"k" * 32)
    good = pickle.dumps({"a": 1})
    evil = b"cbuiltins\nexit\n(I1\ntR."
    for bad in (
        evil,
        good[:32] + evil,
        good[:-1],
        b"",
        SignedPickle(b"K" * 32).dumps(1),
    ):
        with pytest.raises(BadSignature):
            pickle.loads(bad)


def test_a_class_that_has_gone_is_a_session_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pickle = SignedPickle(b"k" * 32)
    data = pickle.dumps(Point())
    monkeypatch.delattr(sys.modules[__name__], "Point")
    with pytest.raises(SessionError, match="Point"):
        pickle.loads(data)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32 bytes"):
        SignedPickle(b"short")
