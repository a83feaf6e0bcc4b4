"""CompiledPage and Fingerprint: what the compiler makes and the caches keep."""

from __future__ import annotations

from .light import NamedTuple
from .options import DEFAULT_OPTIONS, PageOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import CodeType


class Fingerprint(NamedTuple):
    """What tells one state of a file from another.

    ``mtime_ns`` is in nanoseconds, ``size`` in bytes; ``digest`` is the SHA-256 of
    the content. Sources without a file have 0 for the first three.
    """

    mtime_ns: int
    size: int
    inode: int
    digest: bytes


class Notice(NamedTuple):
    """A warning found while compiling; ``line`` and ``column`` count from 1."""

    filename: str
    line: int
    column: int
    message: str


class CompiledPage(NamedTuple):
    """A page ready to run; immutable and safe to share between threads.

    ``code``          what runs: a function's code, or module code in tier "module"
    ``fragments``     static includes that stand on their own, each with its filename
    ``spliced``       filenames of all static includes, where any shares a code object
    ``declarations``  module code of ``<%! %>``, a piece a file, run once when loaded
    ``names``         every name used anywhere in it, functions included, in order
    ``toplevel``      the names that mod_python's detection looks at (``co_names``)
    ``dependencies``  loader name to Fingerprint of every file that took part
    """

    name: str
    filename: str
    code: CodeType
    fragments: tuple[CodeType, ...] = ()
    declarations: tuple[CodeType, ...] = ()
    tier: str = "function"
    names: tuple[str, ...] = ()
    toplevel: tuple[str, ...] = ()
    dependencies: Mapping[str, Fingerprint] = {}
    options: PageOptions = DEFAULT_OPTIONS
    notices: tuple[Notice, ...] = ()
    spliced: tuple[str, ...] = ()
