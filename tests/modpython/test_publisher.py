from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable

import pytest

from .client import Site

MakeSite = Callable[..., Site]

SHOP = """
from mod_python import apache, util
import os

title = "Shop"
nothing = None
_secret = "hidden"
prices = {"pen": 2}
length = len


class Box:
    label = "box"
    _inside = "hidden"

    def __init__(self):
        self.inner = prices

    def __str__(self):
        return "a box"

    def open(self, req, key="none"):
        return "opened with " + key


class Bell:
    def __call__(self, req, times="1"):
        return "ding" * int(times)


box, bell = Box(), Bell()


def index(req):
    return "front page"


def hello(req, name="nobody"):
    return "hello %s" % name


def many(req, name):
    return repr(name)


def upload(req, file):
    return "%s %s" % (file.filename, file.value)


def page(req):
    return "<html><body>hi</body></html>\\n"


def css(req):
    req.content_type = "text/css"
    return "p {}"


def gone(req):
    raise apache.SERVER_RETURN(apache.HTTP_GONE)


def maker(req):
    return bell
"""


@pytest.fixture
def shop(make_site: MakeSite) -> Site:
    return make_site({"shop.py": SHOP})


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("", "front page"),
        ("/", "front page"),
        ("/index", "front page"),
        ("/title", "Shop"),
        ("/prices", "{'pen': 2}"),
        ("/hello?name=Anna&other=x", "hello Anna"),
        ("/many?name=a&name=b", "['a', 'b']"),
        ("/box", "a box"),
        ("/box/label", "box"),
        ("/box.label/", "box"),
        ("/box//label", "box"),
        ("/box/open?key=k", "opened with k"),
        ("/box/inner", "{'pen': 2}"),
        ("/bell?times=2", "dingding"),
        ("/maker", "ding"),
        ("/nothing", ""),
        ("/css", "p {}"),
    ],
)
def test_a_path_leads_to_an_object(shop: Site, path: str, text: str) -> None:
    answer = shop.get(f"/shop.py{path}")
    assert (answer.status, answer.text) == (200, text)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/_secret", 403),
        ("/__name__", 403),
        ("/box/_inside", 403),
        ("/box/__class__", 403),
        ("/box/open/__globals__", 403),
        ("/Box", 403),
        ("/Box/label", 403),
        ("/os", 403),
        ("/os/environ", 403),
        ("/apache/log_error", 403),
        ("/hello/__code__", 403),
        ("/length", 403),
        ("/title/upper", 403),
        ("/none", 404),
        ("/box/none", 404),
        ("/prices/pen", 404),
        ("/gone", 410),
    ],
)
def test_a_path_leads_no_further_than_it_may(
    shop: Site, path: str, status: int
) -> None:
    assert shop.get(f"/shop.py{path}").status == status


def test_the_type_is_guessed_from_the_end_of_the_text(shop: Site) -> None:
    kinds = {"/title": "text/plain", "/page": "text/html", "/css": "text/css"}
    for path, kind in kinds.items():
        assert shop.get(f"/shop.py{path}").header("Content-Type") == kind


def test_posted_fields_and_files_are_arguments_too(shop: Site) -> None:
    assert shop.post("/shop.py/hello", "name=Bo").text == "hello Bo"
    body = (
        '--X\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        "data\r\n--X--\r\n"
    )
    answer = shop.post("/shop.py/upload", body, "multipart/form-data; boundary=X")
    assert answer.text == "a.txt b'data'"


def test_other_methods_are_refused(shop: Site) -> None:
    answer = shop.ask("DELETE", "/shop.py/hello")
    assert answer.status == 405
    assert set(str(answer.header("Allow")).split(", ")) == {"GET", "HEAD", "POST"}


def test_a_missing_argument_and_a_broken_module_are_reported(
    make_site: MakeSite,
) -> None:
    site = make_site({"shop.py": SHOP, "bad.py": "def index(:\n"})
    assert "missing 1 required positional" in site.get("/shop.py/many").report
    assert "SyntaxError" in site.get("/bad.py").text


def test_a_changed_module_is_seen_at_once(make_site: MakeSite) -> None:
    site = make_site({"m.py": "text = 'old'\n"})
    assert site.get("/m.py/text").text == "old"
    site.write({"m.py": "text = 'new'\n"})
    assert site.get("/m.py/text").text == "new"


def test_modules_of_one_name_in_two_folders_are_two(make_site: MakeSite) -> None:
    site = make_site({"a/m.py": "text = 'a'\n", "b/m.py": "text = 'b'\n"})
    assert [site.get(f"/{x}/m.py/text").text for x in "ab"] == ["a", "b"]


def test_the_index_module_answers_for_what_is_no_module(make_site: MakeSite) -> None:
    index = "def index(req): return 'root'\ndef extra(req): return 'extra'\n"
    files = {"index.py": index, "shop.py": SHOP, "sub/index.py": index}
    lines = "SetHandler mod_python\nPythonHandler mod_python.publisher"
    site = make_site(files, lines)
    paths = ["/", "/extra", "/shop/hello", "/shop", "/sub/", "/sub/extra", "/index"]
    assert [site.get(path).text for path in paths] == [
        "root",
        "extra",
        "hello nobody",
        "front page",
        "root",
        "extra",
        "root",
    ]
    assert site.get("/none").status == 404
    assert site.get("/extra.html").status == 404


def basic(user: str, password: str) -> list[tuple[str, str]]:
    token = b64encode(f"{user}:{password}".encode()).decode()
    return [("Authorization", f"Basic {token}")]


GUARDED = {
    "module": "__auth_realm__ = 'Staff'\n__auth__ = {rule}\n"
    "def desk(req): return 'in'\n",
    "function": "def desk(req):\n    __auth_realm__ = 'Staff'\n    __auth__ = {rule}\n"
    "    return 'in'\n",
    "object": "class Desk:\n    __auth_realm__ = 'Staff'\n    __auth__ = {rule}\n"
    "    def __call__(self, req): return 'in'\ndesk = Desk()\n",
}


@pytest.mark.parametrize("place", GUARDED)
@pytest.mark.parametrize(
    "rule",
    [
        "{'anna': 'pw', 'bo': ''}",
        "staticmethod(lambda req, user, password: (user, password) == ('anna', 'pw'))",
    ],
)
def test_rules_guard_what_they_stand_in(
    make_site: MakeSite, place: str, rule: str
) -> None:
    site = make_site({"m.py": GUARDED[place].format(rule=rule)})
    assert site.get("/m.py/desk", basic("anna", "pw")).text == "in"
    for wrong in ([], basic("anna", "no"), basic("eve", "pw"), basic("eve", "")):
        answer = site.get("/m.py/desk", wrong)
        assert answer.status == 401
        assert answer.header("WWW-Authenticate") == 'Basic realm="Staff"'


def test_nested_functions_are_rules_without_the_function_being_run(
    make_site: MakeSite,
) -> None:
    code = (
        "ran = []\n"
        "def desk(req):\n"
        "    ran.append(1)\n"
        "    def __auth__(req, user, password):\n        return user == 'anna'\n"
        "    def __access__(req, user):\n        return not ran\n"
        "    return 'in'\n"
        "def count(req): return str(len(ran))\n"
    )
    site = make_site({"m.py": code})
    assert site.get("/m.py/desk").status == 401
    assert site.get("/m.py/count").text == "0"
    assert site.get("/m.py/desk", basic("anna", "")).text == "in"
    assert site.get("/m.py/desk", basic("anna", "")).status == 403


def test_a_rule_that_cannot_be_read_opens_nothing(make_site: MakeSite) -> None:
    codes = [
        "def desk(req):\n    if 1:\n        __auth__ = {}\n    return 'in'\n",
        "def desk(req, who='x'):\n    def __auth__(r, u, p):\n        return who\n"
        "    return 'in'\n",
        "exec(\"def desk(req):\\n    __auth__ = {}\\n    return 'in'\")\n",
    ]
    for code in codes:
        answer = make_site({"m.py": code}).get("/m.py/desk", basic("a", "b"))
        assert answer.status == 500 and "RuntimeError" in answer.text


@pytest.mark.parametrize(
    ("rule", "user", "status"),
    [
        ("['anna']", None, 403),
        ("['anna']", "anna", 200),
        ("['anna']", "bo", 403),
        ("1", None, 200),
        ("0", "anna", 403),
        ("staticmethod(lambda req, user: user == 'bo')", "bo", 200),
    ],
)
def test_access_is_for_users_without_asking_for_passwords(
    make_site: MakeSite, rule: str, user: str | None, status: int
) -> None:
    site = make_site({"m.py": f"__access__ = {rule}\ndef desk(req): return 'in'\n"})
    headers = [] if user is None else basic(user, "any")
    assert site.get("/m.py/desk", headers).status == status


@pytest.mark.parametrize("value", ["Basic !!!", "Basic YQ==", "Bearer x", "Basic", "x"])
def test_credentials_that_cannot_be_read_are_a_bad_request(
    make_site: MakeSite, value: str
) -> None:
    site = make_site({"m.py": "__auth__ = 1\ndef desk(req): return 'in'\n"})
    assert site.get("/m.py/desk", [("Authorization", value)]).status == 400
