class ParseError(Exception):
    context: tuple[str, tuple[int, int]]
