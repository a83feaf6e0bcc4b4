"""A site of PHP that is replaced page by page, on Apache and on nginx.

    python -m tests.hosts.twins

Each page is asked before it has a twin, with it, and after that is gone again. Prints
who answered; the exit status is 0 when it was always who should.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from glob import glob
from urllib.parse import quote, urlencode

from .client import Client, Reply
from .probes import FORM
from .rows import TWINS, Row
from .stage import Stage, staged

PHP_FPM = "/usr/sbin/php-fpm8.2"  # as the documentation calls it

#: What pages of both kinds tell, in this order: who, method, path, ``a`` and ``b``.
_PHP = """<?php
$info = $_SERVER['PATH_INFO'] ?? '';
$fields = ($_GET['a'] ?? '') . '|' . ($_POST['b'] ?? '');
echo 'php|' . $_SERVER['REQUEST_METHOD'] . "|$info|$fields"; ?>
"""
_PSP = (
    "psp|<%= req.method %>|<%= req.path_info %>"
    '|<%= form.getfirst("a", "") %>|<%= form.getfirst("b", "") %>\n'
)

PAGES = ("index", "cart", "shop/list")
VALUE = "Grüße & mehr"


def main() -> int:
    """Walk each web server through it."""
    failed = 0
    for name, row in TWINS.items():
        with staged() as stage:
            _start(stage, row)
            problems = list(_walk(stage, row.client(stage)))
        failed += len(problems)
        print(f"{name}: {len(PAGES)} pages replaced and put back", end=", ")
        print(f"{len(problems)} wrong" if problems else "every answer by who should")
        for problem in problems:
            print(f"  {problem}")
    return 1 if failed else 0


def _start(stage: Stage, row: Row) -> None:
    (stage.root / "htdocs" / "shop").mkdir()
    for page in PAGES:
        stage.write(f"htdocs/{page}.php", _PHP)
    row.write_files(stage)
    words = stage.filled(stage.recipe("sh", "php-fpm").text).split()
    found = sorted(glob("/usr/sbin/php-fpm*"))
    stage.run(*[found[-1] if word == PHP_FPM and found else word for word in words])
    stage.wait_for("9002")
    row.start(stage)


def _walk(stage: Stage, client: Client) -> Iterator[str]:
    """What is wrong while one page after the other is replaced, then put back."""
    replaced: list[str] = []
    yield from _ask_all(client, replaced)
    for page in PAGES:
        stage.write(f"htdocs/{page}.psp", _PSP)
        replaced.append(page)
        yield from _ask_all(client, replaced)
    stage.write("htdocs/cart.psp~", _PSP)
    stage.write("htdocs/cart.psp.bak", _PSP)
    for path in ("/cart.psp~", "/cart.psp.bak", "/_hidden.psp", "/nothing.php"):
        status = client.get(path).status
        if status not in (403, 404):
            yield f"{path}: {status}"
    for page in PAGES:
        (stage.root / "htdocs" / f"{page}.psp").unlink()
        replaced.remove(page)
        yield from _ask_all(client, replaced)


def _ask_all(client: Client, replaced: list[str]) -> Iterator[str]:
    """What is wrong with the pages, of which psp has *replaced* some."""
    if client.get("/").text.partition("|")[0] != _who("index", replaced):
        yield f"/: not by {_who('index', replaced)}"
    query = urlencode({"a": VALUE})
    body = urlencode({"b": VALUE}).encode()
    for page in PAGES:
        path = f"/{page}.php"
        who = _who(page, replaced)
        shown = VALUE.replace("&", "&amp;") if who == "psp" else VALUE
        asked = {
            f"{who}|GET||{shown}|": client.get(f"{path}?{query}"),
            f"{who}|POST|||{shown}": client.post(path, body, FORM),
            f"{who}|GET|/ä/b||": client.get(f"{path}/{quote('ä')}/b"),
        }
        for expected, reply in asked.items():
            yield from _compared(path, expected, reply)
        if page in replaced:
            expected = f"psp|GET||{shown}|"
            reply = client.get(f"/{page}.psp?{query}")
            yield from _compared(f"/{page}.psp", expected, reply)


def _compared(path: str, expected: str, reply: Reply) -> Iterator[str]:
    if (reply.status, reply.text) != (200, expected):
        yield f"{path}: {reply.status} {reply.text[:200]!r}, not {expected!r}"


def _who(page: str, replaced: list[str]) -> str:
    return "psp" if page in replaced else "php"


if __name__ == "__main__":
    sys.exit(main())
