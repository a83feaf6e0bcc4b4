"""What the pages of the club share."""

from mod_python import apache

MEMBERS = {"ada": "lovelace", "grace": "hopper"}


def field(form, name, default=""):
    """A field of a form."""
    if not form.has_key(name):
        return default
    return form.getfirst(name)


def go(req, where):
    """Send the visitor on."""
    req.status = apache.HTTP_MOVED_TEMPORARILY
    req.headers_out["Location"] = where
    req.write("<p>Go to <a href='%s'>%s</a>.</p>\n" % (where, where), 0)


def knows(name, password):
    if not MEMBERS.has_key(name):
        return False
    return not (MEMBERS[name] <> password)
