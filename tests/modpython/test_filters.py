from __future__ import annotations

from collections.abc import Callable

import pytest

from .client import Site

MakeSite = Callable[..., Site]

FILTERS = """
def outputfilter(filter):
    text = filter.read()
    while text:
        filter.write(text.upper())
        text = filter.read()
    if text is None:
        filter.write("[end]")
        filter.close()

def brackets(filter):
    line = filter.readline()
    while line:
        filter.write(b"<" + line.rstrip() + b">")
        line = filter.readline()
    if line is None:
        filter.close()

def nothing(filter):
    filter.pass_on()

def off(filter):
    filter.disable()
    filter.pass_on()

def late(filter):
    filter.close()
    filter.write("x")

def boom(filter):
    1 / 0

def inputfilter(filter):
    text = filter.read(2)
    while text:
        filter.write(text.lower())
        text = filter.read(2)
    filter.close()

def added(req):
    req.register_output_filter("MINE", "flt::brackets")
    req.add_output_filter("mine")
    req.write("a\\nb")
    return 0
"""
NAMES = "brackets nothing off late boom".split()
LINES = "PythonOutputFilter flt UP\nPythonInputFilter flt LOW\n" + "".join(
    f"PythonOutputFilter flt::{name} {name.upper()}\n" for name in NAMES
)


@pytest.fixture
def make(make_site: MakeSite) -> MakeSite:
    def made(files: dict[str, str], line: str) -> Site:
        return make_site({"flt.py": FILTERS, **files}, LINES + line)

    return made


def test_a_page_goes_through_the_filters_and_has_their_length(make: MakeSite) -> None:
    site = make(
        {"page.psp": "<% req.set_content_length(4) %>text"}, "SetOutputFilter UP"
    )
    answer = site.get("/page.psp")
    assert (answer.text, answer.header("Content-Length")) == ("TEXT[end]", "9")


def test_a_page_that_streams_goes_through_piece_by_piece(make: MakeSite) -> None:
    text = "<% req.set_content_length(8) %>one<% req.flush() %>two"
    answer = make({"page.psp": text}, "SetOutputFilter UP").get("/page.psp")
    assert answer.sent == b"ONE" and answer.text == "ONETWO[end]"
    assert answer.header("Content-Length") is None


def test_filters_run_in_order(make: MakeSite) -> None:
    site = make({"page.psp": "a\nb"}, "SetOutputFilter BRACKETS;UP;NOTHING;OFF")
    assert site.get("/page.psp").text == "<A><B>[end]"


def test_files_go_through_filters_as_well(make: MakeSite) -> None:
    site = make({"a.txt": "text"}, "SetOutputFilter UP")
    answer = site.get("/a.txt")
    assert answer.text == "TEXT[end]" and answer.header("Content-Length") is None


def test_a_handler_adds_a_filter_of_its_own(make: MakeSite) -> None:
    lines = "AddHandler mod_python .zz\nPythonHandler flt::added"
    assert make({"a.zz": ""}, lines).get("/a.zz").text == "<a><b>"


@pytest.mark.parametrize(
    ("name", "error"), [("BOOM", "ZeroDivisionError"), ("LATE", "ValueError")]
)
def test_a_filter_that_fails_ends_the_body(
    make: MakeSite, name: str, error: str
) -> None:
    files = {"page.psp": "text<% req.flush() %>more"}
    answer = make(files, f"SetOutputFilter {name}").get("/page.psp")
    assert answer.status == 500 and "more" not in answer.text
    assert f'Mod_python error: "{name.lower()} flt::{name.lower()}"' in answer.text
    assert answer.report.startswith(error)


def test_a_filter_that_fails_tells_visitors_nothing(make: MakeSite) -> None:
    site = make({"page.psp": "text"}, "SetOutputFilter BOOM\nPythonDebug Off")
    answer = site.get("/page.psp")
    assert answer.status == 500 and "ZeroDivisionError" not in answer.text


def test_a_body_goes_through_input_filters(make: MakeSite) -> None:
    site = make({"page.psp": "<%= form['a'].value %>"}, "SetInputFilter LOW")
    assert site.post("/page.psp", "A=TEXT").text == "text"


def test_a_filter_of_no_known_name_is_an_error(make: MakeSite) -> None:
    site = make({"page.psp": "<% req.add_output_filter('NONE') %>"}, "")
    assert site.get("/page.psp").report.startswith(
        "UnknownFilter: no PythonOutputFilter"
    )
