"""The example site, every page of it, as a visitor gets it."""

from __future__ import annotations

import html
import io
import re
import shutil
import time
from pathlib import Path
from typing import Any

import html5lib
import pytest
from werkzeug.test import Client, TestResponse

from psp import WSGIApplication

SITE = Path(__file__).resolve().parents[1] / "templates"
PAGES = sorted(path.name for path in SITE.glob("[!_]*.psp"))
MOVED = {"members.psp", "logout.psp"}  # for who is not logged in
STATUS = {"error.psp": 500, "caught.psp": 500} | dict.fromkeys(MOVED, 302)
GOOD = {"name": "Ada", "email": "ada@example.org", "topic": "idea", "message": "a < b"}


class Visitor(Client):
    """A client that reads each answer to its end, as browsers do."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        """The whole answer to one request."""
        response = super().open(*args, **options)
        response.get_data()
        response.close()
        response.request.environ["wsgi.input"].close()
        return response


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """A visitor of the site, whose guest book is empty and for whom no time passes."""
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    monkeypatch.setenv("GUESTBOOK_FOLDER", str(tmp_path))
    return Visitor(WSGIApplication(str(SITE)))


def test_there_are_pages() -> None:
    assert "index.psp" in PAGES and len(PAGES) > 10


@pytest.mark.parametrize("page", PAGES)
def test_page_answers(client: Visitor, page: str) -> None:
    response = client.get(f"/{page}")
    assert response.status_code == STATUS.get(page, 200)
    assert response.mimetype == "text/html"
    assert "<%" not in response.text or page == "source.psp"


@pytest.mark.parametrize("page", sorted({*PAGES} - {"error.psp"} - MOVED))
def test_page_is_valid_html(client: Visitor, page: str) -> None:
    # Deferred parts come behind: browsers take them in, validators do not.
    text = client.get(f"/{page}").text.partition("</html>")[0]
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    document = parser.parse(text)
    assert document.find("head/title").text
    assert len(document.findall(".//h1")) == 1
    assert len(document.findall(".//main")) == 1


@pytest.mark.parametrize("page", sorted({*PAGES} - {"error.psp"} - MOVED))
def test_fields_have_labels(client: Visitor, page: str) -> None:
    text = client.get(f"/{page}").text
    document = html5lib.parse(text, namespaceHTMLElements=False)
    labelled = {label.get("for") for label in document.iter("label")}
    wrapped = {id(field) for label in document.iter("label") for field in label}
    for kind in ("input", "select", "textarea"):
        for field in document.iter(kind):
            named = field.get("id") in labelled or id(field) in wrapped
            assert named or field.get("type") == "hidden"


def test_every_link_leads_somewhere(client: Visitor) -> None:
    waiting, seen = ["index.psp"], set[str]()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        response = client.get(f"/{path}")
        assert response.status_code == STATUS.get(path, 200), path
        if response.mimetype == "text/html":
            found = re.findall(r'(?:href|src|action)="([^"#]+)', response.text)
            assert not any(":" in target for target in found), "all is from here"
            waiting += [html.unescape(target) for target in found]
    seen.add("logout.psp")  # only members find it
    assert seen >= {*PAGES, "style.css", "icon.svg", "source.psp?file=_parts/nav.psp"}


@pytest.mark.parametrize(
    "name", ["_layout.psp", "_sorry.psp", "_parts/nav.psp", "_parts/"]
)
def test_parts_are_not_served(client: Visitor, name: str) -> None:
    assert client.get(f"/{name}").status_code == 404


def test_the_start_page_answers_for_the_folder(client: Visitor) -> None:
    assert "<h1>HTML with Python in it</h1>" in client.get("/").text


def test_menu_marks_the_page(client: Visitor) -> None:
    assert '<a href="hello.psp" aria-current="page">' in client.get("/hello.psp").text


class TestHello:
    def test_greets(self, client: Visitor) -> None:
        assert "Hello, Ada!" in client.get("/hello.psp?name=Ada").text

    def test_escapes(self, client: Visitor) -> None:
        text = client.get("/hello.psp", query_string={"name": "<i>\"'&"}).text
        assert "Hello, &lt;i&gt;&#34;&#39;&amp;!" in text
        assert "<i>" not in text


class TestForm:
    def test_shows_what_arrived(self, client: Visitor) -> None:
        upload = (io.BytesIO(b"x" * 70_000), "notes <1>.txt", "text/plain")
        data = {**GOOD, "copy": ["me", "them"], "file": upload}
        response = client.post("/form.psp", data=data)
        assert response.status_code == 200
        assert "Thank you, Ada" in response.text
        assert "a &lt; b" in response.text
        assert "me, them" in response.text
        assert "notes &lt;1&gt;.txt</code>, 70,000 bytes" in response.text

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ({"name": ""}, "This is needed."),
            ({"name": " \t"}, "This is needed."),
            ({"name": "x" * 81}, "At most 80 characters"),
            ({"email": "nonsense"}, "looks like"),
            ({"topic": "forged"}, "Choose one of these."),
            ({"message": "y" * 1001}, "At most 1000 characters"),
            (
                {"file": (io.BytesIO(bytes(1024 * 1024 + 1)), "big")},
                "larger than 1048576 bytes",
            ),
            ({"name": (io.BytesIO(b"a file"), "where.txt")}, "cannot be a file"),
            ({"copy": ["me", "all"]}, "Choose one of these."),
        ],
    )
    def test_says_what_is_wrong(
        self, client: Visitor, change: dict[str, object], complaint: str
    ) -> None:
        response = client.post("/form.psp", data={**GOOD, **change})
        assert response.status_code == 422
        assert complaint in response.text
        assert 'aria-invalid="true"' in response.text

    def test_keeps_what_was_written(self, client: Visitor) -> None:
        data = {**GOOD, "name": "", "copy": "them", "message": "\n</textarea>"}
        text = client.post("/form.psp", data=data).text
        assert 'value="ada@example.org"' in text
        assert '<option value="idea" selected>' in text
        assert 'value="them" checked' in text
        assert 'value="me" checked' not in text
        assert "&lt;/textarea&gt;</textarea>" in text

    def test_without_any_field(self, client: Visitor) -> None:
        assert client.post("/form.psp", data={"other": ""}).status_code == 422

    def test_broken_multipart(self, client: Visitor) -> None:
        response = client.post(
            "/form.psp",
            data=b"--x\r\nnonsense",
            content_type="multipart/form-data; boundary=x",
        )
        assert response.status_code == 400


class TestCounter:
    def test_counts_for_each_visitor(self, client: Visitor) -> None:
        other = Visitor(client.application)
        counts = [self.count(client) for _ in range(3)]
        assert counts == [1, 2, 3]
        assert self.count(other) == 1

    def test_forgets(self, client: Visitor) -> None:
        self.count(client)
        self.count(client)
        response = client.post("/counter.psp")
        assert response.status_code in (302, 303)
        assert response.headers["Location"].endswith("counter.psp")
        assert self.count(client) == 1

    @staticmethod
    def count(client: Visitor) -> int:
        """The count that *client* is shown."""
        found = re.search(r"<strong>(\d+)</strong>", client.get("/counter.psp").text)
        assert found
        return int(found[1])


class TestGuestbook:
    def test_keeps_entries(self, client: Visitor, tmp_path: Path) -> None:
        entry = {"name": "O'Hara <b>", "message": "'); DROP TABLE entry; --"}
        response = client.post("/guestbook.psp", data=entry)
        assert response.status_code in (302, 303)
        text = client.get("/guestbook.psp").text
        assert "O&#39;Hara &lt;b&gt;" in text
        assert "&#39;); DROP TABLE entry; --" in text
        assert [path.name for path in tmp_path.iterdir()] == ["psp-guestbook.sqlite3"]

    def test_newest_first_and_no_more_than_fifty(self, client: Visitor) -> None:
        for n in range(52):
            client.post(
                "/guestbook.psp", data={"name": "Ada", "message": f"entry {n}."}
            )
        found = re.findall(r"entry (\d+)\.", client.get("/guestbook.psp").text)
        assert found == [str(n) for n in range(51, 1, -1)]

    def test_half_an_entry(self, client: Visitor) -> None:
        response = client.post("/guestbook.psp", data={"message": "who am I?"})
        assert response.status_code == 422
        assert "who am I?</textarea>" in response.text
        assert "<article" not in client.get("/guestbook.psp").text


class TestLogin:
    GOOD = {"name": "ada", "password": "lovelace"}

    def log_in(self, client: Visitor, page: str = "/login.psp", **changes) -> Any:
        """The answer to the form, filled in as it is shown."""
        return client.post(page, data={**self.GOOD, **self.hidden(client), **changes})

    @staticmethod
    def hidden(client: Visitor, page: str = "/login.psp") -> dict[str, str]:
        """The token in the form of *page*."""
        found = re.search(r'name="csrf_token" value="(.*?)"', client.get(page).text)
        assert found
        return {"csrf_token": found[1]}

    def test_members_only(self, client: Visitor) -> None:
        answer = client.get("/members.psp")
        assert answer.headers["Location"] == "login.psp?next=members.psp"
        assert "Only members" not in answer.text
        assert "Please log in first." in client.get("/login.psp").text
        assert "Please log in first." not in client.get("/login.psp").text

    def test_login_and_logout(self, client: Visitor) -> None:
        answer = self.log_in(client, "/login.psp?next=members.psp")
        assert answer.headers["Location"] == "members.psp"
        text = client.get("/members.psp").text
        assert "Welcome, ada." in text and "<strong>ada</strong>" in text
        assert "Welcome" not in client.get("/members.psp").text
        assert client.get("/logout.psp").status_code == 302
        assert client.get("/members.psp").status_code == 200, "a link does nothing"
        client.post("/logout.psp", data=self.hidden(client, "/members.psp"))
        assert "You are logged out." in client.get("/login.psp").text
        assert client.get("/members.psp").status_code == 302

    @pytest.mark.parametrize(
        "change",
        [{"password": "wrong"}, {"name": "<bob>"}, {"name": ""}, {"password": ""}],
        ids=str,
    )
    def test_a_wrong_password(self, client: Visitor, change: dict[str, str]) -> None:
        answer = self.log_in(client, **change)
        assert answer.status_code == 422
        assert "do not go together" in answer.text
        assert "<bob>" not in answer.text and 'lovelace"' not in answer.text
        assert client.get("/members.psp").status_code == 302

    def test_the_id_of_before_is_worth_nothing(self, client: Visitor) -> None:
        client.get("/login.psp")
        before = client.get_cookie("pysid")
        self.log_in(client)
        assert before and before.value != client.get_cookie("pysid").value
        thief = Visitor(client.application)
        thief.set_cookie("pysid", before.value)
        assert thief.get("/members.psp").status_code == 302

    def test_another_site_can_log_nobody_in_or_out(self, client: Visitor) -> None:
        assert client.post("/login.psp", data=self.GOOD).status_code == 403
        self.log_in(client)
        assert client.post("/logout.psp").status_code == 403
        assert client.get("/members.psp").status_code == 200

    def test_back_to_this_site_only(self, client: Visitor) -> None:
        answer = self.log_in(client, "/login.psp?next=//evil.test/members.psp")
        assert answer.headers["Location"] == "members.psp"


def test_table_has_ten_thousand_cells(client: Visitor) -> None:
    text = client.get("/table.psp").text
    assert re.findall(r"<td>(\d+)</td>", text) == [str(n) for n in range(10_000)]
    assert re.search(r"10,000 expressions, written in \d+\.\d ms", text)


def test_stream_sends_as_it_goes(client: Visitor) -> None:
    response = client.get("/stream.psp?pause=none")
    assert "Content-Length" not in response.headers
    assert response.text.count("<b>done</b>") == 5


def test_classic_blocks(client: Visitor) -> None:
    text = client.get("/classic.psp?word=R%26B").text
    assert re.findall(r"<li>(\d) squared is (\d+)</li>", text) == [
        (str(n), str(n * n)) for n in range(1, 6)
    ]
    assert "<b>R&amp;B</b>" in text


class TestErrors:
    def test_visitors_see_no_trace(self, client: Visitor) -> None:
        text = client.get("/error.psp").text
        assert "Traceback" not in text and "basket" not in text

    def test_developers_see_the_part(self) -> None:
        client = Visitor(WSGIApplication(str(SITE), development=True))
        text = client.get("/error.psp", environ_base={"REMOTE_ADDR": "127.0.0.1"}).text
        assert "TypeError" in text
        assert "basket.psp" in text

    def test_error_page_takes_over(self, client: Visitor) -> None:
        text = client.get("/caught.psp").text
        assert "TypeError" in text
        assert "the status is 500" in text
        assert "You will not see" not in text


class TestSource:
    def test_shows_pages_as_they_are(self, client: Visitor) -> None:
        text = client.get("/source.psp?file=_layout.psp").text
        shown = html5lib.parse(text, namespaceHTMLElements=False)
        code = "".join(shown.find(".//div[@class='listing']/pre/code").itertext())
        assert code == (SITE / "_layout.psp").read_text(encoding="utf-8")

    @pytest.mark.parametrize(
        "name",
        [
            "../pyproject.toml",
            "/etc/passwd",
            str(SITE / "hello.psp"),
            "./hello.psp",
            "_parts/../hello.psp",
            "_parts",
            "hello.psp\0",
            "%00",
            "missing.psp",
            "HELLO.PSP",
        ],
    )
    def test_shows_nothing_else(self, client: Visitor, name: str) -> None:
        response = client.get("/source.psp", query_string={"file": name})
        assert response.status_code == 404
        assert '<div class="listing"' not in response.text

    def test_follows_no_links(self, tmp_path: Path) -> None:
        site = shutil.copytree(SITE, tmp_path / "site")
        (tmp_path / "secret").write_text("a secret")
        (site / "link.psp").symlink_to(tmp_path / "secret")
        client = Visitor(WSGIApplication(str(site)))
        assert client.get("/source.psp?file=link.psp").status_code == 404
