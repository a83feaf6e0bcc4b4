"""A site that is one handler, which looks at the path itself."""

from mod_python import apache, util


def access(req):
    """Who may come in: nobody from a closed folder, without the word."""
    if req.uri.startswith("/closed"):
        if "open sesame" not in req.headers_in.get("X-Word", ""):
            return apache.HTTP_FORBIDDEN
        req.notes["word"] = "given"
    return apache.OK


def fixup(req):
    """What later phases find."""
    req.trail = ["fixup"]
    return apache.OK


def stamp(req):
    """The first of two handlers for the content."""
    req.trail.append("stamp")
    req.headers_out["X-Stamp"] = "gate"
    return apache.OK


def answer(req):
    """The second one: what the path says."""
    name = req.uri.strip("/").replace("/", "_") or "home"
    try:
        page = PAGES[name]
    except KeyError:
        return apache.HTTP_NOT_FOUND
    return page(req) or apache.OK


def home(req):
    req.content_type = "text/html"
    req.write("<p>trail: %s</p>\n" % " ".join(req.trail), 0)
    mine = [name for name in req.get_options().keys() if name.startswith("gate.")]
    req.write("<p>options: %s</p>\n" % sorted(mine), 0)


def old(req):
    util.redirect(req, "/new", permanent=1)


def elsewhere(req):
    util.redirect(req, "http://example.org/a b", text="<p>This way.</p>")


def moved(req):
    req.headers_out["Location"] = "/new?from=moved"
    return apache.HTTP_SEE_OTHER


def new(req):
    req.content_type = "text/plain"
    req.write("new: %s\n" % req.args)


def inside(req):
    req.headers_out["X-Before"] = "lost"
    req.write("lost as well", 0)
    req.internal_redirect("/inner.psp?via=%s" % req.uri)


def away(req):
    raise apache.SERVER_RETURN(apache.HTTP_GONE)


def teapot(req):
    req.write("short and stout", 0)
    raise apache.SERVER_RETURN(apache.OK, apache.HTTP_NOT_ACCEPTABLE)


def stopped(req):
    req.write("that was all", 0)
    raise apache.SERVER_RETURN(apache.DONE)


def deep(req):
    def inner():
        raise apache.SERVER_RETURN(apache.HTTP_UNAUTHORIZED)

    req.err_headers_out["WWW-Authenticate"] = 'Basic realm="gate"'
    req.headers_out["X-Lost"] = "lost"
    inner()


def closed_garden(req):
    req.content_type = "text/plain"
    req.write("%s, %s\n" % (req.get_options()["gate.secret"], req.notes["word"]), 0)


def echo(req):
    """The body of the request, line by line."""
    if req.method != "POST":
        req.allow_methods(["POST"], 1)
        return apache.HTTP_METHOD_NOT_ALLOWED
    req.content_type = "text/plain"
    line = req.readline()
    while line:
        req.write(b"> " + line, 0)
        line = req.readline()


def none(req):
    return None if req.args is None else True


def crash(req):
    req.write("lost", 0)
    raise LookupError("nobody is told")


def cached(req):
    req.content_type = "text/plain"
    req.update_mtime(1000000000)
    req.set_last_modified()
    status = req.meets_conditions()
    if status != apache.OK:
        return status
    req.write("since 2001\n", 0)


def later(req):
    """A handler is added, and runs after this one."""
    req.content_type = "text/plain"
    req.add_handler("PythonHandler", "gate::last")
    req.write("first, ", 0)


def last(req):
    req.write("last\n", 0)
    return apache.OK


def form(req):
    fields = util.FieldStorage(req, keep_blank_values=1)
    req.content_type = "text/plain"
    for field in fields.list:
        value = field.value if isinstance(field.value, str) else field.value.decode()
        name = field.name if isinstance(field.name, str) else field.name.decode()
        req.write("%s=%s\n" % (name, value), 0)


def static(req):
    return apache.DECLINED


PAGES = {
    page.__name__: page
    for page in (home, old, elsewhere, moved, new, inside, away, teapot, stopped, deep,
                 closed_garden, echo, none, crash, cached, later, form)
}
PAGES["note.html"] = static
