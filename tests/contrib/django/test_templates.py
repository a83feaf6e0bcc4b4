"""Pages as templates of a Django project."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist, TemplateSyntaxError, engines
from django.template.loader import get_template, render_to_string, select_template
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.utils.safestring import mark_safe

from psp.errors import ParameterError

from .conftest import Configure


def shop(request: HttpRequest) -> dict[str, object]:
    """A context processor."""
    return {"shop": f"Shop at {request.path}", "name": "of the processor"}


def test_a_page_is_rendered(pages: Path, configure: Configure) -> None:
    (pages / "part.psp").write_text("<b><%= name %></b>")
    (pages / "list.psp").write_text(
        "<% for n in numbers: %><%= n %>,<% end %><%@ include file='part.psp' %>"
    )
    configure()
    text = render_to_string("list.psp", {"numbers": [1, 2], "name": "Ada & Co"})
    assert text == "1,2,<b>Ada &amp; Co</b>"
    template = get_template("list.psp")
    assert template.origin.name == str(pages / "list.psp")
    assert template.origin.template_name == "list.psp"


def test_what_django_has_marked_as_safe_is_written_as_it_is(
    pages: Path, configure: Configure
) -> None:
    configure()
    template = engines["pages"].from_string("<p><%= a %><%= b %></p>")
    assert template.render({"a": mark_safe("<i>"), "b": "<i>"}) == "<p><i>&lt;i&gt;</p>"


def test_a_request_gives_names(pages: Path, configure: Configure) -> None:
    (pages / "form.psp").write_text(
        "<form><%= csrf_input %></form><%= csrf_token %>|<%= request.path %>|"
        "<%= shop %>|<%= name %>|<%= site %>"
    )
    processors = [f"{__name__}.shop"]
    configure({"context_processors": processors, "names": {"site": "A & B"}})
    request = RequestFactory().get("/cart")
    text = render_to_string("form.psp", {"name": "of the view"}, request)
    found = re.fullmatch(
        r'<form><input type="hidden" name="csrfmiddlewaretoken" value="(\w{64})">'
        r"</form>(\w{64})\|/cart\|Shop at /cart\|of the view\|A &amp; B",
        text,
    )
    assert found is not None, text
    assert request.META["CSRF_COOKIE_NEEDS_UPDATE"]  # so that the cookie is set


def test_a_page_with_parameters_is_given_those_of_the_request(
    pages: Path, configure: Configure
) -> None:
    (pages / "card.psp").write_text(
        '<%@ param title: str %><%@ param csrf_token: str = "" %>'
        "<%= title %> <%= len(csrf_token) %>"
    )
    configure()
    request = RequestFactory().get("/")
    assert render_to_string("card.psp", {"title": "x"}, request) == "x 64"
    with pytest.raises(ParameterError, match="titel"):
        render_to_string("card.psp", {"titel": "x"}, request)


def test_a_page_that_is_not_there(pages: Path, configure: Configure) -> None:
    (pages / "other.psp").write_text("other")
    (pages / "whole.psp").write_text("<% psp.include('part.psp') %>")
    configure()
    with pytest.raises(TemplateDoesNotExist) as caught:
        get_template("missing.psp")
    (tried,) = caught.value.chain
    ((origin, status),) = tried.tried
    assert (origin.name, status) == (str(pages / "missing.psp"), "Page does not exist")
    assert origin.loader_name == "psp.loaders.FileLoader"
    assert tried.backend.name == "pages"
    assert select_template(["missing.psp", "other.psp"]).render() == "other"
    with pytest.raises(TemplateDoesNotExist, match=r"part\.psp"):
        render_to_string("whole.psp")
    (pages.parent / "secret.psp").write_text("secret")
    for name in ("../secret.psp", str(pages.parent / "secret.psp")):
        with pytest.raises(TemplateDoesNotExist):
            get_template(name)


@pytest.mark.parametrize("part", [False, True])
def test_a_page_that_is_wrong(pages: Path, configure: Configure, part: bool) -> None:
    wrong = "".join(f"line {n}\n" for n in range(1, 15)) + "<p><%= 1 + %> </p>\n"
    wrong = f"{wrong}é\nlast"
    (pages / "wrong.psp").write_text(wrong, encoding="utf-8")
    (pages / "page.psp").write_text("<%@ include file='wrong.psp' %>")
    configure()
    with pytest.raises(TemplateSyntaxError, match="invalid syntax") as caught:
        get_template("page.psp" if part else "wrong.psp")
    found = caught.value.template_debug
    assert found["name"] == str(pages / "wrong.psp")
    assert (found["line"], found["total"]) == (15, 17)
    assert (found["top"], found["bottom"]) == (4, 17)
    assert found["source_lines"][0] == (5, "line 5")
    assert found["source_lines"][-1] == (17, "last")
    assert found["before"] + found["during"] + found["after"] == "<p><%= 1 + %> </p>"
    assert found["before"] == "<p><%= 1 + "


def test_a_string_that_is_wrong(configure: Configure) -> None:
    configure()
    with pytest.raises(TemplateSyntaxError) as caught:
        engines["pages"].from_string("one\n<% if x: %>")
    found = caught.value.template_debug
    assert found["source_lines"] == [(1, "one"), (2, "<% if x: %>")]


def fails(request: HttpRequest, name: str) -> HttpResponse:
    """A view."""
    return render(request, f"{name}.psp", {"zero": 0})


urlpatterns = [path("<name>", fails)]


def test_the_page_that_django_shows_of_errors(
    pages: Path, configure: Configure
) -> None:
    (pages / "wrong.psp").write_text("<h1>\n<%= 1 + %>\n")
    (pages / "fails.psp").write_text("<h1>\n<%= 1 / zero %>\n")
    configure(DEBUG=True, ROOT_URLCONF=__name__)
    client = Client(raise_request_exception=False)
    wrong = client.get("/wrong")
    assert wrong.status_code == 500
    assert f"In template <code>{pages}/wrong.psp</code>" in wrong.text
    assert '&lt;%= 1 + <span class="specific">%</span>&gt;' in wrong.text
    failed = client.get("/fails").text
    assert "ZeroDivisionError" in failed and f"{pages}/fails.psp" in failed
    assert "&lt;%= 1 / zero %&gt;" in failed
    missing = client.get("/missing").text
    assert "Using engine <code>pages</code>" in missing
    assert f"psp.loaders.FileLoader</code>: {pages}/missing.psp" in missing


def test_applications_have_pages(
    tmp_path: Path, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fruit/psp/fruit").mkdir(parents=True)
    (tmp_path / "fruit/__init__.py").write_text("")
    (tmp_path / "fruit/psp/fruit/list.psp").write_text("apples")
    monkeypatch.syspath_prepend(tmp_path)
    configure(INSTALLED_APPS=["fruit"])
    try:
        assert render_to_string("fruit/list.psp") == "apples"
    finally:
        sys.modules.pop("fruit", None)


def test_changes_are_seen_in_development_only(
    pages: Path, configure: Configure
) -> None:
    page = pages / "page.psp"
    for debug in (False, True):
        page.write_text("old")
        configure(DEBUG=debug)
        assert render_to_string("page.psp") == "old"
        page.write_text("newer")
        assert render_to_string("page.psp") == ("newer" if debug else "old")


def test_options(tmp_path: Path, pages: Path, configure: Configure) -> None:
    (pages / "page.psp").write_bytes(b"\xe9<%= '<' %>\n<% if 1: %>\nyes\n<% end %>\n")
    cache, key = str(tmp_path / "cache"), str(tmp_path / "key")
    options = {"encoding": "latin-1", "escape": "none", "trim": "lines"}
    configure({**options, "cache_dir": cache, "key_file": key})
    assert render_to_string("page.psp") == "é<\nyes\n"
    assert list(Path(cache).rglob("*.psc"))


def test_options_that_are_none(configure: Configure) -> None:
    for options, message in (
        ({"enviroment": "x"}, "no options of pages: enviroment"),
        ({"trim": "all"}, "trim"),
    ):
        configure(options)
        with pytest.raises(ImproperlyConfigured, match=message):
            engines["pages"]


def test_a_project_that_is_not_debugged_shows_no_source(
    pages: Path, configure: Configure
) -> None:
    (pages / "wrong.psp").write_text("<h1>\n<%= 1 + %>\n")
    configure(DEBUG=False, ROOT_URLCONF=__name__)
    with override_settings(ALLOWED_HOSTS=["*"]):
        answer = Client(raise_request_exception=False).get("/wrong")
    assert answer.status_code == 500 and "%" not in answer.text
