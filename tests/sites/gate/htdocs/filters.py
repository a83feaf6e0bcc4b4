"""Output filters."""


def upper(filter):
    text = filter.read()
    while text:
        filter.write(text.upper())
        text = filter.read()
    if text is None:
        filter.close()


def numbered(filter):
    text = filter.read()
    while text:
        lines = []
        for line in text.decode("utf-8").splitlines():
            filter.req.line = getattr(filter.req, "line", 0) + 1
            lines.append("%2d  %s\n" % (filter.req.line, line))
        filter.write("".join(lines))
        text = filter.read()
    if text is None:
        filter.close()
