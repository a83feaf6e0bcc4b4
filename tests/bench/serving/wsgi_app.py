"""The WSGI application under every WSGI server.

/hello            constant bytes: the bare application
/tiny?name=...    a query parameter, escaped, by hand
/page             workload W3 by hand (ref_list)
/page-ENGINE      workload W3 by an adapter, for the names in BENCH_ENGINES
/*.psp            psp's WSGIApplication: the same pages, and one among ten, or among
                  ten thousand
"""

import os
import tempfile
from urllib.parse import parse_qs

from markupsafe import escape

from psp import WSGIApplication

from .. import adapters, workloads
from . import sites

W3 = workloads.WORKLOADS["W3"]
_directories = []


def folder():
    directory = tempfile.TemporaryDirectory(prefix="bench-")
    _directories.append(directory)
    return directory.name


def renderer(engine):
    return adapters.load(engine).make(W3, folder())


pages = {"/page": renderer("ref_list")}
for _name in os.environ.get("BENCH_ENGINES", "ref_codegen,jinja2_,psp_").split(","):
    try:
        pages["/page-" + _name.split(":")[0]] = renderer(_name)
    except ImportError:
        pass

shop = WSGIApplication(sites.shop(folder()))
crowds = {
    "/few.psp": WSGIApplication(sites.crowd(folder(), "few.psp", sites.FEW)),
    "/many.psp": WSGIApplication(sites.crowd(folder(), "many.psp", sites.MANY)),
}

HELLO = sites.HELLO.encode()


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/hello":
        body = HELLO
    elif path == "/tiny":
        name = parse_qs(environ["QUERY_STRING"])["name"][0]
        body = (f"<p>Hello, {escape(name)}!</p>\n").encode()
    elif path in pages:
        body = pages[path]().encode("utf-8")
    else:
        return crowds.get(path, shop)(environ, start_response)
    start_response(
        "200 OK",
        [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(body))),
        ],
    )
    return [body]
