"""build_report(): what is known of an error, and where to look first."""

from __future__ import annotations

import json
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from psp.debug.chain import CAUSE, CONTEXT, LONGEST
from psp.debug.excerpt import Place
from psp.debug.frames import FIRST, LAST, Frame, Owner, Skip
from psp.debug.masking import MASK
from psp.debug.report import Problem, build_report
from psp.errors import BlockError, PageNotFound
from psp.source import Source, Span

from .pages import compiled, failure


def front(problem: Problem) -> Frame:
    assert problem.front is not None
    return problem.front


def marked(frame: Frame) -> list[str]:
    return [
        line.text[line.start : line.end]
        for line in frame.lines
        if line.start < line.end
    ]


def owners(problem: Problem) -> list[Owner]:
    return [frame.owner for frame in problem.frames if isinstance(frame, Frame)]


class TestFront:
    def test_it_is_the_very_expression(self, tmp_path: Path) -> None:
        page = tmp_path / "é.psp"
        text = '<p>\n<b>é</b> <%= "é" + f(row["x"]) %>\n</p>\n'
        error = failure(page, text, '"é" + f(row["x"])', f=str, row={})
        found = build_report(error).problem
        assert (found.type, found.message) == ("KeyError", "'x'")
        assert front(found).place == Place(str(page), 2, 22, 2, 30)
        assert marked(front(found)) == ['row["x"]']
        assert front(found).function == ""
        assert front(found).owner is Owner.PAGE

    def test_a_page_comes_before_the_library_it_calls(self, tmp_path: Path) -> None:
        text = "<% \ndef load(raw):\n    return json.loads(raw)\n%><%= load('{') %>"
        code = "def load(raw):\n    return json.loads(raw)\n"
        error = failure(tmp_path / "p.psp", text, code, "load('{')", json=json)
        found = build_report(error).problem
        assert found.type == "json.decoder.JSONDecodeError"
        assert marked(front(found)) == ["json.loads(raw)"]
        assert front(found).function == "load"
        assert owners(found)[-1] is Owner.LIBRARY

    def test_without_a_page_it_is_the_site_then_whatever_there_is(self) -> None:
        def of(call: Any) -> Frame:
            try:
                call()
            except Exception as error:
                return front(build_report(error).problem)
            raise AssertionError

        assert of(lambda: json.loads("{")).owner is Owner.SITE
        error = PageNotFound("x")
        assert build_report(error).problem.front is None

    def test_an_error_of_several_lines(self, tmp_path: Path) -> None:
        code = "f(\n    1,\n    2,\n)"
        error = failure(tmp_path / "p.psp", f"<%\n{code}\n%>", code, f=int)
        assert marked(front(build_report(error).problem)) == ["f(", "1,", "2,", ")"]

    def test_source_comes_from_where_the_caller_says(self, tmp_path: Path) -> None:
        path = tmp_path / "p.psp"
        error = failure(path, "<%= 1 / 0 %>", "1 / 0")

        def read(filename: str) -> list[str]:
            return ["<%= 1 / 0 %> of the database"] if filename == str(path) else []

        lines = front(build_report(error, read=read).problem).lines
        assert [line.text for line in lines] == ["<%= 1 / 0 %> of the database"]

    def test_source_that_is_gone_is_no_error(self, tmp_path: Path) -> None:
        path = tmp_path / "p.psp"
        error = failure(path, "<%= 1 / 0 %>", "1 / 0")
        path.unlink()
        found = front(build_report(error).problem)
        assert found.lines == []
        assert found.place.line == 1

    def test_source_that_has_become_shorter_is_no_error(self, tmp_path: Path) -> None:
        path = tmp_path / "p.psp"
        error = failure(path, "\n\n\n\n<%= 1 / 0 %>", "1 / 0")
        path.write_text("x", "utf-8")
        assert front(build_report(error).problem).place.line == 5


class TestSyntaxErrors:
    SOURCE = Source("<p>\n<% for a in b: %>\n", "p.psp", "/site/p.psp")

    def error(self) -> BlockError:
        start = self.SOURCE.text.index("for")
        span = Span(start, start + 3)
        error = BlockError.at(self.SOURCE, span, "`for` is never closed")
        assert isinstance(error, BlockError)
        return error

    def test_its_own_line_is_the_front(self) -> None:
        report = build_report(
            self.error(), read=lambda filename: self.SOURCE.text.split("\n")
        )
        found = front(report.problem)
        assert report.problem.title == "BlockError: `for` is never closed"
        assert found.place == Place("/site/p.psp", 2, 4, 2, 7)
        assert marked(found) == ["for"]
        assert [line.number for line in found.lines] == [1, 2, 3]

    def test_the_line_it_carries_stands_in_for_the_file(self) -> None:
        (line,) = front(build_report(self.error(), read=lambda name: []).problem).lines
        assert (line.number, line.text) == (2, "<% for a in b: %>")

    def test_the_error_of_python_behind_it_is_shown(self) -> None:
        error = self.error()
        error.__cause__ = IndentationError("unexpected indent", ("p", 1, 1, "  x"))
        types = [problem.type for problem in build_report(error).chain]
        assert types == ["BlockError", "IndentationError"]

    @pytest.mark.parametrize(
        "details",
        [
            (None, None, None, None),
            ("p", None, None, None),
            ("p", 0, 0, ""),
            ("p", 1, None, None),
            ("p", 1, 0, "text", 0, 0),
            ("p", 3, 7, "text", 2, 1),
            ("p", 10**9, 7, "text", -1, -1),
        ],
    )
    def test_incomplete_places_are_no_error(self, details: tuple[Any, ...]) -> None:
        report = build_report(SyntaxError("wrong", details))
        assert report.problem.message == "wrong"


class TestChain:
    def test_cause_and_context(self, tmp_path: Path) -> None:
        code = (
            "try:\n    try:\n        1 / 0\n    except ZeroDivisionError:\n"
            "        int('x')\nexcept ValueError as e:\n    raise KeyError from e\n"
        )
        error = failure(tmp_path / "p.psp", code, code)
        found = [(problem.type, problem.link) for problem in build_report(error).chain]
        assert found == [
            ("KeyError", ""),
            ("ValueError", CAUSE),
            ("ZeroDivisionError", CONTEXT),
        ]

    def test_from_none_ends_the_chain(self) -> None:
        error = KeyError()
        error.__context__ = ValueError()
        error.__suppress_context__ = True
        assert len(build_report(error).chain) == 1

    def test_a_circle_ends(self) -> None:
        one, two = KeyError(), ValueError()
        one.__cause__, two.__context__ = two, one
        assert len(build_report(one).chain) == 2

    def test_a_long_chain_ends(self) -> None:
        error = first = KeyError(0)
        for n in range(1, 1000):
            error.__cause__ = error = KeyError(n)
        assert len(build_report(first).chain) == LONGEST

    def test_groups_have_members(self) -> None:
        inner = ExceptionGroup("inner", [KeyError("k")])
        found = build_report(ExceptionGroup("outer", [ValueError("v"), inner])).problem
        assert [member.type for member in found.members] == [
            "ValueError",
            "ExceptionGroup",
        ]
        assert found.members[1].members[0].title == "KeyError: 'k'"

    def test_groups_have_a_bottom(self) -> None:
        error: Exception = KeyError()
        for _ in range(100):
            error = ExceptionGroup("g", [error] * 100)
        build_report(error)


class TestFrames:
    def test_recursion_is_folded(self, tmp_path: Path) -> None:
        code = "def f(n):\n    return g(n)\n\ndef g(n):\n    return f(n + 1)\n"
        error = failure(tmp_path / "p.psp", f"{code}f(0)", code, "f(0)")
        found = build_report(error).problem
        assert found.type == "RecursionError"
        assert len(found.frames) <= 6
        skips = [item.message for item in found.frames if isinstance(item, Skip)]
        assert len(skips) == 1
        assert skips[0].startswith("These 2 calls repeated ")

    def test_a_few_repeated_calls_are_shown(self, tmp_path: Path) -> None:
        code = "def f(n):\n    return 1 / n + f(n - 1)\n"
        error = failure(tmp_path / "p.psp", f"{code}f(2)", code, "f(2)")
        assert not any(isinstance(i, Skip) for i in build_report(error).problem.frames)

    def test_a_long_way_is_cut_in_the_middle(self, tmp_path: Path) -> None:
        count = FIRST + LAST + 30
        lines = [f"def f{n}(): f{n + 1}()" for n in range(count)]
        code = "\n".join(lines) + f"\ndef f{count}(): 1 / 0\n"
        error = failure(tmp_path / "p.psp", f"{code}f0()", code, "f0()")
        found = build_report(error).problem
        assert len(found.frames) == FIRST + LAST + 1
        assert front(found) is found.frames[-1]

    def test_frames_of_psp_have_no_variables(self) -> None:
        try:
            Source.from_bytes(b"x", encoding="no such encoding")
        except LookupError as error:
            found = build_report(error).problem
        ours = [
            frame
            for frame in found.frames
            if isinstance(frame, Frame) and frame.owner is Owner.PSP
        ]
        assert len(ours) == 1
        assert ours[0].variables == []
        assert front(found).owner is Owner.SITE

    @pytest.mark.parametrize("known", ["nothing", "lines"])
    def test_code_without_positions(self, known: str) -> None:
        text = "<p>\n<%= 1 / 0 %>"
        code = compiled(text, "p.psp", "1 / 0")
        bare = code.replace(co_linetable=location_table(code, known))
        try:
            exec(bare)
        except ZeroDivisionError as error:
            report = build_report(error, read=lambda name: text.split("\n"))
        assert front(report.problem).place == Place("p.psp", 1, 0, 1, 0)


def location_table(code: CodeType, known: str) -> bytes:
    """A table for *code* of as little as "nothing", or "lines": it is all on its first.

    The format is that of Objects/locations.md in CPython.
    """
    kind, rest = (15, b"") if known == "nothing" else (13, b"\0")
    left, table = len(code.co_code) // 2, b""
    while left:
        units = min(left, 8)
        table += bytes([0x80 | kind << 3 | units - 1]) + rest
        left -= units
    return table


class TestVariables:
    def variables(self, tmp_path: Path, code: str, **names: Any) -> dict[str, str]:
        error = failure(tmp_path / "p.psp", code, code, **names)
        return dict(front(build_report(error).problem).variables)

    def test_names_that_the_page_uses(self, tmp_path: Path) -> None:
        code = "import json\na = b + 1\ndef f(): pass\na / 0"
        names = {"b": 1, "unused": 2, "api_key": "x", "_psp_out": [], "__doc__": ""}
        assert self.variables(tmp_path, code, **names) == {
            "a": "2",
            "b": "1",
            "unused": "2",
            "api_key": MASK,
        }

    def test_variables_of_a_function(self, tmp_path: Path) -> None:
        code = "def f(a, *, token):\n    b = [a]\n    return b[1]\nf(5, token='x')"
        assert self.variables(tmp_path, code) == {"a": "5", "token": MASK, "b": "[5]"}


class TestOtherParts:
    def test_notes(self) -> None:
        error = ValueError("v")
        error.add_note("first\nsecond")
        assert build_report(error).problem.notes == ["first\nsecond"]
        error.__notes__ = 7  # type: ignore[assignment]
        assert build_report(error).problem.notes == []

    def test_a_message_that_cannot_be_made_is_no_error(self) -> None:
        class Broken(Exception):
            def __str__(self) -> str:
                raise KeyError

        assert build_report(Broken()).problem.message == (
            "(its message cannot be shown: KeyError)"
        )

    def test_a_long_message_is_cut(self) -> None:
        assert len(build_report(ValueError("x" * 10**6)).problem.message) < 5000

    def test_suggestions(self, tmp_path: Path) -> None:
        page = tmp_path / "p.psp"
        error = failure(page, "titel", "titel", title=1, _psp_titel=2)
        assert build_report(error).problem.suggestion == "title"
        error = failure(page, "a.appnd", "a.appnd", a=[])
        assert build_report(error).problem.suggestion == "append"
        error = failure(page, "prnt()", "prnt()")
        assert build_report(error).problem.suggestion == "print"
        error = failure(page, "nope", "nope", title=1)
        assert build_report(error).problem.suggestion == ""

    def test_classes_of_pages_have_no_module(self, tmp_path: Path) -> None:
        code = "def page():\n    class Err(Exception): pass\n    raise Err('x')\npage()"
        error = failure(tmp_path / "shop.psp", code, code)
        assert build_report(error).problem.title == "Err: x"

    def test_classes_of_modules_keep_theirs(self) -> None:
        error = json.JSONDecodeError("m", "doc", 0)
        assert build_report(error).problem.type == "json.decoder.JSONDecodeError"
        assert build_report(PageNotFound("x")).problem.type == "PageNotFound"
