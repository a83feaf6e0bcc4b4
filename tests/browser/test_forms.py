"""Forms of the example site, filled in by typing and clicking."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from .devtools import PATIENCE, Tab, browser

pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize(
    "size", [(1280, 900), (375, 812)], ids=["desk", "phone"]
)


@pytest.fixture
def tab() -> Iterator[Tab]:
    with browser() as one:
        yield one


@SIZES
def test_guestbook(site: str, tab: Tab, size: tuple[int, int]) -> None:
    tab.resize(*size)
    tab.open(f"{site}/guestbook.psp")
    words = f'Zwei Größen: {size[0]} < {size[1] + 10_000} & "Punkt"'
    tab.type("#name", "Zoë")
    tab.type("#message", words)
    tab.follow("form button")
    assert tab.path == "/guestbook.psp"
    assert words in tab.text
    assert tab.evaluate("document.querySelector('#message').value") == ""


def test_guestbook_wants_a_message(site: str, tab: Tab) -> None:
    tab.open(f"{site}/guestbook.psp")
    tab.type("#name", "Zoë")
    tab.click("form button")
    blocked = "document.querySelector('#message:invalid') === document.activeElement"
    assert tab.evaluate(blocked), "the browser shows which field is missing"
    tab.type("#message", "   ")
    tab.follow("form button")
    assert "An entry needs a name and a message." in tab.text
    assert tab.evaluate("document.querySelector('#name').value") == "Zoë"
    tab.type("#message", "Here it is.")
    tab.follow("form button")
    assert "Here it is." in tab.text
    assert "An entry needs" not in tab.text


@SIZES
def test_login(site: str, tab: Tab, size: tuple[int, int]) -> None:
    tab.resize(*size)
    tab.open(f"{site}/members.psp")
    assert tab.path == "/login.psp?next=members.psp"
    assert "Please log in first." in tab.text
    tab.type("#name", "ada")
    tab.type("#password", "byron")
    tab.follow("form button")
    assert "Name and password do not go together." in tab.text
    assert tab.evaluate("document.querySelector('#name').value") == "ada"
    assert tab.evaluate("document.querySelector('#password').value") == ""
    tab.type("#password", "lovelace")
    tab.follow("form button")
    assert tab.path == "/members.psp"
    assert "Welcome, ada." in tab.text
    assert tab.evaluate("document.cookie") == "", "no script sees the session"
    tab.follow("button", "Log out")
    assert tab.path == "/login.psp"
    assert "You are logged out." in tab.text
    tab.open(f"{site}/members.psp")
    assert tab.path.startswith("/login.psp")


def test_a_form_that_was_open_too_long(site: str, tab: Tab) -> None:
    tab.open(f"{site}/login.psp")
    tab.evaluate("document.querySelector('[name=csrf_token]').value = 'made up'")
    tab.type("#name", "ada")
    tab.type("#password", "lovelace")
    tab.follow("form button")
    assert "reload the page" in tab.text
    tab.open(f"{site}/login.psp")
    tab.type("#name", "ada")
    tab.type("#password", "lovelace")
    tab.follow("form button")
    assert "Welcome, ada." in tab.text


def test_a_form_on_another_site(site: str, tab: Tab) -> None:
    """The browser sends the visitor's cookie along, the guard refuses."""
    here = site.replace("127.0.0.1", "localhost")  # another site to the browser
    tab.open(f"{site}/login.psp")
    tab.open(f"{here}/probe.html")
    tab.evaluate(
        "document.body.innerHTML = '<form method=\"post\"><button>x</button></form>';"
        f"document.forms[0].action = '{site}/login.psp'"
    )
    tab.follow("button", "x")
    assert "did not come from a page of this site" in tab.text


def test_form_by_hand(site: str, tab: Tab) -> None:
    tab.open(f"{site}/form.psp")
    tab.type("#name", "Zoë")
    tab.type("#email", "nowhere")
    tab.follow("form button")
    assert "An e-mail address looks like" in tab.text
    assert tab.evaluate("document.querySelectorAll('[aria-invalid]').length") == 2
    assert tab.evaluate("document.querySelector('#name').value") == "Zoë"
    tab.type("#email", "zoe@example.org")
    tab.evaluate("document.querySelector('#topic').value = 'idea'")
    tab.click("input[value=me]")
    tab.follow("form button")
    assert "Thank you, Zoë" in tab.text and "zoe@example.org" in tab.text


CHOOSE_FILE = """(() => {
  const files = new DataTransfer(), bar = document.querySelector("#bar");
  files.items.add(new File([new Uint8Array(12000000)], "big.bin"));
  document.querySelector("#file").files = files.files;
  window.seen = [];
  new MutationObserver(() => seen.push(bar.value / bar.max)).observe(
    bar, {attributes: true});
})()"""


def test_large_upload(site: str, tab: Tab) -> None:
    tab.open(f"{site}/upload.psp")
    tab.slow_down(upload=4_000_000)
    tab.evaluate(CHOOSE_FILE)
    tab.click("form button")
    deadline = time.monotonic() + PATIENCE
    while "arrived" not in tab.text and time.monotonic() < deadline:
        time.sleep(0.1)
    assert "big.bin arrived: 12,000,000 bytes." in tab.text
    seen = tab.evaluate("seen")
    assert seen == sorted(seen) and seen[-1] == 1
    assert [part for part in seen if 0 < part < 1], "the bar grows on the way"
