"""The library: functions that answer for paths, and templates inside a template."""

import os

from mod_python import apache, psp, util

import books


def _text(value):
    """What a form holds, which is bytes or text."""
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def _render(req, name, title, **vars):
    """The page around the template *name*."""
    req.content_type = "text/html; charset=utf-8"
    content = psp.PSP(req, filename="templates/%s.psp" % name, vars=vars)
    page = psp.PSP(req, filename="templates/page.psp")
    page.run({"title": title, "content": content})


def index(req):
    _render(req, "welcome", "Welcome", subjects=["essay", "fantasy", "novel"])


def list(req, subject=""):
    _render(req, "list", subject or "All books", found=books.by_subject(subject))


def book(req, number="0"):
    try:
        found = books.BOOKS[int(number)]
    except (KeyError, ValueError):
        raise apache.SERVER_RETURN(apache.HTTP_NOT_FOUND)
    req.headers_out["X-Book"] = number
    _render(req, "book", found[0], number=int(number), book=found)


def search(req, words=""):
    found = books.search(words)
    if len(found) == 1:
        util.redirect(req, "/book?number=%d" % found[0][0])
    _render(req, "list", "Found: %d" % len(found), found=found)


def order(req):
    if req.method != "POST":
        raise apache.SERVER_RETURN(apache.HTTP_METHOD_NOT_ALLOWED)
    order = {_text(name): _text(req.form[name].value) for name in req.form.keys()}
    _render(req, "order", "Thank you", order=order)


def plain(req, name="nobody"):
    """No template: what is returned is the page."""
    return "Good day, %s.\n" % name


def count(req, item=[]):
    return "%d: %s" % (len(item), ", ".join(item)) if item else None


def boom(req):
    req.write("lost", 0)
    return 1 / 0


class Desk:
    """An object on the path: its attributes are published as well."""

    name = "the desk"

    def hours(self, req, day="monday"):
        return "<html><body>%s: 9 to 5</body></html>" % day.capitalize()

    def __call__(self, req):
        return "This is %s of %s." % (self.name, req.get_options()["library.name"])

    _till = "private"


desk = Desk()


def vault(req):
    __auth_realm__ = "Vault"

    def __auth__(req, user, password):
        return user == "keeper" and password == "key"

    return "gold"


def here(req):
    return "%s %s %r" % (req.uri, os.path.basename(req.filename), req.path_info)
