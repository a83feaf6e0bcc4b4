"""Headers and tables: mod_python's interface, and no way to break a header's line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psp.http.fields import StringField
from psp.http.headers import Headers, Table


def table(*pairs: tuple[str, str]) -> Table:
    made = Table()
    for name, value in pairs:
        made.add(name, value)
    return made


REPEATED = (("a", "1"), ("B", "2"), ("A", "3"))


def test_names_match_in_any_case_and_keep_their_spelling():
    made = Table({"X-One": "1"})
    assert made["x-one"] == "1"
    assert "X-ONE" in made
    assert made.keys() == ["X-One"]


def test_several_values_are_read_as_a_list():
    value = table(*REPEATED)["a"]
    assert type(value) is list
    assert value == ["1", "3"]
    value.append("x")
    assert table(*REPEATED)["a"] == ["1", "3"]


def test_setting_replaces_every_value_in_place_and_keeps_the_first_spelling():
    made = table(*REPEATED)
    made["A"] = "9"
    assert made.items() == [("a", "9"), ("B", "2")]


def test_deleting_drops_every_value_and_is_silent_about_missing_ones():
    made = table(*REPEATED)
    del made["A"]
    del made["nothing"]
    assert made.items() == [("B", "2")]


def test_length_and_iteration_count_repeats():
    made = table(*REPEATED)
    assert len(made) == 3
    assert list(made) == made.keys() == list(made.iterkeys()) == ["a", "B", "A"]
    assert made.values() == list(made.itervalues()) == ["1", "2", "3"]
    assert list(made.iteritems()) == made.items()


def test_get_has_key_setdefault_and_popitem():
    made = Table({"a": "1"})
    assert made.get("A") == "1"
    assert made.get("z") is None
    assert made.get("z", 5) == 5
    made.add("a", "2")
    assert (made.get("A"), made["A"]) == ("1", ["1", "2"])
    made["a"] = "1"
    assert (made.has_key("A"), made.has_key("z")) == (1, 0)
    assert made.setdefault("A", "2") == "1"
    assert made.setdefault("b", "2") == "2"
    assert made.popitem() == ("a", "1")
    assert made.items() == [("b", "2")]
    made.clear()
    with pytest.raises(KeyError):
        made.popitem()


def test_there_is_no_pop_and_no_hash():
    assert not hasattr(Table(), "pop")
    with pytest.raises(TypeError):
        hash(Table())


def test_a_missing_name_is_a_key_error():
    with pytest.raises(KeyError, match="zz"):
        Table()["zz"]


def test_an_empty_table_is_false():
    assert not Table()
    assert Table({"a": "1"})


def test_equality_is_mod_pythons():
    assert Table({"a": "1"}) == Table({"a": "1"})
    assert Table({"a": "1"}) == {"a": "1"}
    assert Table({"a": "1"}) != Table({"A": "1"})
    assert Table({"a": "1"}) != 5
    repeated = table(*REPEATED)
    assert repeated.copy() is not repeated
    assert repeated != repeated.copy()


def test_a_copy_stands_on_its_own():
    made = Table({"a": "1"})
    twin = made.copy()
    twin["a"] = "2"
    assert made["a"] == "1"


@pytest.mark.parametrize("wrong", [1, None, 1.5, ["a"], bytearray(b"x")])
def test_only_text_is_taken(wrong: object):
    made = Table()
    for attempt in (
        lambda: made.__setitem__("k", wrong),
        lambda: made.add("k", wrong),
        lambda: made.__setitem__(wrong, "v"),
        lambda: made.get(wrong),
        lambda: wrong in made,
    ):
        with pytest.raises(TypeError, match="not an ISO-8859-1 string"):
            attempt()
    assert not made


def test_bytes_are_latin_1_so_that_they_go_out_as_they_came():
    made = Headers()
    made[b"X-Raw"] = "é".encode()
    assert made[b"x-raw"] == "Ã©"
    assert [v.encode("latin-1") for _, _, v in made.to_wire()] == ["é".encode()]


def test_update_takes_pairs_mappings_and_tables():
    made = Table({"a": "0", "b": "1"})
    made.add("a", "00")
    made.update([("A", "9")])
    assert made.items() == [("a", "9"), ("b", "1")]
    made.update(table(("B", "7"), ("b", "8")))
    assert made.items() == [("a", "9"), ("B", "7"), ("b", "8")]
    made.update({"c": "3"})
    assert made["c"] == "3"
    with pytest.raises(TypeError):
        made.update(None)


def test_repr_and_the_name_of_the_class():
    assert repr(table(("a", "1"), ("b", "2"))) == "{'a': '1', 'b': '2'}"
    assert type(Headers()).__name__ == type(Table()).__name__ == "mp_table"


@pytest.mark.parametrize("value", ["a\r\nX: 1", "a\n", "a\rb", "a\0b"])
def test_no_value_of_a_header_breaks_its_line(value: str):
    made = Headers({"X": "kept"})
    for attempt in (
        lambda: made.__setitem__("X", value),
        lambda: made.add("X", value),
        lambda: made.setdefault("Y", value),
        lambda: made.update({"X": value}),
        lambda: made.update(Table({"X": value})),
        lambda: Headers({"X": value}),
        lambda: made.add("X", value.encode()),
    ):
        with pytest.raises(ValueError, match="header"):
            attempt()
    assert made.items() == [("X", "kept")]
    assert Table({"note": value})["note"] == value


@pytest.mark.parametrize("name", ["", "a b", "a:", "a\r\n", "ä", "a\0", "(x)"])
def test_the_name_of_a_header_is_a_token(name: str):
    with pytest.raises(ValueError, match="name of a header"):
        Headers().add(name, "x")


def test_received_headers_are_joined_and_decoded():
    made = Headers.received(
        [("Cookie", "a=1"), ("X-Name", "José"), ("cookie", "a=1"), ("X-U", "Ã©")]
    )
    assert made.items() == [("Cookie", "a=1, a=1"), ("X-Name", "José"), ("X-U", "é")]


def test_combined_joins_repeats():
    made = table(*REPEATED)
    assert made.combined("A") == "1, 3"
    assert made.combined("z") == ""
    assert made.combined("z", "d") == "d"


operations = st.lists(
    st.tuples(
        st.sampled_from(["add", "set", "del"]),
        st.sampled_from(["a", "A", "b"]),
        st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0")),
    )
)


@given(operations)
def test_a_table_is_a_list_of_pairs(steps: list[tuple[str, str, str]]):
    made, model = Headers(), []
    for step, name, value in steps:
        same = [at for at, (n, _) in enumerate(model) if n.lower() == name.lower()]
        if step == "add" or (step == "set" and not same):
            model.append((name, value))
        elif step == "set":
            model[same[0]] = (model[same[0]][0], value)
            model = [p for at, p in enumerate(model) if at not in same[1:]]
        else:
            model = [p for at, p in enumerate(model) if at not in same]
        if step == "add":
            made.add(name, value)
        elif step == "set":
            made[name] = value
        else:
            del made[name]
    assert made.items() == model
    for name in ("a", "b"):
        values = [v for n, v in model if n.lower() == name]
        assert made.get_all(name) == values
        assert (name in made) == bool(values)


def test_fields_of_a_form_go_out_as_plain_str():
    made = Headers({StringField("X-One"): StringField("1")})
    made.add("X-Two", StringField("2"))
    assert {type(text) for pair in made.to_wire() for text in pair} == {str}
