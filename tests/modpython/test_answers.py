"""What of an answer stays when a handler ends it by a status."""

from __future__ import annotations

from collections.abc import Callable

from .client import Site

MakeSite = Callable[..., Site]
DIRECTIVES = "AddHandler mod_python .zz\nPythonHandler hand"


def handled(make_site: MakeSite, code: str) -> Site:
    """A site whose ``.zz`` files are answered by a handler of the lines *code*."""
    body = code.replace("\n", "\n    ")
    text = f"from mod_python import apache, util\ndef handler(req):\n    {body}\n"
    return make_site({"hand.py": text, "item.zz": "file"}, DIRECTIVES)


def test_a_redirect_by_status_keeps_its_location(make_site: MakeSite) -> None:
    code = "req.headers_out['Location'] = '/there'\nreturn apache.HTTP_SEE_OTHER"
    answer = handled(make_site, code).get("/item.zz")
    assert (answer.status, answer.header("Location")) == (303, "/there")


def test_other_statuses_drop_it(make_site: MakeSite) -> None:
    code = "req.headers_out['Location'] = '/there'\nreturn apache.HTTP_NOT_FOUND"
    answer = handled(make_site, code).get("/item.zz")
    assert (answer.status, answer.header("Location")) == (404, None)


def test_not_modified_has_the_headers_of_the_page_and_no_body(
    make_site: MakeSite,
) -> None:
    code = "req.headers_out['X-Kept'] = '1'\nreq.write('text', 0)\nreturn 304"
    answer = handled(make_site, code).get("/item.zz")
    assert (answer.status, answer.header("X-Kept"), answer.body) == (304, "1", b"")


def test_not_modified_has_one_location(make_site: MakeSite) -> None:
    code = "req.headers_out['Location'] = '/there'\nreturn 304"
    answer = handled(make_site, code).get("/item.zz")
    assert [value for name, value in answer.headers if name == "Location"] == ["/there"]


def test_an_empty_location_is_none(make_site: MakeSite) -> None:
    code = "req.headers_out['Location'] = ''\nreturn 302"
    answer = handled(make_site, code).get("/item.zz")
    assert (answer.status, answer.header("Location")) == (302, None)


def test_what_a_handler_has_set_stays_when_it_declines(make_site: MakeSite) -> None:
    code = (
        "req.status = 410\nreq.content_type = 'text/own'\n"
        "req.headers_out['X-A'] = '1'\nreturn apache.DECLINED"
    )
    answer = handled(make_site, code).get("/item.zz")
    assert (answer.status, answer.text) == (410, "file")
    assert (answer.header("Content-Type"), answer.header("X-A")) == ("text/own", "1")


def test_a_body_that_is_no_form_ends_by_server_return(make_site: MakeSite) -> None:
    code = (
        "try:\n    util.FieldStorage(req)\n"
        "except apache.SERVER_RETURN as ending:\n    req.write(repr(ending.args), 0)\n"
        "return apache.OK"
    )
    answer = handled(make_site, code).post("/item.zz", "1,2", "text/csv")
    assert answer.text == "(501,)"


def test_a_published_module_is_the_file_of_the_request(make_site: MakeSite) -> None:
    site = make_site({"index.py": "def where(req):\n    return req.filename\n"})
    assert site.get("/index.py/where").text == str(site.root / "index.py")
    site.directives = "SetHandler mod_python\nPythonHandler mod_python.publisher"
    site._application = None
    assert site.get("/where").text == str(site.root / "index.py")
