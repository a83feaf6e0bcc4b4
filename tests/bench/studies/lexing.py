"""The project's lexer against plain regular expressions, and what PLY costs to import.

python -m tests.bench.studies.lexing [-r ROUNDS] [--json FILE]
"""

import re
import sys

from psp.lexer.lexer import tokenize
from psp.source import Source

from .. import adapters, startup, table, templates, workloads
from .showing import report

TEXT = r"[^<]+(?:<(?!%)[^<]*)*|<(?!%)[^<]*(?:<(?!%)[^<]*)*"
SPLIT = re.compile(r"(<%--.*?--%>|<%[=@]?.*?%>)", re.S)
MASTER = re.compile(
    rf"(?P<TEXT>{TEXT})|(?P<COMMENT><%--.*?--%>)|(?P<EXPRESSION><%=.*?%>)"
    r"|(?P<DIRECTIVE><%@.*?%>)|(?P<CODE><%.*?%>)",
    re.S,
)
MODULES = ("re", "ply.lex", "ply.yacc", "psp.lexer.lexer", "psp.compiler.pipeline")


def by_split(text):
    """re.split with one capture; line numbers by counting."""
    out, line = [], 1
    for i, part in enumerate(SPLIT.split(text)):
        if part:
            out.append((i & 1, part, line))
            line += part.count("\n")
    return out


def by_finditer(text):
    """One master expression with named groups."""
    out, line = [], 1
    for match in MASTER.finditer(text):
        part = match.group()
        out.append((match.lastgroup, part, line))
        line += part.count("\n")
    return out


def by_find(text):
    """str.find, no regular expression at all."""
    out, line, pos, find = [], 1, 0, text.find
    while (start := find("<%", pos)) >= 0:
        if start > pos:
            out.append(("TEXT", text[pos:start], line))
            line += text.count("\n", pos, start)
        pos = find("%>", start) + 2
        part = text[start:pos]
        out.append((part[2], part, line))
        line += part.count("\n")
    if pos < len(text):
        out.append(("TEXT", text[pos:], line))
    return out


def texts():
    """Pages dense with tags, and with hardly any."""
    psp = adapters.load("psp_")
    for name in ("W6", "W4"):
        yield name, psp.file(workloads.WORKLOADS[name].nodes, True)
    yield "W3's content", psp.file(templates.CONTENT, True)


def lexing(study, name, text):
    """Seconds for the whole text; the lexer's tokens are finer than the others'."""
    source = Source(text)
    count = len(tokenize(source))
    study.show(
        f"{name}: {len(text)} characters, {count} tokens",
        {
            "tokenize()": lambda: tokenize(source),
            "re.split": lambda: by_split(text),
            "re.finditer": lambda: by_finditer(text),
            "str.find": lambda: by_find(text),
        },
    )


def importing(study):
    """Imports in processes of their own, over a process that does nothing."""
    cases = {startup.NOTHING: [sys.executable, "-c", "pass"]}
    for module in MODULES:
        cases[f"import {module}"] = [sys.executable, "-c", f"import {module}"]
    study.note("processes that import, CPU time over one that does nothing")
    for case, row in startup.in_turn(cases, study.rounds).items():
        study.result[case] = row.median
        print(f"  {case:46} {table.duration(row.median):>10}  {row.error}")


def measure(study):
    """Everything."""
    for name, text in texts():
        lexing(study, name, text)
    importing(study)


if __name__ == "__main__":
    report(__doc__, measure)
