"""A whole site of Python 2, converted and then run."""

from __future__ import annotations

from pathlib import Path

import pytest
from werkzeug.test import Client

from psp.migrate.finding import Site, find_site
from psp.migrate.python2 import Converter
from psp.migrate.sites import Outcome, migrate_site
from psp.modpython.application import Application

OLD = Path(__file__).parent / "site"
CONFIGURATION = """
AddHandler mod_python .psp .py
PythonHandler mod_python.psp | .psp
PythonHandler mod_python.publisher | .py
"""
#: What a person decides: the quotients are of whole numbers.
DECIDED = [("price / 100", "price // 100"), ("count / 12", "count // 12")]


def read(folder: Path) -> Site:
    return find_site(str(folder), (".psp",))


def put(outcomes: list[Outcome], folder: Path) -> None:
    for one in outcomes:
        assert not one.failed, one
        path = folder / one.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(one.data)


@pytest.fixture(scope="module")
def outcomes(converter: Converter) -> list[Outcome]:
    """What becomes of the site."""
    return list(migrate_site(converter, read(OLD)))


@pytest.fixture(scope="module")
def folder(outcomes: list[Outcome], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site converted, and decided."""
    folder = tmp_path_factory.mktemp("site3")
    put(outcomes, folder)
    for path in folder.rglob("*.p*"):
        text = path.read_text(encoding="utf-8")
        for before, after in DECIDED:
            text = text.replace(before, after)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def client(folder: Path) -> Client:
    """A visitor with cookies."""
    return Client(Application(folder, CONFIGURATION))


def body(client: Client, path: str, **fields: str) -> str:
    response = client.open(path, method="POST" if fields else "GET", data=fields)
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_data(as_text=True)


def test_what_is_said(outcomes: list[Outcome]) -> None:
    said = [
        (out.name, *one.before, one.message)
        for out in outcomes
        for one in out.reports
        if one.decide
    ]
    quotient = "/ gives a fraction now; of whole numbers, Python 2 gave what // gives"
    guess = "this is not UTF-8 and says no encoding; it was read as cp1252"
    assert said == [
        ("catalog.py", 34, 33, quotient),
        ("index.psp", 17, 39, quotient),
        ("old.psp", 1, 1, guess),
    ]


def test_the_second_time_there_is_nothing_left(
    converter: Converter, folder: Path
) -> None:
    again = list(migrate_site(converter, read(folder)))
    assert [one.name for one in again if one.changed or one.reports] == []


def test_pages(client: Client) -> None:
    text = body(client, "/index.psp")
    assert "<title>Shop &amp; Co</title>" in text
    assert "<h1>Visit 1 (1)</h1>" in text
    lines = ["<li>apple: 0.25</li>", "<li>Milk: 0.99</li>", "<li>Tea: 3.50</li>"]
    assert [line.strip() for line in text.split("\n") if "<li>" in line] == lines
    assert "In all 474 cents, 3 things:\n['APPLE', 'MILK', 'TEA']." in text
    assert "THE SMALL SHOP, since&nbsp;2004" in text
    assert "<h1>Visit 2 (2)</h1>" in body(client, "/index.psp")


def test_login_and_session(client: Client) -> None:
    assert "<p>Please sign in.</p>" in body(client, "/login.psp")
    for name, password, message in [
        ("bob", "x", "who is bob?"),
        ("ada", "x", "wrong password"),
    ]:
        text = body(client, "/login.psp", name=name, password=password)
        assert f'<p class="error">{message}</p>' in text
    form = {"name": "ada", "password": "secret"}
    response = client.post("/login.psp", data=form)
    assert (response.status_code, response.location) == (302, "/index.psp")
    text = body(client, "/index.psp")
    assert 'Signed in as <b>ada</b>, <a href="/logout.psp">leave</a>' in text
    assert client.get("/logout.psp").status_code == 302
    assert "Signed in" not in body(client, "/index.psp")


def test_another_encoding(client: Client) -> None:
    text = body(client, "/old.psp?who=Zo%C3%AB")
    assert text == "<p>Café «56»</p>\n\n<p>Grüße, Zoë!</p>\n"


def test_publisher(client: Client) -> None:
    assert body(client, "/catalog.py") == "<ul> <li>Milk <li>Tea <li>apple </ul>\n"
    assert body(client, "/catalog.py/find?word=E") == "Tea, apple"
    assert body(client, "/catalog.py/total?count=30") == "2 dozen and 6"
    assert body(client, "/catalog.py/total?count=x").startswith("no number: ")
    assert client.get("/catalog.py/find").status_code == 400


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.psp", b"<% x = = 1 %>", "neither Python 2 nor 3 can read this"),
        ("a.py", b"x = = 1\n", "neither Python 2 nor 3 can read this"),
        ("a.py", b"def f():\n    from x import *\n", "not Python 3, even when"),
        ("a.py", b"# coding: nonsense\nx = 1\n", "not Python 3, even when"),
        ("a.py", b"x = " + b"-" * 50000 + b"1\n", "nested too deeply|fissix"),
        ("a.psp", b"<%= " + b"(" * 5000 + b"%>", "nested too deeply|fissix|EOF"),
        ("a.psp", b"\xff\xfe<\0", "NUL"),
    ],
)
def test_what_cannot_be_converted_is_left_as_it_is(
    converter: Converter, tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(data)
    (tmp_path / "b.psp").write_bytes(b"<% print `x` %>")
    bad, good = migrate_site(converter, read(tmp_path))
    assert (bad.failed, bad.changed, good.changed) == (True, False, True)
    [report] = bad.reports
    assert any(part in report.message for part in message.split("|")), report


def test_announced_encodings(converter: Converter, tmp_path: Path) -> None:
    text = '<%= `a` %>\n<meta http-equiv="x" content="text/html; charset=latin-1">\xe9'
    (tmp_path / "a.psp").write_bytes(text.encode("latin-1"))
    [outcome] = migrate_site(converter, read(tmp_path))
    assert outcome.data.decode() == text.replace("`a`", "repr(a)")
    assert [(one.decide, one.message) for one in outcome.reports] == [
        (False, "this was latin-1, as its charset says; it is UTF-8 now"),
        (True, "this announces latin-1, but all that is written is UTF-8"),
    ]
    assert [one.before.line for one in outcome.reports] == [1, 2]


def test_places_before_and_after(converter: Converter, tmp_path: Path) -> None:
    text = b"# coding: iso-8859-1\n'\xe9'\nreload(m)\nx = `a`, b / 2\n"
    (tmp_path / "a.py").write_bytes(text)
    [outcome] = migrate_site(converter, read(tmp_path))
    places = [(tuple(one.before), tuple(one.after)) for one in outcome.reports]
    assert places == [((1, 1), (1, 1)), ((4, 10), (5, 14))]
    assert outcome.data.startswith("# coding: utf-8\n'é'\nimport".encode()) or (
        outcome.data.startswith("# coding: utf-8\n'é'\n".encode())
    )
