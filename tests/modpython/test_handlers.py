"""Handlers, phases and what becomes of their results."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .client import Site

MakeSite = Callable[..., Site]

HEAD = "from mod_python import apache, psp, util, Session\n"


@pytest.fixture
def handled(make_site: MakeSite) -> Callable[..., Site]:
    """A site whose ``.zz`` files the module *code* handles."""

    def make(code: str, *directives: str, **files: str) -> Site:
        lines = directives or ("PythonHandler hand",)
        text = "\n".join(["AddHandler mod_python .zz", *lines])
        return make_site({"hand.py": HEAD + code, "item.zz": "file", **files}, text)

    return make


@pytest.mark.parametrize(
    ("result", "status", "text"),
    [
        ("apache.OK", 200, "text"),
        ("apache.DONE", 200, "text"),
        ("apache.DECLINED", 200, "textfile"),
        ("apache.HTTP_OK", 200, "text"),
        ("apache.HTTP_CREATED", 201, "text"),
    ],
)
def test_results_that_keep_what_was_written(
    handled: Callable[..., Site], result: str, status: int, text: str
) -> None:
    code = f"def handler(req):\n    req.write('text', 0)\n    return {result}\n"
    answer = handled(code).get("/item.zz")
    assert (answer.status, answer.text) == (status, text)


@pytest.mark.parametrize("status", [302, 403, 404, 410, 500, 503])
def test_a_status_drops_what_was_written_and_the_headers(
    handled: Callable[..., Site], status: int
) -> None:
    code = (
        "def handler(req):\n    req.write('text', 0)\n"
        "    req.headers_out['X-Out'] = req.err_headers_out['X-Err'] = '1'\n"
        f"    return {status}\n"
    )
    answer = handled(code).get("/item.zz")
    assert answer.status == status and "text<" not in answer.text
    assert answer.header("X-Out") is None and answer.header("X-Err") == "1"


@pytest.mark.parametrize(
    ("raised", "status", "text"),
    [
        ("apache.OK", 200, "text"),
        ("apache.DONE, 404", 404, "text"),
        ("apache.OK, 0", 200, "text"),
        ("apache.HTTP_FORBIDDEN", 403, None),
    ],
)
def test_server_return_acts_as_return_from_anywhere(
    handled: Callable[..., Site], raised: str, status: int, text: str | None
) -> None:
    code = (
        f"def deep():\n    raise apache.SERVER_RETURN({raised})\n"
        "def handler(req):\n    req.write('text', 0)\n    deep()\n"
    )
    answer = handled(code).get("/item.zz")
    assert answer.status == status
    assert text is None or answer.text == text


@pytest.mark.parametrize("value", ["None", "True", "'x'", "(404,)", "1", "4711"])
def test_what_is_no_result_is_reported(
    handled: Callable[..., Site], value: str
) -> None:
    code = f"def handler(req):\n    req.write('text', 0)\n    return {value}\n"
    answer = handled(code).get("/item.zz")
    assert answer.status == 500
    assert answer.text.startswith('text\n<pre>\nMod_python error: "PythonHandler hand"')
    assert "AssertionError: Handler has returned" in answer.text


def test_an_exception_keeps_text_and_headers_and_is_reported(
    handled: Callable[..., Site],
) -> None:
    code = (
        "def handler(req):\n    req.headers_out['X-Step'] = 'one'\n"
        "    req.write('so far ', 0)\n    raise KeyError('<b>')\n"
    )
    answer = handled(code).get("/item.zz")
    assert answer.status == 500 and answer.header("X-Step") == "one"
    assert answer.text.startswith("so far \n<pre>") and "&lt;b&gt;" in answer.text


def test_handlers_of_one_line_and_of_several_run_in_order(
    handled: Callable[..., Site],
) -> None:
    code = "".join(
        f"def {name}(req):\n    req.write('{name}', 0)\n    return apache.OK\n"
        for name in "abc"
    )
    two = ("PythonHandler hand::a hand::b", "PythonHandler hand::c")
    assert handled(code, *two).get("/item.zz").text == "abc"


def test_the_request_is_one_in_all_phases(handled: Callable[..., Site]) -> None:
    phases = ["HeaderParser", "Access", "Type", "Fixup"]
    code = "seen = []\n" + "".join(
        f"def {name.lower()}handler(req):\n"
        f"    req.seen = getattr(req, 'seen', []) + ['{name}', req.phase]\n"
        "    return apache.OK\n"
        for name in phases
    )
    code += "def handler(req):\n    req.write(repr(req.seen), 0)\n    return 0\n"
    lines = [f"Python{name}Handler hand" for name in phases]
    text = handled(code, "PythonHandler hand", *lines).get("/item.zz").text
    wanted = [word for name in phases for word in (name, f"Python{name}Handler")]
    assert text == repr(wanted)


def test_a_phase_that_refuses_keeps_the_content_from_running(
    handled: Callable[..., Site],
) -> None:
    code = (
        "def accesshandler(req):\n    return apache.HTTP_FORBIDDEN\n"
        "def handler(req):\n    req.write('SECRET')\n    return 0\n"
    )
    answer = handled(code, "PythonHandler hand", "PythonAccessHandler hand").get(
        "/item.zz"
    )
    assert answer.status == 403 and "SECRET" not in answer.text


def test_access_rules_hold_for_files_that_nothing_handles(
    handled: Callable[..., Site],
) -> None:
    code = "def accesshandler(req):\n    1 / 0\n"
    site = handled(code, "PythonAccessHandler hand", **{"a.txt": "SECRET"})
    answer = site.get("/a.txt")
    assert answer.status == 500 and "SECRET" not in answer.text


def test_an_added_handler_runs_in_its_phase(handled: Callable[..., Site]) -> None:
    code = (
        "def fixuphandler(req):\n"
        "    req.handler = 'mod_python'\n"
        "    req.add_handler('PythonHandler', 'hand::late')\n    return 0\n"
        "def late(req):\n    req.write('late')\n    return 0\n"
    )
    site = handled(code, "PythonFixupHandler hand", **{"a.txt": "file"})
    assert site.get("/a.txt").text == "late"


def test_log_handlers_and_cleanups_run_after_the_answer(
    handled: Callable[..., Site],
) -> None:
    code = (
        "from mod_python import apache\napache.seen = []\n"
        "def note(word): apache.seen.append(word)\n"
        "def loghandler(req):\n    note('log %d' % req.status)\n    return 0\n"
        "def handler(req):\n"
        "    req.register_cleanup(note, 'one')\n    req.register_cleanup(note, 'two')\n"
        "    req.write(repr(apache.seen), 0)\n    return 0\n"
    )
    site = handled(code, "PythonHandler hand", "PythonLogHandler hand")
    assert site.get("/item.zz").text == "[]"
    assert site.get("/item.zz").text == "['log 200', 'two', 'one']"


def test_a_class_on_the_way_is_made_with_the_request(
    handled: Callable[..., Site],
) -> None:
    code = (
        "class Maker:\n    def __init__(self, req): self.req = req\n"
        "    def show(self, req):\n"
        "        req.write(str(self.req is req), 0)\n        return 0\n"
    )
    site = handled(code, "PythonHandler hand::Maker.show")
    assert site.get("/item.zz").text == "True"


def test_a_handler_that_is_not_there_is_named(handled: Callable[..., Site]) -> None:
    answer = handled("", "PythonHandler hand::none").get("/item.zz")
    assert "hand.py' contains no 'none'" in answer.report.replace("&#x27;", "'")


def test_a_module_handles_the_phases_that_it_has_functions_for(
    handled: Callable[..., Site],
) -> None:
    code = (
        "def fixuphandler(req):\n    req.seen = req.hlist.silent\n"
        "    return apache.OK\n"
        "def handler(req):\n    req.write(f'{req.seen} {req.phase}')\n"
        "    return apache.OK\n"
    )
    answer = handled(code, "PythonHandlerModule hand").get("/item.zz")
    assert (answer.status, answer.text) == (200, "1 PythonHandler")


def test_a_module_without_a_handler_leaves_the_file_alone(
    handled: Callable[..., Site],
) -> None:
    code = "def accesshandler(req):\n    return apache.OK\n"
    assert handled(code, "PythonHandlerModule hand").get("/item.zz").text == "file"


def test_handlers_for_the_extension_replace_the_general_ones(
    handled: Callable[..., Site],
) -> None:
    code = "".join(
        f"def {name}(req):\n    req.write('{name} %s' % req.extension, 0)\n"
        "    return 0\n"
        for name in ("special", "general")
    )
    lines = ("SetHandler mod_python", "PythonHandler hand::special | .zz .yy")
    site = handled(code, *lines, "PythonHandler hand::general", **{"a.xx": "x"})
    assert site.get("/item.zz").text == "special .zz"
    assert site.get("/a.xx").text == "general None"
    assert site.get("/anything/at/all").text == "general "


def test_a_changed_handler_is_loaded_again_and_a_broken_one_is_reported(
    handled: Callable[..., Site],
) -> None:
    code = "def handler(req):\n    req.write('{}', 0)\n    return 0\n"
    site = handled(code.format("old"))
    assert site.get("/item.zz").text == "old"
    site.write({"hand.py": code.format("new")})
    assert site.get("/item.zz").text == "new"
    site.write({"hand.py": "def handler(req:\n"})
    assert "SyntaxError" in site.get("/item.zz").text
    off = handled(code.format("third"), "PythonHandler hand", "PythonAutoReload Off")
    site.write({"hand.py": code.format("fourth")})
    first = off.get("/item.zz").text
    site.write({"hand.py": code.format("fifth")})
    assert off.get("/item.zz").text == first


AUTHEN = (
    "def authenhandler(req):\n    password = req.get_basic_auth_pw()\n"
    "    known = (req.user, password) == ('anna', 'p:w')\n"
    "    return apache.OK if known else apache.HTTP_UNAUTHORIZED\n"
    "def handler(req):\n    req.write('hello ' + str(req.user), 0)\n    return 0\n"
)
BASIC = (
    "PythonHandler hand",
    "PythonAuthenHandler hand",
    "AuthType Basic",
    'AuthName "The Desk"',
)


@pytest.mark.parametrize(
    ("require", "user", "status"),
    [
        ("valid-user", "YW5uYTpwOnc=", 200),
        ("valid-user", "YW5uYTpub3Bl", 401),
        ("valid-user", None, 401),
        ("user anna bob", "YW5uYTpwOnc=", 200),
        ("user bob", "YW5uYTpwOnc=", 401),
        ("group desk", "YW5uYTpwOnc=", 403),
        ("all denied", "YW5uYTpwOnc=", 403),
        ("all granted", None, 200),
        ("ip 127.0.0.0/8", None, 200),
        ("ip 10", None, 403),
        ("host example.com", None, 403),
    ],
)
def test_require_asks_the_authentication_handler(
    handled: Callable[..., Site], require: str, user: str | None, status: int
) -> None:
    site = handled(AUTHEN, *BASIC, f"Require {require}")
    headers = [] if user is None else [("Authorization", f"Basic {user}")]
    answer = site.get("/item.zz", headers)
    assert answer.status == status
    if status == 401:
        assert answer.header("WWW-Authenticate") == 'Basic realm="The Desk"'


def test_an_internal_redirect_answers_in_place_of_the_request(
    handled: Callable[..., Site],
) -> None:
    code = (
        "def handler(req):\n    req.write('lost', 0)\n"
        "    req.err_headers_out['X-Kept'] = '1'\n"
        "    req.internal_redirect('/there.psp?a=b')\n"
        "    req.write('lost as well')\n    return 0\n"
    )
    there = "<%= req.uri %> <%= form['a'] %> <%= req.prev.uri %> <%= req.the_request %>"
    answer = handled(code, **{"there.psp": there}).get("/item.zz")
    assert answer.text == "/there.psp b /item.zz GET /item.zz HTTP/1.1"
    assert answer.header("X-Kept") == "1"


def test_an_internal_redirect_to_itself_comes_to_an_end(
    handled: Callable[..., Site],
) -> None:
    code = "def handler(req):\n    req.internal_redirect(req.uri)\n    return 0\n"
    answer = handled(code).get("/item.zz")
    assert answer.status == 500
    assert "too many internal redirects" in answer.text


def test_a_page_shares_the_form_a_fixup_handler_made(
    handled: Callable[..., Site],
) -> None:
    code = (
        "def fixuphandler(req):\n    req.form = util.FieldStorage(req)\n"
        "    return apache.OK\n"
    )
    page = {"page.psp": "<%= form is req.form %> <%= form.keys() %>"}
    site = handled(code, "PythonFixupHandler hand", **page)
    assert site.get("/page.psp?a=b&c=").text == "True ['a']"


def test_a_directive_names_modules_to_import_at_the_start(make_site: MakeSite) -> None:
    files = {"boot.py": "import os\ndef start():\n    os.environ['BOOTED'] = 'yes'\n"}
    site = make_site(
        {**files, "page.psp": "<%= os.environ.get('BOOTED') %>"},
        "PythonImport boot::start main",
    )
    assert site.get("/page.psp").text == "yes"
