"""psp.form: what annotations ask of fields, and how they are filled in again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from io import BytesIO
from typing import Annotated, Any, Literal

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder

from psp.form import (
    AsSent,
    Email,
    Form,
    Invalid,
    Length,
    Pattern,
    Range,
    Size,
    Upload,
)
from psp.http.forms import FieldStorage
from psp.http.headers import Headers
from psp.http.request import Request

Text = str | bytes


class Colour(Enum):
    RED = "red"
    BLUE = 2


class Everything(Form):
    name: Annotated[str, Length(2, 5)]
    nick: str = "none"
    mail: Email | None
    age: Annotated[int, Range(0, 150)] = 18
    weight: float | None
    price: Decimal | None
    born: Annotated[date | None, Range(max=date(2020, 1, 1))]
    wakes: time | None
    meets: datetime | None
    topic: Literal["idea", "bug", 3] = "idea"
    colour: Colour | None
    tags: Annotated[list[Annotated[str, Length(max=3)]], Length(max=2)]
    agree: bool
    code: Annotated[str, Pattern("[a-z]+", "Small letters only.")] = "x"
    password: Annotated[str, AsSent()] = ""


def sent(*pairs: tuple[str, Text]) -> FieldStorage:
    """The fields of a form with *pairs* in it."""
    fields = FieldStorage(Request(method="GET"), True)
    for name, value in pairs:
        fields.add_field(name, value)
    return fields


def filled(**changes: Text) -> Everything:
    """The form with everything right but *changes*."""
    return Everything(sent(*({"name": "Ada"} | changes).items()))


@pytest.fixture
def upload() -> Iterator[Callable[[int], FieldStorage]]:
    """Makes forms with a file of so many bytes; their files are closed in the end."""
    with ExitStack() as stack:

        def make(size: int) -> FieldStorage:
            data = {"f": (BytesIO(b"x" * size), "n.bin")}
            environ = EnvironBuilder(method="POST", data=data).get_environ()
            stream = stack.enter_context(closing(environ["wsgi.input"]))
            request = Request(
                method="POST",
                headers=Headers({"Content-Type": environ["CONTENT_TYPE"]}),
                stream=stream,
                content_length=int(environ["CONTENT_LENGTH"]),
            )
            return stack.enter_context(closing(FieldStorage(request)))

        yield make


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("name", " Ada\t", "Ada"),
        ("nick", "", "none"),
        ("nick", "a\r\nb", "a\nb"),
        ("mail", "ada@example.org", "ada@example.org"),
        ("mail", " ", None),
        ("age", "150", 150),
        ("age", "", 18),
        ("weight", "-1.5e3", -1500.0),
        ("price", "0.10", Decimal("0.10")),
        ("born", "2019-02-28", date(2019, 2, 28)),
        ("wakes", "07:30", time(7, 30)),
        ("meets", "2020-01-02T03:04", datetime(2020, 1, 2, 3, 4)),
        ("topic", "3", 3),
        ("colour", "2", Colour.BLUE),
        ("agree", "on", True),
        ("agree", "", False),
        ("password", "  two ", "  two "),
        ("nick", "\ufffd", "\ufffd"),
    ],
)
def test_values(name: str, text: str, value: object) -> None:
    form = filled(**{name: text})
    assert form.valid and not form.errors
    assert getattr(form, name) == value
    assert type(getattr(form, name)) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("name", "", "This is needed."),
        ("name", "A", "At least 2 characters are needed."),
        ("name", "Augusta", "At most 5 characters are taken."),
        ("nick", b"a\xff", "This has characters that are no text."),
        ("nick", "a\0b", "This has characters that are no text."),
        ("mail", "ada@", "An e-mail address looks like ada@example.org."),
        ("mail", "a" * 250 + "@b.de", "An e-mail address looks like ada@example.org."),
        ("age", "151", "This must be 150 or less."),
        ("age", "-1", "This must be 0 or more."),
        ("age", "1_0", "A whole number is needed."),
        ("age", "٣", "A whole number is needed."),
        ("age", "9" * 5000, "A whole number is needed."),
        ("weight", "nan", "A number is needed."),
        ("price", "1e9", "A number is needed."),
        ("born", "2020-02-30", "A date is needed."),
        ("born", "2020-01-02", "This must be 2020-01-01 or less."),
        ("wakes", "25:00", "A time is needed."),
        ("meets", "2020-01-02", "A date and a time are needed."),
        ("topic", "forged", "Choose one of these."),
        ("colour", "BLUE", "Choose one of these."),
        ("code", "ABC", "Small letters only."),
    ],
)
def test_messages(name: str, text: Text, message: str) -> None:
    form = filled(**{name: text})
    assert not form.valid
    assert form.errors == {name: message}
    assert getattr(form, name) is None


@given(st.text() | st.binary(), st.sampled_from(list(Everything())))
def test_nothing_sent_fails(text: Text, name: str) -> None:
    fields = sent(("name", "Ada"))
    fields[name] = text
    form = Everything(fields)
    assert form.valid is not bool(form.errors)
    tree = html5lib.parseFragment(form[name].input(), namespaceHTMLElements=False)
    assert [element.tag for element in tree.iter()][1:] == ["input"]


def test_lists() -> None:
    form = Everything(sent(("name", "Ada"), ("tags", "a"), ("tags", ""), ("tags", "b")))
    assert form.tags == ["a", "b"]
    assert Everything(sent(("name", "Ada"))).tags == []
    many = Everything(sent(("name", "Ada"), *[("tags", "a")] * 3))
    assert many.errors == {"tags": "At most 2 values are taken."}
    assert filled(tags="long").errors == {"tags": "At most 3 characters are taken."}


class Account(Form):
    name: str
    word: str
    again: str

    def check_name(self, value: str) -> str:
        if value == "root":
            raise Invalid("{name} is taken.", name=value)
        return value.lower()

    def check(self) -> None:
        if self.word != self.again:
            raise Invalid("These differ.")


def test_own_checks() -> None:
    form = Account(sent(("name", "ADA"), ("word", "a"), ("again", "a")))
    assert form.valid and form.name == "ada"
    form = Account(sent(("name", "root"), ("word", "a"), ("again", "b")))
    assert form.errors == {"name": "root is taken."}
    form = Account(sent(("name", "ada"), ("word", "a"), ("again", "b")))
    assert form.errors == {"": "These differ."}


def test_messages_are_translated() -> None:
    german = {"{name} is taken.": "{name} ist vergeben.", "This is needed.": "Fehlt."}
    form = Account(sent(("name", "root")), translate=lambda text: german[text])
    assert form.errors["name"] == "root ist vergeben."
    assert form.errors["word"] == "Fehlt."


class Picture(Form):
    f: Annotated[Upload, Size(10)]


def test_uploads(upload: Callable[[int], FieldStorage]) -> None:
    good = Picture(upload(10))
    assert good.valid and good.f.value == b"x" * 10
    assert Picture(upload(11)).errors == {"f": "The file is larger than 10 bytes."}
    assert Picture(sent(("f", "text"))).errors == {"f": "A file is needed."}
    assert Picture(sent(("f", ""))).errors == {"f": "This is needed."}
    assert 'type="file"' in good["f"].input()
    assert "value" not in good["f"].input()


def test_a_file_where_text_belongs(upload: Callable[[int], FieldStorage]) -> None:
    class Plain(Form):
        f: str

    assert Plain(upload(1)).errors == {"f": "This cannot be a file."}


def test_before_it_is_sent() -> None:
    form = Everything(name="Eve", agree=True, tags=["x"])
    assert not form.sent and not form.valid and not form.errors
    assert (form.name, form.age, form.mail, form.tags) == ("Eve", 18, None, ["x"])
    assert 'value="Eve"' in form["name"].input()
    assert 'value="18"' in form["age"].input()
    assert " checked" in form["agree"].checkbox()
    assert " checked" in form["tags"].checkbox("x")
    assert " checked" not in form["tags"].checkbox("y")


def test_filled_in_again() -> None:
    evil = "\"><script>'&"
    form = filled(name=evil, topic="bug", password="secret")
    name = form["name"]
    assert name.text == evil
    assert name.input(class_="wide", hidden=False, autofocus=True) == (
        '<input id="name" name="name" required aria-invalid="true"'
        ' aria-describedby="name-fault" type="text" minlength="2" maxlength="5"'
        ' class="wide" autofocus value="&#34;&gt;&lt;script&gt;&#39;&amp;">'
    )
    assert name.fault() == (
        '<span class="fault" id="name-fault">At most 5 characters are taken.</span>'
    )
    assert form["nick"].fault() == ""
    assert form["nick"].textarea(rows=3) == (
        '<textarea id="nick" name="nick" rows="3">\n</textarea>'
    )
    assert "secret" not in form["password"].input(type="password")
    assert "secret" not in form["password"].input(type="PassWord")
    assert form["topic"].radio("bug") == (
        '<input id="topic-bug" name="topic" type="radio" value="bug" checked>'
    )


def test_select() -> None:
    form = filled(topic="bug")
    assert form["topic"].select({"": "Choose", "bug": "A <bug>"}) == (
        '<select id="topic" name="topic"><option value="">Choose</option>'
        '<option value="bug" selected>A &lt;bug&gt;</option></select>'
    )
    assert form["topic"].select().count("<option") == 3
    assert form["colour"].select().count("<option") == 2
    assert " multiple" in form["tags"].select(["a", "b"])


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("age", "number"),
        ("mail", "email"),
        ("born", "date"),
        ("wakes", "time"),
        ("meets", "datetime-local"),
        ("nick", "text"),
    ],
)
def test_types_of_inputs(name: str, kind: str) -> None:
    assert f'type="{kind}"' in Everything()[name].input()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("errors", str),
        ("valid", bool),
        ("x", dict),
        ("x", list[bytes]),
        ("x", int | str),
    ],
)
def test_what_cannot_be_a_field(name: str, hint: Any) -> None:
    with pytest.raises(TypeError):
        type("Wrong", (Form,), {"__annotations__": {name: hint}})


def test_a_value_for_no_field() -> None:
    with pytest.raises(TypeError, match="no field 'other'"):
        Account(other=1)


@pytest.mark.parametrize("name", ["a b", "a=", "a>", '"', "a/", "a\0", ""])
def test_a_name_that_no_attribute_can_have(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name of an attribute"):
        filled()["name"].input(**{name: "x"})
