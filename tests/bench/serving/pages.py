"""The same pages for mod_python PSP, PHP and JSP, written into a directory."""

import os

from .. import templates, workloads
from ..adapters.base import Adapter
from ..adapters.modpython_ import Engine as ModPython
from ..model import PACKAGE as BENCH


class Flat(Adapter):
    """Blocks and layout in one file, the three includes apart."""

    def source(self, nodes, escape):
        flat = []
        for node in nodes:
            flat += templates.part(node) if node[0] == "block" else [node]
        return super().source(flat, escape)


class Php(Flat):
    suffix = ".php"

    def name(self, e):
        return "$" + e.replace(".", "->")

    def expr(self, e, escape):
        return f"<?= h({self.name(e)}) ?>"

    def loop(self, var, seq, body):
        return (
            f"<?php foreach ({self.name(seq)} as ${var}): ?>{body}<?php endforeach ?>"
        )

    def cond(self, test, body):
        return f"<?php if ({self.name(test)}): ?>{body}<?php endif ?>"

    def include(self, name):
        return f"<?php include '{name}' ?>"


class Jsp(Flat):
    suffix = ".jspf"

    def expr(self, e, escape):
        return f"<%= h({e}) %>"

    def loop(self, var, seq, body):
        return f"<% for (Thing {var} : {seq}) {{ %>{body}<% }} %>"

    def cond(self, test, body):
        java = {
            "user": "user != null",
            "item.sale": "item.sale",
            "item.stock": "item.stock != 0",
        }[test]
        return f"<% if ({java}) {{ %>{body}<% }} %>"

    def include(self, name):
        return f'<%@ include file="{name}" %>'


def put(directory, name, text):
    with open(os.path.join(directory, name), "w", encoding="utf-8", newline="") as f:
        f.write(text)


def php_value(v):
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, int):
        return str(v)
    if isinstance(v, str):
        return "'" + v.replace("\\", "\\\\").replace("'", "\\'") + "'"
    if isinstance(v, list):
        return "[{}]".format(", ".join(map(php_value, v)))
    return "(object)[{}]".format(
        ", ".join(f"'{k}' => {php_value(x)}" for k, x in vars(v).items())
    )


def php(directory):
    w, dialect = workloads.WORKLOADS["W3"], Php()
    for name, nodes in templates.INCLUDES.items():
        put(directory, name + ".php", dialect.source(nodes, True))
    data = "".join(f"${k} = {php_value(v)};\n" for k, v in w.context.items())
    helper = "<?php function h($s) { return htmlspecialchars((string)$s); }\n"
    put(
        directory,
        "page.php",
        helper + data + "?>" + dialect.source(templates.LAYOUT, True),
    )
    put(directory, "tiny.php", helper + "?><p>Hello, <?= h($_GET['name']) ?>!</p>\n")
    put(directory, "hello.php", "<p>Hello, World!</p>\n")


def psp(directory):
    """page.psp imports its data itself; vars.psp gets it from a handler.

    mod_python's import hook makes an import statement in a page dear, so the
    two tell apart the page's cost and the import's.
    """
    dialect = ModPython()
    for name, nodes in templates.INCLUDES.items():
        put(directory, name + ".psp", dialect.source(nodes, True))
    put(
        directory,
        "benchdata.py",
        f"from {BENCH} import workloads\nfrom markupsafe import escape as h\n"
        "globals().update(workloads.WORKLOADS['W3'].context)\n",
    )
    page = dialect.source(templates.LAYOUT, True)
    start = "<%\nreq.content_type = 'text/html; charset=utf-8'\n%>"
    put(directory, "page.psp", "<%\nfrom benchdata import *\n%>" + start + page)
    put(directory, "vars.psp", start + page)
    # psp.py's own globals are a page's globals: its html.escape is there
    put(directory, "tiny.psp", "<p>Hello, <%=escape(form['name'].decode())%>!</p>\n")
    put(directory, "hello.psp", "<p>Hello, World!</p>\n")
    put(
        directory,
        "barehandler.py",
        "from mod_python import apache\n\ndef handler(req):\n"
        "    req.content_type = 'text/html'\n    req.write('<p>Hello, World!</p>\\n')\n"
        "    return apache.OK\n",
    )
    put(
        directory,
        "varshandler.py",
        f"""\
import os
from {BENCH} import workloads
from markupsafe import escape
from mod_python import apache, psp

data = dict(workloads.WORKLOADS['W3'].context, h=escape)
page = os.path.join(os.path.dirname(__file__), 'vars.psp')

def handler(req):
    psp.PSP(req, page, vars=data).run()
    return apache.OK
""",
    )


def java_value(v):
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, int):
        return str(v)
    return '"{}"'.format(v.replace("\\", "\\\\").replace('"', '\\"'))


def jsp(directory):
    w, dialect = workloads.WORKLOADS["W3"], Jsp()
    for name, nodes in templates.INCLUDES.items():
        put(directory, name + ".jspf", dialect.source(nodes, True))

    def thing(v):
        return "new Thing()" + "".join(
            f".{k}({java_value(x)})" for k, x in vars(v).items()
        )

    fields = {
        "href": "String",
        "label": "String",
        "name": "String",
        "text": "String",
        "price": "String",
        "id": "int",
        "stock": "int",
        "sale": "boolean",
    }
    declare = (
        "<%! static class Thing {\n"
        + "".join(
            f"{t} {f}; Thing {f}({t} v) {{ {f} = v; return this; }}\n"
            for f, t in fields.items()
        )
        + "}\n"
        + HELPER
    )
    for k, v in w.context.items():
        if isinstance(v, list):
            declare += "static final Thing[] {} = {{{}}};\n".format(
                k, ",\n".join(map(thing, v))
            )
        elif isinstance(v, workloads.Thing):
            declare += f"static final Thing {k} = {thing(v)};\n"
        else:
            declare += "static final {} {} = {};\n".format(
                "int" if isinstance(v, int) else "String", k, java_value(v)
            )
    head = '<%@ page contentType="text/html; charset=UTF-8" session="false" %>'
    put(
        directory,
        "page.jsp",
        head + declare + "%>" + dialect.source(templates.LAYOUT, True),
    )
    put(
        directory,
        "tiny.jsp",
        head
        + "<%! "
        + HELPER
        + '%><p>Hello, <%= h(request.getParameter("name")) %>!</p>\n',
    )
    put(directory, "hello.jsp", head + "<p>Hello, World!</p>\n")


HELPER = """
static String h(Object o) {
    String s = String.valueOf(o);
    StringBuilder b = null;
    for (int i = 0; i < s.length(); i++) {
        char c = s.charAt(i);
        String r = c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;"
                 : c == '"' ? "&#34;" : c == '\\'' ? "&#39;" : null;
        if (r != null && b == null) {
            b = new StringBuilder(s.length() + 32);
            b.append(s, 0, i);
        }
        if (b != null) { if (r != null) b.append(r); else b.append(c); }
    }
    return b == null ? s : b.toString();
}
"""
