"""The templates of the workloads, in a form that is no engine's.

A template is a list of nodes; an adapter turns it into its own syntax:

    ("t", text)              static text
    ("e", expression)        an expression, escaped or not as the workload says
    ("for", var, seq, body)  a loop
    ("if", test, body)       a condition
    ("inc", name)            include the template `name`
    ("block", name)          in layouts only: a hole that a page fills

Expressions and tests are names or dotted names, so that every engine's expression
language can say them.
"""

from __future__ import annotations

Node = tuple  # as above


def nodes(*parts: str | Node) -> list[Node]:
    """A template of *parts*, of which plain strings are static text."""
    return [("t", part) if isinstance(part, str) else part for part in parts]


def value(expression: str) -> Node:
    """An expression."""
    return ("e", expression)


def each(variable: str, sequence: str, *body: str | Node) -> Node:
    """A loop."""
    return ("for", variable, sequence, nodes(*body))


def when(test: str, *body: str | Node) -> Node:
    """A condition."""
    return ("if", test, nodes(*body))


BIGTABLE = nodes(
    "<table>\n",
    each(
        "row",
        "table",
        "<tr>\n",
        each("col", "row", "<td>", value("col"), "</td>\n"),
        "</tr>\n",
    ),
    "</table>\n",
)

LAYOUT = nodes(
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8" />\n<title>',
    ("block", "title"),
    " - Example Shop</title>\n"
    '<link rel="stylesheet" href="/static/css/site.css" />\n'
    '<script src="/static/js/site.js"></script>\n</head>\n<body>\n',
    ("inc", "header"),
    '<main id="content" class="container">\n',
    ("block", "content"),
    "</main>\n",
    ("inc", "sidebar"),
    ("inc", "footer"),
    "</body>\n</html>\n",
)

HEADER = nodes(
    '<header class="site-header">\n<h1><a href="/">Example Shop</a></h1>\n',
    when(
        "user",
        '<p class="account">Signed in as <b>',
        value("user.name"),
        '</b> (<a href="/logout">sign out</a>)</p>\n',
    ),
    "<nav>\n<ul>\n",
    each(
        "link",
        "links",
        '<li><a href="',
        value("link.href"),
        '">',
        value("link.label"),
        "</a></li>\n",
    ),
    "</ul>\n</nav>\n</header>\n",
)

SIDEBAR = nodes(
    '<aside class="sidebar">\n<h3>News</h3>\n<p>',
    value("news"),
    "</p>\n<h3>Contact</h3>\n<p>Write to our customer service, or call "
    "between 9 and 17 on working days. Orders placed before noon are "
    "shipped on the same day.</p>\n</aside>\n",
)

FOOTER = nodes(
    '<footer class="site-footer">\n<p>Copyright ',
    value("year"),
    " Example Shop. All prices include VAT.</p>\n<ul>\n"
    '<li><a href="/terms">Terms of sale</a></li>\n'
    '<li><a href="/privacy">Privacy</a></li>\n'
    '<li><a href="/about">About us</a></li>\n</ul>\n</footer>\n',
)

CONTENT = nodes(
    "<h2>",
    value("heading"),
    '</h2>\n<div class="items">\n',
    each(
        "item",
        "products",
        '<div class="item" id="item-',
        value("item.id"),
        '">\n<h4><a href="/item/',
        value("item.id"),
        '">',
        value("item.name"),
        "</a></h4>\n",
        when("item.sale", '<p class="sale">On sale!</p>\n'),
        "<p>",
        value("item.text"),
        '</p>\n<p class="price">',
        value("item.price"),
        " EUR</p>\n",
        when("item.stock", '<p class="stock">', value("item.stock"), " in stock</p>\n"),
        "</div>\n",
    ),
    "</div>\n",
)

PAGE_BLOCKS = {"title": nodes(value("heading")), "content": CONTENT}
INCLUDES = {"header": HEADER, "sidebar": SIDEBAR, "footer": FOOTER}


def part(node: Node) -> list[Node]:
    """The template that an "inc" or a "block" stands for."""
    return (INCLUDES if node[0] == "inc" else PAGE_BLOCKS)[node[1]]


LOREM = (
    "<p>Lorem ipsum dolor sit amet, consectetur adipisicing elit, sed do "
    "eiusmod tempor incididunt ut labore et dolore magna aliqua. Ut enim ad "
    "minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip "
    "ex ea commodo consequat.</p>\n"
)


def static_template() -> list[Node]:
    """30 kB of text with twenty expressions."""
    found = []
    for i in range(20):
        found += nodes(LOREM * 6 + "<p>Value: ", value(f"v{i}"), "</p>\n")
    return found


TINY = nodes("<p>Hello, ", value("name"), "!</p>\n")


def big_template(lines: int = 3000, seed: str = "") -> list[Node]:
    """A page of *lines* lines; a loop and a condition in every thirty."""
    found = []
    for start in range(0, lines, 30):
        for i in range(9):
            line = start + 2 * i
            found += nodes(
                f'<p class="c{i}">Some static text{seed}, '
                f"line {line} of the page.</p>\n",
                "<p>Value ",
                value(f"item{i % 4}.name"),
                " and ",
                value(f"value{i % 5}"),
                "</p>\n",
            )
        found += nodes(
            each(
                "x",
                "numbers",
                "<li>",
                value("x"),
                "</li>\n",
                "<li>after the value</li>\n",
            ),
            when(
                "value0",
                "<p>yes: ",
                value("value0"),
                "</p>\n",
                "<p>more</p>\n",
                "<p>and more</p>\n",
            ),
            "<hr />\n<hr />\n<hr />\n",
        )
    return found


def small_template(number: int) -> list[Node]:
    """One of many: 34 lines, 2 kB, 19 expressions, a loop and a condition."""
    return nodes(f"<h1>Page {number}</h1>\n") + big_template(30, f" of page {number}")


STREAM_TEXT = (
    "</td><td>some static text that makes the row about a hundred "
    "bytes</td><td>x</td></tr>\n"
)
STREAM = nodes(
    "<table>\n",
    each("row", "rows", "<tr><td>", value("row"), STREAM_TEXT),
    "</table>\n",
)
