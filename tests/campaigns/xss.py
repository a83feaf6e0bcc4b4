"""Payloads of cross-site scripting in every place of a page, here and in Jinja2.

    python -m tests.campaigns.xss [--every N]

Each payload of xss_payloads.txt is rendered in each of CONTEXTS and read by html5lib.
Beside a harmless value, elements and names of attributes have to be the same, scripts,
event handlers and styles of the same tokens, and no URL may have a scheme that runs
something. The same is asked of Jinja2 with autoescape on.

Prints for each place how many payloads got through; exit status 1 if any did here.
"""

from __future__ import annotations

import argparse
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import html5lib
import jinja2

from psp import DictLoader, Engine

PAYLOADS = Path(__file__).with_name("xss_payloads.txt")
HARMLESS = "harmless"

#: ``@`` is the expression.
CONTEXTS = {
    "text": "<p>@</p>",
    "title": "<title>@</title>",
    "textarea": "<textarea>@</textarea>",
    "noscript": "<noscript>@</noscript>",
    "svg text": "<svg><text>@</text></svg>",
    "math text": "<math><mtext>@</mtext></math>",
    'attribute, "': '<p title="@">x</p>',
    "attribute, '": "<p title='@'>x</p>",
    "attribute, bare": "<p title=@ id=a>x</p>",
    "attribute, bare, in the middle": "<p title=a@b id=a>x</p>",
    "URL": '<a href="@">x</a>',
    "URL, bare": "<a href=@ id=a>x</a>",
    "URL, scheme": '<a href="java@">x</a>',
    "URL, path": '<a href="/a/@/b">x</a>',
    "URL, query": '<a href="/a?b=@&amp;c=d">x</a>',
    "URL of a form": "<form action='@'><button formaction='@'>x</button></form>",
    "URL of a frame": "<iframe src='@'></iframe>",
    "URL in SVG": "<svg><a xlink:href='@'><text>x</text></a></svg>",
    "animation": "<svg><set attributeName='href' to='@'></set></svg>",
    "srcset": "<img srcset='@'>",
    "srcdoc": "<iframe srcdoc='@'></iframe>",
    "refresh": "<meta http-equiv='refresh' content='9; url=@'>",
    "refresh, whole": "<meta http-equiv='refresh' content='@'>",
    "script": "<script>var a = @;</script>",
    "script in SVG": "<svg><script>var a = @;</script></svg>",
    "script, string, '": "<script>var a = '@';</script>",
    'script, string, "': '<script>var a = "@";</script>',
    "script, template": "<script>var a = `@`;</script>",
    "script, hole of a template": "<script>var a = `${@}`;</script>",
    "script, regular expression": "<script>var a = /@/;</script>",
    "script, comment": "<script>var a; // @\n</script>",
    "script, long comment": "<script>var a; /* @ */</script>",
    "JSON": '<script type="application/json">{"a": @}</script>',
    "template element": "<script type='text/template'><b>@</b></script>",
    "event": '<p onclick="f(@)">x</p>',
    "event, string": "<p onclick=\"f('@')\">x</p>",
    "event, bare": "<p onclick=f(@)>x</p>",
    "javascript: URL": "<a href=\"javascript:f('@')\">x</a>",
    "style": "<style>p { color: @ }</style>",
    "style, string": "<style>p { content: '@' }</style>",
    "style, url": "<style>p { background: url(@) }</style>",
    "style, url, string": "<style>p { background: url('@') }</style>",
    "style, comment": "<style>p { } /* @ */</style>",
    "style attribute": '<p style="color: @">x</p>',
    "style attribute, url": "<p style=\"background: url('@')\">x</p>",
}

_TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
    r"""|(?P<template>`(?:[^`\\$]|\\.|\$(?!\{))*(?:`|\$\{))"""
    r"|(?P<comment>//[^\n\r\u2028\u2029]*|/\*[\s\S]*?\*/|<!--[^\n]*)"
    r"|(?P<regexp>(?<== )/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/)"
    r"|(?P<space>\s+)|(?P<name>[\w$]+)|(?P<mark>[\s\S])"
)
_STYLE_TOKEN = re.compile(
    r"(?P<comment>/\*[\s\S]*?\*/)|(?P<url>url\([^'\"()\s\\]*\))"
    r"|(?P<string>\"(?:[^\"\\\n]|\\[\s\S])*\"|'(?:[^'\\\n]|\\[\s\S])*')"
    r"|(?P<name>(?:(?!\burl\()[\w.,#%+ \u00a1-\U0010ffff-])+)"
    r"|(?P<space>\s+)|(?P<mark>[\s\S])"
)
_CODE_IN_STYLE = re.compile(r"expression|javascript|binding|behavior", re.IGNORECASE)
_URLS = ("href", "src", "action", "formaction", "to")
_SAFE_SCHEMES = ("http", "https", "mailto", "tel", "about")


def payloads(every: int = 1) -> list[str]:
    """The payloads of the file, or every *every*-th of them."""
    lines = PAYLOADS.read_text(encoding="utf-8").split("\n")
    found = [line for line in lines if line and not line.startswith("# ")]
    return [unescaped(line) for line in found[::every]]


def unescaped(line: str) -> str:
    """*line* with its escapes read as those of a Python string."""
    return line.encode("latin-1", "backslashreplace").decode("unicode_escape")


def tokens(text: str, pattern: re.Pattern[str] = _TOKEN) -> list[str]:
    """The kinds of the tokens of *text*, marks as they are."""
    found = []
    for match in pattern.finditer(text):
        kind = match.lastgroup or ""
        if kind == "mark":
            found.append(match[0])
        elif kind == "template":
            found.append("template" + match[0][-1])
        elif kind not in ("space", "comment"):
            found.append(kind)
    return found


def url_scheme(text: str) -> str:
    """The scheme that a browser sees in *text*, if it is one that may run something."""
    text = re.sub(r"[\t\n\r]", "", text).strip("".join(map(chr, range(33))))
    match = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", text)
    scheme = match[1].lower() if match else ""
    return "" if scheme in _SAFE_SCHEMES else scheme


def shape(html: str) -> list[object]:
    """What of *html* no value may change."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        document = html5lib.parse(html, treebuilder="etree")
    found: list[object] = []
    for element in document.iter():
        tag = str(element.tag)
        found.append((tag, sorted(element.attrib)))
        found += [part for pair in element.attrib.items() for part in _value(*pair)]
        text = element.text or ""
        if tag.endswith("}script") and "template" not in element.get("type", ""):
            found.append(tokens(text))
        elif tag.endswith("}style"):
            found += _style(text)
    return found


def _value(name: str, value: str) -> Iterator[object]:
    """What of an attribute no value may change."""
    name = name.rpartition("}")[2]
    if name.startswith("on"):
        yield tokens(value)
    elif name == "style":
        yield from _style(value)
    elif name == "srcdoc":
        yield shape(value)
    elif name == "srcset":
        yield {url_scheme(part) for part in re.split(r"[\s,]+", value)} - {""}
    elif name in _URLS and value.startswith("javascript:f("):
        yield tokens(unquote(value.partition(":")[2]))
    elif name in _URLS:
        yield url_scheme(value)
    elif name == "content":
        match = re.match(
            r"[\s\d.]*[;,]\s*(?:url\s*=)?\s*['\"]?(.*)", value, re.I | re.S
        )
        yield url_scheme(match[1]) if match else ""


def _style(text: str) -> Iterator[object]:
    yield tokens(text, _STYLE_TOKEN)
    bare = re.sub(r"\"[^\"]*\"|'[^']*'|url\([^)]*\)", "", text)
    yield bool(_CODE_IN_STYLE.search(bare))
    for url in re.findall(r"url\(\s*['\"]?([^)]*)", text):
        yield url_scheme(url)


Render = Callable[[str], str]


def engines(page: str) -> tuple[Render, Render]:
    """*page* in psp and in Jinja2."""
    engine = Engine(DictLoader({"page.psp": page.replace("@", "<%= x %>")}))
    environment = jinja2.Environment(
        autoescape=True, variable_start_string="[[", variable_end_string="]]"
    )
    template = environment.from_string(page.replace("@", "[[ x ]]"))
    return lambda x: engine.render("page.psp", x=x), lambda x: template.render(x=x)


def through(render: Render, values: list[str]) -> list[str]:
    """Those of *values* that change what no value may change."""
    wanted = shape(render(HARMLESS))
    return [value for value in values if shape(render(value)) != wanted]


def run(values: list[str]) -> tuple[str, bool]:
    """The table, and whether nothing got through here."""
    lines = [f"{'place':32}{'psp':>6}{'Jinja2':>8}  of {len(values)} payloads"]
    ours = theirs = 0
    samples: list[str] = []
    for name, page in CONTEXTS.items():
        mine, others = (through(render, values) for render in engines(page))
        ours, theirs = ours + len(mine), theirs + len(others)
        lines.append(f"{name:32}{len(mine):6}{len(others):8}")
        samples += [f"{name}: {value!r}" for value in mine[:3]]
    total = len(values) * len(CONTEXTS)
    lines.append(f"{'all':32}{ours:6}{theirs:8}  of {total}")
    return "\n".join(lines + samples), not ours


def main() -> int:
    """Run the campaign."""
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n")[0] if __doc__ else ""
    )
    parser.add_argument("--every", type=int, default=1, help="every N-th payload")
    table, well = run(payloads(parser.parse_args().every))
    print(table)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
