"""Reference: what a careful programmer writes by hand.

List append, ''.join, markupsafe.escape for every escaped value, plain local
variables, functions for the parts of a page.  All ratios are against this.
"""

from ..templates import STREAM_TEXT
from .base import Adapter


class Engine(Adapter):
    name = "hand-written (list, join)"
    module = "markupsafe"
    by_hand = streams = True
    skip = {"W6": "nothing to compile"}

    def make(self, workload, directory):
        ctx = workload.context
        return getattr(self, workload.name.lower())(**ctx)

    def w1(self, table):
        def render():
            out = []
            append = out.append
            append("<table>\n")
            for row in table:
                append("<tr>\n")
                for col in row:
                    append("<td>")
                    append(str(col))
                    append("</td>\n")
                append("</tr>\n")
            append("</table>\n")
            return "".join(out)

        return render

    def w2(self, table):
        from markupsafe import escape

        def render():
            out = []
            append = out.append
            append("<table>\n")
            for row in table:
                append("<tr>\n")
                for col in row:
                    append("<td>")
                    append(escape(col))
                    append("</td>\n")
                append("</tr>\n")
            append("</table>\n")
            return "".join(out)

        return render

    def w3(self, **ctx):
        from markupsafe import escape

        def header(append, user, links):
            append(
                '<header class="site-header">\n<h1><a href="/">Example Shop</a></h1>\n'
            )
            if user:
                append('<p class="account">Signed in as <b>')
                append(escape(user.name))
                append('</b> (<a href="/logout">sign out</a>)</p>\n')
            append("<nav>\n<ul>\n")
            for link in links:
                append('<li><a href="')
                append(escape(link.href))
                append('">')
                append(escape(link.label))
                append("</a></li>\n")
            append("</ul>\n</nav>\n</header>\n")

        def sidebar(append, news):
            append('<aside class="sidebar">\n<h3>News</h3>\n<p>')
            append(escape(news))
            append(
                "</p>\n<h3>Contact</h3>\n<p>Write to our customer service, or call "
                "between 9 and 17 on working days. Orders placed before noon are "
                "shipped on the same day.</p>\n</aside>\n"
            )

        def footer(append, year):
            append('<footer class="site-footer">\n<p>Copyright ')
            append(escape(year))
            append(
                " Example Shop. All prices include VAT.</p>\n<ul>\n"
                '<li><a href="/terms">Terms of sale</a></li>\n'
                '<li><a href="/privacy">Privacy</a></li>\n'
                '<li><a href="/about">About us</a></li>\n</ul>\n</footer>\n'
            )

        def title(append, heading):
            append(escape(heading))

        def content(append, heading, products):
            append("<h2>")
            append(escape(heading))
            append('</h2>\n<div class="items">\n')
            for item in products:
                append('<div class="item" id="item-')
                append(escape(item.id))
                append('">\n<h4><a href="/item/')
                append(escape(item.id))
                append('">')
                append(escape(item.name))
                append("</a></h4>\n")
                if item.sale:
                    append('<p class="sale">On sale!</p>\n')
                append("<p>")
                append(escape(item.text))
                append('</p>\n<p class="price">')
                append(escape(item.price))
                append(" EUR</p>\n")
                if item.stock:
                    append('<p class="stock">')
                    append(escape(item.stock))
                    append(" in stock</p>\n")
                append("</div>\n")
            append("</div>\n")

        def layout(append, heading, user, links, products, news, year):
            append(
                '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8" />\n'
                "<title>"
            )
            title(append, heading)
            append(
                " - Example Shop</title>\n"
                '<link rel="stylesheet" href="/static/css/site.css" />\n'
                '<script src="/static/js/site.js"></script>\n</head>\n<body>\n'
            )
            header(append, user, links)
            append('<main id="content" class="container">\n')
            content(append, heading, products)
            append("</main>\n")
            sidebar(append, news)
            footer(append, year)
            append("</body>\n</html>\n")

        def render():
            out = []
            layout(out.append, **ctx)
            return "".join(out)

        return render

    def w4(self, **ctx):
        from markupsafe import escape

        from ..templates import LOREM

        first, last = LOREM * 6 + "<p>Value: ", "</p>\n"
        between = last + first
        values = [f"v{i}" for i in range(20)]
        # as one would type it: twenty pairs of statements
        lines = ["def render():", " out = []", " append = out.append"]
        for i, v in enumerate(values):
            lines.append(f" append({'between' if i else 'first'})")
            lines.append(f" append(escape({v}))")
        lines += [" append(last)", " return ''.join(out)"]
        scope = dict(ctx, escape=escape, first=first, between=between, last=last)
        exec("\n".join(lines), scope)
        return scope["render"]

    def w5(self, name):
        from markupsafe import escape

        def render():
            out = []
            out.append("<p>Hello, ")
            out.append(escape(name))
            out.append("!</p>\n")
            return "".join(out)

        return render

    def open(self, directory, escape, cache=None):
        return None

    def write(self, directory, workload):
        return workload.name

    def get(self, env, name):
        return name

    def stream(self, template, ctx):
        def push(write):
            out = ["<table>\n"]
            for row in ctx["rows"]:
                out.append("<tr><td>")
                out.append(str(row))
                out.append(STREAM_TEXT)
                if len(out) > 1000:
                    write("".join(out))
                    out.clear()
            out.append("</table>\n")
            write("".join(out))

        return push
