"""Reference: f-strings and generator expressions, as one writes them today."""

from .base import Adapter


class Engine(Adapter):
    name = "hand-written (f-strings)"
    by_hand = True
    skip = {"W6": "nothing to compile"}

    def make(self, workload, directory):
        return getattr(self, workload.name.lower())(**workload.context)

    def w1(self, table):
        def render():
            rows = []
            for row in table:
                cells = "".join([f"<td>{col}</td>\n" for col in row])
                rows.append(f"<tr>\n{cells}</tr>\n")
            return f"<table>\n{''.join(rows)}</table>\n"

        return render

    def w2(self, table):
        from markupsafe import escape

        def render():
            rows = []
            for row in table:
                cells = "".join([f"<td>{escape(col)!s}</td>\n" for col in row])
                rows.append(f"<tr>\n{cells}</tr>\n")
            return f"<table>\n{''.join(rows)}</table>\n"

        return render

    def w3(self, heading, user, links, products, news, year):
        from markupsafe import escape as e

        def header(user, links):
            account = (
                (
                    f'<p class="account">Signed in as <b>{e(user.name)!s}</b> '
                    f'(<a href="/logout">sign out</a>)</p>\n'
                )
                if user
                else ""
            )
            nav = "".join(
                [
                    f'<li><a href="{e(k.href)!s}">{e(k.label)!s}</a></li>\n'
                    for k in links
                ]
            )
            return (
                f'<header class="site-header">\n<h1><a href="/">Example Shop</a></h1>\n'
                f"{account}<nav>\n<ul>\n{nav}</ul>\n</nav>\n</header>\n"
            )

        def sidebar(news):
            return (
                f'<aside class="sidebar">\n<h3>News</h3>\n<p>{e(news)!s}</p>\n'
                "<h3>Contact</h3>\n<p>Write to our customer service, or call "
                "between 9 and 17 on working days. Orders placed before noon are "
                "shipped on the same day.</p>\n</aside>\n"
            )

        def footer(year):
            return (
                f'<footer class="site-footer">\n<p>Copyright {e(year)!s} Example Shop. '
                "All prices include VAT.</p>\n<ul>\n"
                '<li><a href="/terms">Terms of sale</a></li>\n'
                '<li><a href="/privacy">Privacy</a></li>\n'
                '<li><a href="/about">About us</a></li>\n</ul>\n</footer>\n'
            )

        def one(i):
            sale = '<p class="sale">On sale!</p>\n' if i.sale else ""
            stock = f'<p class="stock">{e(i.stock)!s} in stock</p>\n' if i.stock else ""
            return (
                f'<div class="item" id="item-{e(i.id)!s}">\n'
                f'<h4><a href="/item/{e(i.id)!s}">{e(i.name)!s}</a></h4>\n'
                f"{sale}<p>{e(i.text)!s}</p>\n"
                f'<p class="price">{e(i.price)!s} EUR</p>\n{stock}</div>\n'
            )

        def content(heading, products):
            return (
                f'<h2>{e(heading)!s}</h2>\n<div class="items">\n'
                f"{''.join([one(i) for i in products])}</div>\n"
            )

        def render():
            return (
                f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8" />\n'
                f"<title>{e(heading)!s} - Example Shop</title>\n"
                f'<link rel="stylesheet" href="/static/css/site.css" />\n'
                f'<script src="/static/js/site.js"></script>\n</head>\n<body>\n'
                f'{header(user, links)}<main id="content" class="container">\n'
                f"{content(heading, products)}</main>\n"
                f"{sidebar(news)}{footer(year)}</body>\n</html>\n"
            )

        return render

    def w4(self, **ctx):
        from markupsafe import escape

        from ..templates import LOREM

        text = LOREM * 6 + "<p>Value: "
        body = "".join(text + f"{{escape(v{i})!s}}</p>\n" for i in range(20))
        scope = dict(ctx, escape=escape)
        exec(f"def render(): return f{body!r}", scope)
        return scope["render"]

    def w5(self, name):
        from markupsafe import escape

        def render():
            return f"<p>Hello, {escape(name)!s}!</p>\n"

        return render
