"""htpy: HTML as Python calls."""

from .base import Adapter


class Engine(Adapter):
    """No templates: the workloads are written by hand."""

    name, dist, module = "htpy", "htpy", "htpy"
    by_hand = True
    skip = {"W4": "nothing to write", "W6": "no templates"}

    def make(self, workload, directory):
        import htpy as h
        from markupsafe import Markup

        ctx = workload.context
        nl = Markup("\n")

        if workload.name in ("W1", "W2"):

            def render():
                return str(
                    h.fragment[
                        h.table[
                            nl,
                            (
                                (h.tr[nl, ((h.td[col], nl) for col in row)], nl)
                                for row in ctx["table"]
                            ),
                        ],
                        nl,
                    ]
                )

            return render

        if workload.name == "W5":
            return lambda: str(h.fragment[h.p["Hello, ", ctx["name"], "!"], nl])

        def item(i):
            return [
                h.div(".item", id=f"item-{i.id}")[
                    nl,
                    h.h4[h.a(href=f"/item/{i.id}")[i.name]],
                    nl,
                    i.sale and [h.p(".sale")["On sale!"], nl],
                    h.p[i.text],
                    nl,
                    h.p(".price")[i.price, " EUR"],
                    nl,
                    bool(i.stock) and [h.p(".stock")[i.stock, " in stock"], nl],
                ],
                nl,
            ]

        def header(user, links):
            return [
                h.header(".site-header")[
                    nl,
                    h.h1[h.a(href="/")["Example Shop"]],
                    nl,
                    user
                    and [
                        h.p(".account")[
                            "Signed in as ",
                            h.b[user.name],
                            " (",
                            h.a(href="/logout")["sign out"],
                            ")",
                        ],
                        nl,
                    ],
                    h.nav[
                        nl,
                        h.ul[
                            nl, ([h.li[h.a(href=k.href)[k.label]], nl] for k in links)
                        ],
                        nl,
                    ],
                    nl,
                ],
                nl,
            ]

        def sidebar(news):
            return [
                h.aside(".sidebar")[
                    nl,
                    h.h3["News"],
                    nl,
                    h.p[news],
                    nl,
                    h.h3["Contact"],
                    nl,
                    h.p[
                        "Write to our customer service, or call between 9 and 17 on "
                        "working days. "
                        "Orders placed before noon are shipped on the same day."
                    ],
                    nl,
                ],
                nl,
            ]

        def footer(year):
            return [
                h.footer(".site-footer")[
                    nl,
                    h.p["Copyright ", year, " Example Shop. All prices include VAT."],
                    nl,
                    h.ul[
                        nl,
                        h.li[h.a(href="/terms")["Terms of sale"]],
                        nl,
                        h.li[h.a(href="/privacy")["Privacy"]],
                        nl,
                        h.li[h.a(href="/about")["About us"]],
                        nl,
                    ],
                    nl,
                ],
                nl,
            ]

        def layout(title, content, ctx):
            return h.html(lang="en")[
                nl,
                h.head[
                    nl,
                    h.meta(charset="utf-8"),
                    nl,
                    h.title[title, " - Example Shop"],
                    nl,
                    h.link(rel="stylesheet", href="/static/css/site.css"),
                    nl,
                    h.script(src="/static/js/site.js"),
                    nl,
                ],
                nl,
                h.body[
                    nl,
                    header(ctx["user"], ctx["links"]),
                    h.main("#content.container")[nl, content],
                    nl,
                    sidebar(ctx["news"]),
                    footer(ctx["year"]),
                ],
                nl,
            ]

        def render():
            return str(
                layout(
                    ctx["heading"],
                    [
                        h.h2[ctx["heading"]],
                        nl,
                        h.div(".items")[nl, (item(i) for i in ctx["products"])],
                        nl,
                    ],
                    ctx,
                )
            )

        return render
