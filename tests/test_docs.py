"""Every example of README.md and docs/ is run, and its output compared.

The first word after a fence says what it is:

``psp [name]``      a page; one with a name becomes a file, others are rendered
``output [exact]``  what the step before it wrote; empty lines and blanks at the end of
                    lines count only if it is ``exact``
``error``           what Python prints about the page before it, which is wrong
``python [name]``   run, in one namespace for the whole document, or made a file
``console``         commands after ``$`` and what they print; ``...`` is any text
``requests``        requests over HTTP, each with the status of its answer
``toml``            settings, loaded
``nginx name`` …    a recipe for a host, tried by ``tests/hosts``
``systemd name``    a unit, verified where systemd is
``dockerfile``      tried by ``tests/hosts/test_production.py``

Comments of HTML say more: ``<!-- names: {...} -->`` are the names of the next page,
``<!-- file: name text -->`` makes a file, ``<!-- request: POST /path field=value -->``
asks for a page over HTTP, with JSON where a ``{`` begins it; ``output`` then is the
body of the answer.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

import pytest
from werkzeug.test import Client

from psp import Engine, FileLoader, WSGIApplication
from psp.cli import COMMANDS
from psp.errors import PageSyntaxError
from psp.settings import describe_settings, load_settings
from psp.settings.schema import SETTINGS
from tests.hosts.rows import used_recipes

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

PIECE = re.compile(
    r"^<!--[ ](?P<key>\w+):[ ](?P<value>.*?)[ ]-->$"
    r"|^```(?P<words>[^\n]*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


class Step(NamedTuple):
    """One fence or comment of a document."""

    line: int
    kind: str
    words: list[str]
    text: str


def read_steps(document: str) -> Iterator[Step]:
    """The steps of a document, in order."""
    for match in PIECE.finditer(document):
        line = document.count("\n", 0, match.start()) + 1
        if match["key"]:
            yield Step(line, match["key"], [], match["value"])
        else:
            kind, *words = match["words"].split() or [""]
            yield Step(line, kind, words, match["text"])


def squeeze(text: str) -> list[str]:
    """The lines of *text* that hold anything, without blanks at their ends."""
    return [line.rstrip() for line in text.splitlines() if line.strip()]


class Notebook:
    """Runs the steps of one document in a folder of its own."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.engine = Engine(FileLoader(str(folder)), reload_interval=0)
        self.client = Client(WSGIApplication(str(folder), reload_interval=0))
        self.names: dict[str, object] = {}
        self.globals: dict[str, object] = {"__name__": "__main__"}
        self.written = ""
        self.error: PageSyntaxError | None = None

    def run(self, step: Step) -> None:
        """Do what *step* says; a kind without a method is a mistake of the document."""
        action: Callable[[Step], None] | None = getattr(self, f"do_{step.kind}", None)
        assert action is not None, f"{step.kind!r} is no kind of example"
        if step.kind != "error":
            self.expect_no_error()
        action(step)

    def expect_no_error(self) -> None:
        """Raise the error of a page that no ``error`` has followed."""
        if self.error is not None:
            raise self.error

    def do_names(self, step: Step) -> None:
        self.names = ast.literal_eval(step.text)

    def do_psp(self, step: Step) -> None:
        if step.words:
            path = self.folder / step.words[0]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.text, encoding="utf-8")
            return
        names, self.names = self.names, {}
        try:
            self.written = self.engine.from_string(step.text, "page.psp").render(
                **names
            )
        except PageSyntaxError as error:
            self.error = error

    def do_file(self, step: Step) -> None:
        if step.words:
            return self.do_recipe(step)
        name, _, text = step.text.partition(" ")
        (self.folder / name).write_text(text, encoding="utf-8")

    def do_requests(self, step: Step) -> None:
        for line in step.text.splitlines():
            method, path, status = line.split()
            response = self.client.open(path, method=method)
            assert response.status_code == int(status), line

    def do_request(self, step: Step) -> None:
        method, path, *fields = step.text.split(" ", 2)
        sent: dict[str, object] = {}
        if fields and fields[0].startswith("{"):
            sent = {"data": fields[0], "content_type": "application/json"}
        elif fields:
            sent = {"data": dict(one.split("=", 1) for one in fields[0].split(" "))}
        response = self.client.open(path, method=method, **sent)
        self.written = response.get_data(as_text=True)

    def do_recipe(self, step: Step) -> None:
        """A recipe is tried by the hosts, where it must be part of a row."""
        assert (step.kind, *step.words) in used_recipes()

    def do_systemd(self, step: Step) -> None:
        """A unit is right where systemd has nothing to say about it."""
        assert shutil.which("systemd-analyze") or "CI" not in os.environ
        if shutil.which("systemd-analyze"):
            unit = self.folder / step.words[0]
            text = step.text.replace("/srv/psp/bin/psp", sys.executable)
            unit.write_text(text.replace("/srv/site", str(self.folder)))
            command = ["systemd-analyze", "verify", "--man=no", str(unit)]
            found = subprocess.run(command, capture_output=True, text=True)
            assert (found.returncode, found.stderr) == (0, "")

    def do_dockerfile(self, step: Step) -> None:
        """The instructions are tried where there is time for it."""
        assert step.words == ["Dockerfile"]

    do_sh = do_nginx = do_apache = do_lighttpd = do_recipe

    def do_output(self, step: Step) -> None:
        if "exact" in step.words:
            assert self.written == step.text
        else:
            assert squeeze(self.written) == squeeze(step.text)

    def do_error(self, step: Step) -> None:
        assert self.error is not None, "the page before this compiles"
        printed = "".join(traceback.format_exception_only(self.error))
        assert squeeze(printed) == squeeze(step.text)
        self.error = None

    def do_python(self, step: Step) -> None:
        if step.words:
            (self.folder / step.words[0]).write_text(step.text, encoding="utf-8")
            return
        printed = io.StringIO()
        code = compile(step.text, f"<line {step.line}>", "exec")
        with contextlib.redirect_stdout(printed), contextlib.chdir(self.folder):
            exec(code, self.globals)
        self.written = printed.getvalue()

    def do_toml(self, step: Step) -> None:
        path = self.folder / "psp.toml"
        path.write_text(step.text, encoding="utf-8")
        load_settings(path, environ={})

    def do_console(self, step: Step) -> None:
        first, *commands = re.split(r"^\$ ", step.text, flags=re.MULTILINE)
        assert not first, "a console starts with a command"
        for command in commands:
            line, _, expected = command.partition("\n")
            printed = self.shell(shlex.split(line, comments=True))
            pattern = re.escape("\n".join(squeeze(expected))).replace(r"\.\.\.", ".*")
            assert re.fullmatch(pattern, "\n".join(squeeze(printed)), re.DOTALL), (
                printed
            )

    def shell(self, words: list[str]) -> str:
        """What the command prints; ``make`` only says what it would do."""
        if words[0] == "make":
            subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, check=True)
            return ""
        programs = {"psp": ["-m", "psp"], "python": []}
        assert words[0] in programs, f"no example may run {words[0]}"
        process = subprocess.Popen(
            [sys.executable, *programs[words[0]], *words[1:]],
            cwd=self.folder,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "HOME": str(self.folder),
                "XDG_CACHE_HOME": str(self.folder / ".cache"),
                "XDG_CONFIG_HOME": str(self.folder / ".config"),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        with process, stopped_in_the_end(process):
            if words[1] != "serve":
                return process.communicate(timeout=60)[0]
            assert process.stdout
            first = process.stdout.readline()
            with urlopen(first.rpartition(" ")[2].strip()) as response:
                assert response.status == 200
            return first + process.stdout.readline()


@contextlib.contextmanager
def stopped_in_the_end(process: subprocess.Popen[str]) -> Iterator[None]:
    """Ends *process* with the block."""
    try:
        yield
    finally:
        process.terminate()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_examples(path: Path, tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    for step in read_steps(path.read_text(encoding="utf-8")):
        try:
            notebook.run(step)
        except Exception as error:
            error.add_note(f"in {path.relative_to(ROOT)}, line {step.line}")
            raise
    notebook.expect_no_error()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)]*)\)", text):
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.exists(), target
        if anchor:
            assert anchor in anchors(there.read_text(encoding="utf-8")), target


def anchors(document: str) -> set[str]:
    """The names that GitHub gives to the headings of a document."""
    headings = re.findall(r"^#+ (.+)$", document, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert text.endswith(f"## All settings\n\n{describe_settings()}")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_settings_that_are_spoken_of_exist(path: Path) -> None:
    spelt = re.findall(
        r"`(?!req\.)([a-z_.]+) = (?:true|false|\d+|\"[^`]*\")`",
        path.read_text(encoding="utf-8"),
    )
    known = {name for path in SETTINGS for name in (".".join(path), path[-1])}
    assert set(spelt) <= known


def test_every_command_is_documented() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert {f"## {name}" for name in COMMANDS} <= set(text.splitlines())


def test_every_target_is_listed() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    listed = re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE)
    assert sorted(listed) == sorted(phony[1].split())
