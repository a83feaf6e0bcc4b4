"""What the pages of the club share."""

from mod_python import apache

MEMBERS = {"ada": "lovelace", "grace": "hopper"}


def field(form, name, default=""):
    """A field of a form: names and values are text, or bytes where it was posted."""
    value = form.getfirst(name)
    if value is None:
        value = form.getfirst(name.encode())
    if value is None:
        return default
    value = getattr(value, "value", value)
    return value.decode("utf-8") if isinstance(value, bytes) else value


def go(req, where):
    """Send the visitor on."""
    req.status = apache.HTTP_MOVED_TEMPORARILY
    req.headers_out["Location"] = where
    req.write("<p>Go to <a href='%s'>%s</a>.</p>\n" % (where, where), 0)


def knows(name, password):
    return MEMBERS.get(name) == password
