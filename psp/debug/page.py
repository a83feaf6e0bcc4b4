"""An ErrorReport as one HTML page that needs nothing else: no script, no other file.

Written with Python and markupsafe alone, so that it works when the engine does not.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from markupsafe import Markup

from .chain import CAUSE
from .frames import grouped
from .parts import basename, call, concat, fill, front, table
from .report import ErrorReport, Problem
from .request import RequestSummary
from .text import reason_of, render_text

LONG_MESSAGE = 160

# Control characters are shown as their pictures, what is no character at all as U+FFFD.
_VISIBLE = {
    **{code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"},
    **dict.fromkeys(range(0x7F, 0xA0), 0xFFFD),
    **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD),
}

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<style>
{}</style>
</head>
<body>
{}<main>
{}</main>
<footer>
<p>Python {}. Shown in development only, and only on this computer.</p>
</footer>
</body>
</html>
"""

_HEADER = """\
<header>
<p class="status"><strong>{}</strong> {}{}{}</p>
<h1><span class="type">{}</span> <span class="{}">{}</span></h1>
{}</header>
"""

_CHAINED = """\
<h2><small>{}</small> {}</h2>
<p class="message">{}</p>
{}"""

_REQUEST = """\
<section>
<h2>Request</h2>
<div class="card">
{}</div>
</section>
"""

_TEXT = """\
<section class="card">
<details><summary>Plain text, to copy</summary>
<pre class="text" tabindex="0">{}</pre>
</details>
</section>
"""


def render_html(report: ErrorReport) -> str:
    """The whole page."""
    page = fill(
        _PAGE,
        _title(report.problem),
        Markup(_style()),
        _header(report),
        concat(_main(report)),
        platform.python_version(),
    )
    return str(page).translate(_VISIBLE)


@cache
def _style() -> str:
    return files(__package__).joinpath("page.css").read_text("utf-8")


def _title(problem: Problem) -> str:
    place = f" ({basename(problem.front.place)})" if problem.front else ""
    return problem.title.partition("\n")[0][:LONG_MESSAGE] + place


def _header(report: ErrorReport) -> Markup:
    problem, request = report.problem, report.request
    long = len(problem.message) > LONG_MESSAGE
    number = fill(" <code>{}</code>", report.request_id)
    return fill(
        _HEADER,
        report.status,
        reason_of(report.status),
        fill(" <code>{} {}</code>", request.method, request.url) if request else "",
        number if report.request_id else "",
        problem.type,
        "message long" if long else "message",
        problem.message,
        _remarks(problem),
    )


def _remarks(problem: Problem) -> Markup:
    """The suggestion and the notes of an exception."""
    hint = Markup("")
    if problem.suggestion:
        hint = fill(
            '<p class="hint">Did you mean <code>{}</code>?</p>\n', problem.suggestion
        )
    notes = (fill('<p class="note">{}</p>\n', note) for note in problem.notes)
    return hint + concat(notes)


def _main(report: ErrorReport) -> Iterator[Markup]:
    later = ""
    for problem in report.chain:
        if problem.link:
            how = "was caused by" if problem.link == CAUSE else "came while handling"
            yield _heading(f"{later} {how}", problem)
        yield from _problem(problem)
        later = problem.type
    if report.request:
        yield _request(report.request)
    yield fill(_TEXT, render_text(report))


def _heading(how: str, problem: Problem) -> Markup:
    return fill(_CHAINED, how, problem.type, problem.message, _remarks(problem))


def _problem(problem: Problem) -> Iterator[Markup]:
    """Where it is, then the calls that led there, the innermost first."""
    if problem.front is not None:
        yield front(problem.front)
    calls = [item for item in problem.frames if item is not problem.front]
    if calls:
        yield Markup("<h3>Calls, the last one first</h3>\n")
        yield from map(call, grouped(calls[::-1]))
    for number, member in enumerate(problem.members, 1):
        yield _heading(f"{number}. of the group:", member)
        yield from _problem(member)


def _request(request: RequestSummary) -> Markup:
    tables = concat(
        (
            table("Query", request.query),
            table("Cookies", request.cookies),
            table("Headers", request.headers),
        )
    )
    return fill(_REQUEST, tables) if tables else tables
