"""Whatever a value holds, the elements and attributes of a page are its author's.

Pages are put together at random from pieces of HTML, broken ones too. Where one is not
refused, html5lib finds the same tree in it for every value.
"""

from __future__ import annotations

import warnings
from collections import Counter

import html5lib
from hypothesis import given, settings
from hypothesis import strategies as st

from psp import DictLoader, Engine, PageSyntaxError

# SVG and MathML are left out, where <title> and <style> are what they are not in HTML,
# and <select>, which drops the tags in it.
PIECES = """
<p> </p> <b </b> <a|href=" <a|href= <a|href=' "| '| | > /> / title= title=" alt='
onclick=" style=" <script> </script> <script|src=x| <style> </style> <textarea>
</textarea> <title> </title> <!-- --> <!--> --!> <!doctype|html> <![CDATA[ ]]> <! <? </>
<1 < </ &amp; &quot; = " ' ` a B class =a \\ { } ${ // /* */ javascript: ?q= # <table>
<tr> <td> </table> <template> </template> <iframe> </iframe> <xmp> <x-y| <br> <noscript>
<p|title=a\x0balt=" <p|title=a\xa0alt=' </noscript> <input| <plaintext| </script|
\t \x0b \x0c \xa0
""".split(" ")
TEXTS = [piece.replace("|", " ") for line in PIECES for piece in line.split("\n")]
VALUES = [
    '"><img src=x onerror=alert(1)>',
    "'><script>alert(1)</script>",
    "x onerror=alert(1) y",
    "--><svg onload=a>",
    "</script><b id=q>",
    "</title></textarea></style></xmp></iframe></noscript><i id=q>",
    " a=b ",
    "`=",
    "javascript:a",
    "&quot;><b>",
    "/",
    ">",
]
pieces = st.lists(st.sampled_from([*TEXTS, "<%= x %>"]), min_size=1, max_size=8)
blocks = st.one_of(
    pieces.map("".join),
    st.tuples(pieces, pieces).map(
        lambda two: "<% if c: %>{}<% else: %>{}<% end %>".format(*map("".join, two))
    ),
)


def structure(html: str) -> Counter[object]:
    """The elements and comments in *html*, with the names of their attributes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = html5lib.parse(html, namespaceHTMLElements=False)
    return Counter(
        (str(node.tag), *sorted(map(str, node.attrib))) for node in tree.iter()
    )


@settings(max_examples=120)
@given(st.lists(blocks, min_size=1, max_size=3).map("".join), st.booleans())
def test_values_add_no_element_and_no_attribute(text: str, c: bool) -> None:
    page = f"<!doctype html><body>q{text}<%= x %>"
    engine = Engine(DictLoader({"page.psp": page}))
    try:
        plain = engine.render("page.psp", x="x9", c=c)
    except PageSyntaxError:
        return
    wanted = structure(plain)
    for value in VALUES:
        html = engine.render("page.psp", x=value, c=c)
        assert structure(html) == wanted, html
