"""Pages in the visitor's language, from gettext's catalogues."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from psp.errors import SettingsError
from psp.http.languages import Catalogues
from psp.testing import Client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Catalogues of German and of Brazil's Portuguese."""
    for language, hello, one, many in [
        ("de", "Hallo <Welt>", "%d Seite", "%d Seiten"),
        ("pt_BR", "Olá", "%d página", "%d páginas"),
    ]:
        catalogue = Catalog(locale=language)
        catalogue.add("Hello", hello)
        catalogue.add(("%d page", "%d pages"), (one, many))
        where = tmp_path / "locales" / language / "LC_MESSAGES"
        where.mkdir(parents=True)
        with (where / "messages.mo").open("wb") as file:
            write_mo(file, catalogue)
    (tmp_path / "locales" / "empty").mkdir()
    return tmp_path / "locales"


@pytest.fixture
def client(tmp_path: Path, folder: Path) -> Client:
    root = tmp_path / "pages"
    root.mkdir()
    pages = {
        "hello.psp": '<%= _("Hello") %>',
        "pages.psp": '<%= ngettext("%d page", "%d pages", 2) % 2 %>',
        "set.psp": '<% psp.locale = form["to"] %><%= _("Hello") %>',
        "name.psp": "<html lang='<%= psp.locale %>'>",
        "outer.psp": '<% psp.locale = "de" %><% psp.include("hello.psp") %>',
        "own.psp": "<% for _ in range(2): %><%= _ %><% end %>",
        "layout.psp": "<%@ layout file='base.psp' %><% psp.locale = 'de' %>a",
        "base.psp": '<%= _("Hello") %>',
        "plain.psp": "a",
    }
    for name, text in pages.items():
        (root / name).write_text(text)
    return Client(root, locale_dir=str(folder))


@pytest.mark.parametrize(
    ("accepted", "text"),
    [
        ("de", "Hallo &lt;Welt&gt;"),
        ("de-AT, en;q=0.5", "Hallo &lt;Welt&gt;"),
        ("fr, pt-BR;q=0.7, en;q=0.2", "Olá"),
        ("en, de;q=0.9", "Hello"),
        ("ja", "Hello"),
        ("", "Hello"),
        ("../../etc, \x00", "Hello"),
    ],
)
def test_as_the_browser_asks(client: Client, accepted: str, text: str) -> None:
    answer = client.get("/hello.psp", headers={"Accept-Language": accepted})
    assert answer.text == text
    assert "Accept-Language" in answer.headers["Vary"]


def test_plural(client: Client) -> None:
    answer = client.get("/pages.psp", headers={"Accept-Language": "de"})
    assert answer.text == "2 Seiten"


@pytest.mark.parametrize(
    ("name", "text"),
    [("pt_BR", "Olá"), ("en", "Hello"), ("../de", "Hello"), ("xx", "Hello")],
)
def test_set_by_the_page(client: Client, name: str, text: str) -> None:
    answer = client.get("/set.psp", query_string={"to": name})
    assert (answer.text, answer.headers.get("Vary")) == (text, None)


def test_name_of_the_language(client: Client) -> None:
    answer = client.get("/name.psp", headers={"Accept-Language": "pt-BR"})
    assert answer.text == "<html lang='pt_BR'>"


@pytest.mark.parametrize("page", ["outer", "layout"])
def test_parts_of_a_page_have_its_language(client: Client, page: str) -> None:
    assert client.get(f"/{page}.psp").text == "Hallo &lt;Welt&gt;"


def test_a_page_may_use_the_name_for_itself(client: Client) -> None:
    assert client.get("/own.psp").text == "01"


def test_pages_without_words_depend_on_nothing(client: Client) -> None:
    answer = client.get("/plain.psp", headers={"Accept-Language": "de"})
    assert "Vary" not in answer.headers


def test_a_site_without_catalogues(tmp_path: Path) -> None:
    (tmp_path / "a.psp").write_text("<%= psp.locale %>")
    assert Client(tmp_path, locale="fr").get("/a.psp").text == "fr"


def test_languages_are_those_with_a_catalogue(folder: Path) -> None:
    assert Catalogues(str(folder)).languages == ("en", "de", "pt_BR")


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="locale_dir .*: No such file"):
        Client(tmp_path, locale_dir=str(tmp_path / "none"))
