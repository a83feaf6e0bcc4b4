"""A second module: /about, /about/staff."""

index = "About the library.\n"
staff = ["Ada", "Grace"]
_salaries = {"Ada": 1}


def hello(req, name="reader", **more):
    words = ["%s=%s" % item for item in sorted(more.items()) if item[0] != "req"]
    req.content_type = "text/x-greeting"
    return "Hello %s %s" % (name, " ".join(words))
