"""Published: /catalog/find?word=te and /catalog/total?count=7."""
from mod_python import apache
from lib import stock
import string
from cgi import escape
from StringIO import StringIO


def index(req):
    req.content_type = "text/html"
    names = stock.prices.keys()
    names.sort()
    out = StringIO()
    print >>out, "<ul>",
    for name in names:
        print >>out, "<li>" + escape(name),
    print >>out, "</ul>"
    return out.getvalue()


def find(req, word=None):
    if word is None:
        raise apache.SERVER_RETURN, apache.HTTP_BAD_REQUEST
    found = stock.find(word)
    found.sort()
    return string.join(found, ", ") or "nothing"


def total(req, count):
    try:
        count = string.atoi(count)
    except ValueError, e:
        return "no number: %s" % e
    return "%d dozen and %d" % (count / 12, count % 12)
