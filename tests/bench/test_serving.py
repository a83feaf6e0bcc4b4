"""What the serving benchmark compares is the same page, and its lines are arithmetic."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from . import document, workloads
from .serving import lines, sites

W3 = workloads.expected(workloads.WORKLOADS["W3"])


def ask(path: str) -> str:
    """The body of the answer of the benchmark's application."""
    from .serving.wsgi_app import application

    started: list[str] = []

    def start(status: str, headers: list[tuple[str, str]]) -> None:
        started.append(status)

    query = "name=World+%26+Co"
    environ: dict[str, Any] = {"PATH_INFO": path, "QUERY_STRING": query}
    body = application(environ | {"wsgi.input": io.BytesIO()}, start)
    assert started == ["200 OK"]
    return b"".join(body).decode()


@pytest.fixture(autouse=True, scope="module")
def _small_crowd() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sites, "MANY", 50)
        patch.setenv("BENCH_ENGINES", "psp_")
        yield


@pytest.mark.parametrize("path", ["/page", "/page-psp_", "/page.psp"])
def test_every_page_is_the_same(path: str) -> None:
    assert ask(path).strip() == W3.strip()


@pytest.mark.parametrize("path", ["/hello", "/hello.psp", "/few.psp", "/many.psp"])
def test_every_hello_is_the_same(path: str) -> None:
    assert ask(path) == sites.HELLO


def test_every_greeting_is_the_same() -> None:
    assert ask("/tiny") == ask("/tiny.psp") == "<p>Hello, World &amp; Co!</p>\n"


def runs(**urls: tuple[float, float]) -> dict[str, list[lines.Numbers]]:
    """Two rounds of a server, CPU and CPU over hello by URL."""
    return {
        f"/{name.replace('_', '.')}": [{"cpu": cpu, "over": over}] * 2
        for name, (cpu, over) in urls.items()
    }


def test_lines_are_ratios_of_one_run() -> None:
    results = {
        "gunicorn sync": runs(
            page=(9, 8), page_psp=(5, 4), few_psp=(2, 1), many_psp=(3, 2)
        ),
        "waitress": runs(hello=(4, 0), page=(9, 5), page_psp=(10, 6)),
        "psp serve": runs(hello_psp=(6, 0)),
        "mod_python psp": {"/page-vars": [{"cpu": 70, "over": 40}]},
    }
    found = {(ratio, met) for _, ratio, _, met in lines.rows(results)}
    assert found == {
        ("0.50", "yes"),
        ("1.20", "no"),
        ("10.00", "yes"),
        ("1.50", "no"),
    }
    assert len(list(lines.rows(results))) == len(lines.LINES)


def test_a_line_without_its_server_is_left_out() -> None:
    assert list(lines.rows({"waitress": runs(hello=(1, 0))})) == []


def test_a_table_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- it -->\nold\n<!-- end of it -->\nb\n")
    document.write("it", ["new", "lines"], page)
    document.write("it", ["newer"], page)
    assert page.read_text() == "a\n<!-- it -->\nnewer\n<!-- end of it -->\nb\n"
    with pytest.raises(ValueError, match="no place for other"):
        document.write("other", [], page)
