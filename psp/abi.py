"""Names that compiled code expects at run time, and their version number.

All that the compiler and the runtime share. A page in tier "function" is the code
of a function whose parameters are ``PARAMETERS``, and in tier "local" it binds no
globals, so that one function serves every run; in tier "module" the same names are
globals. Change anything here and the version must change with it: compiled
files of another version are not loaded.
"""

from __future__ import annotations

VERSION = 17

PREFIX = "_psp_"

#: A piece worth looking at by itself, in characters: when it is compiled, whether it
#: takes long to encode; when it is written, whether it fills the buffer.
LARGE = 4096

FUNCTION = "_psp_page"  # what the function of a page is called while it is compiled

OUT = "_psp_out"  # list of str and bytes: what the page has written
LIMIT = "_psp_limit"  # int: pieces in OUT from which a loop calls FLUSH
FLUSH = "_psp_flush"  # () -> None: sends what is waiting, if anyone listens
FRAGMENT = "_psp_fragment"  # tuple of functions with RUN_PARAMETERS: static includes
NAMES = "_psp_names"  # dict: what the page was given, and leaves to its layout
ESCAPE = "_psp_escape"  # (object) -> str: HTML-escaped, None is ""
INNER = "_psp_inner"  # (str) -> str: escapes an exact str
SLOW = "_psp_slow"  # (object) -> str: escapes what is neither str nor int
CONTEXT = "_psp_context"  # (str, object) -> str: escaped by the escapers named
PLAIN = "_psp_plain"  # (object) -> str: as it is, None is ""
STR = "_psp_str"  # str, whatever the page calls str
TYPE = "_psp_type"  # type, the same
INT = "_psp_int"  # int, the same
ARGUMENTS = "_psp_arguments"  # (*args, **kw) -> str: str() of several, or the tuple
LEN = "_psp_len"  # len, the same
STAR = "_psp_star"  # (module, level, globals) -> None: from module import *

AGAIN = "_psp_again"  # exception: a name is not as tier "local" needs it
EXPORT = "_psp_export"  # (*names) -> None: the caller's local names into its globals
RETURN = "_psp_return"  # in tier "module": the exception that ends the page
SKIPPABLE = "skippable"  # of what psp.cache gives: itself, its block may be skipped
VALUE = "_psp_value"  # a local of the page: the value being written

#: Code of an included file that shares a code object with its includer stands, for
#: Python, where its directive does. Its own place is in the end column, which nobody
#: can see there: SPLICED + index of the include * SPLICED_LINES + line.
SPLICED = 1 << 24
SPLICED_LINES = 1 << 18

#: Parameters of the function of a page, in order. A run gives the first two, and the
#: next two if it sends what is written; the rest are always the same for a page.
RUN_PARAMETERS = (OUT, NAMES, LIMIT, FLUSH, FRAGMENT)
HELPERS = (
    ESCAPE,
    INNER,
    SLOW,
    PLAIN,
    STR,
    TYPE,
    INT,
    LEN,
    ARGUMENTS,
    STAR,
    EXPORT,
    CONTEXT,
    AGAIN,
)
PARAMETERS = RUN_PARAMETERS + HELPERS
