"""Each file of this folder is a page and what becomes of it.

Sections start with a line ``---name---``: ``page``, ``dialect`` (default psp), files
that the page includes (``file NAME``), and what is expected: ``tokens``, ``skeleton``,
``python``, ``output`` or ``error``. Write the page and the names of the sections, run
``pytest --update-goldens``, read the diff.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from psp import DictLoader, Engine, PageSyntaxError
from psp.compiler.pipeline import build_skeleton, build_tree, read_page, tokenize
from psp.errors import PageNotFound
from psp.options import DIALECTS
from psp.source import Source

HERE = Path(__file__).parent
CASES = sorted(HERE.rglob("*.txt"))
SECTION = re.compile(r"^---(.+)---\n", re.MULTILINE)


class Case:
    """The sections of one file."""

    def __init__(self, path: Path):
        parts = SECTION.split(path.read_text(encoding="utf-8"))
        self.sections = dict(zip(parts[1::2], parts[2::2], strict=True))
        # The newline before the next section belongs to the format.
        self.sections = {k: v.removesuffix("\n") for k, v in self.sections.items()}
        self.page = self.sections["page"]
        self.options = DIALECTS[self.sections.get("dialect", "psp")]
        self.files = {
            name.removeprefix("file "): text
            for name, text in self.sections.items()
            if name.startswith("file ")
        }
        self.files["page.psp"] = self.page

    def resolve(self, name: str, including: Source) -> Source:
        if name not in self.files:
            raise PageNotFound(name)
        return Source(self.files[name], name)

    def read(self):
        return read_page(Source(self.page, "page.psp"), self.resolve, self.options)

    def output(self) -> str:
        engine = Engine(DictLoader(self.files), options=self.options)
        return engine.render("page.psp")

    def error(self) -> str:
        with pytest.raises(PageSyntaxError) as caught:
            self.output()
        error = caught.value
        return f"{type(error).__name__} {error.location}: {error.msg}"


def tokens(case: Case) -> str:
    found = tokenize(Source(case.page))
    assert "".join(token.text for token in found) == case.page
    return "\n".join(f"{token.type.value} {token.text!r}" for token in found)


def skeleton(case: Case) -> str:
    return build_skeleton(case.read()).text.rstrip("\n")


def python(case: Case) -> str:
    page = case.read()
    tree = build_tree(build_skeleton(page), page)
    return "\n".join(ast.unparse(u.module) for u in (tree.page, *tree.fragments))


MAKERS: dict[str, Callable[[Case], str]] = {
    "tokens": tokens,
    "skeleton": skeleton,
    "python": python,
    "output": Case.output,
    "error": Case.error,
}


@pytest.mark.filterwarnings("ignore::psp.PageWarning")
@pytest.mark.parametrize("path", CASES, ids=lambda p: str(p.relative_to(HERE))[:-4])
def test_golden(path: Path, request: pytest.FixtureRequest) -> None:
    case = Case(path)
    wanted = {name: text for name, text in case.sections.items() if name in MAKERS}
    assert wanted, "a case says what it expects"
    made = {name: MAKERS[name](case) for name in wanted}
    if request.config.getoption("--update-goldens"):
        sections = {**case.sections, **made}
        text = "".join(f"---{name}---\n{body}\n" for name, body in sections.items())
        path.write_text(text, encoding="utf-8")
    assert made == wanted


def test_there_are_cases() -> None:
    assert len(CASES) > 60
