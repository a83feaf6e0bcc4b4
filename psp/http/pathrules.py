"""PathRules: which names under the document root are served, and as what."""

from __future__ import annotations

from ..light import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WELL_KNOWN = ".well-known"  # RFC 8615

#: Extensions that are never sent, beside those of pages.
CODE = frozenset({".psp", ".psp_", ".psc", ".py", ".pyc", ".pyo", ".pyw"})
BACKUPS = frozenset({".bak", ".old", ".orig", ".rej", ".save", ".swo", ".swp", ".tmp"})
_BACKUPS = tuple(BACKUPS)


class PathRules(NamedTuple):
    """What of the document root is served, and as what.

    ``extensions``    of files that are run as pages, with their dot
    ``static_types``  extension, lower case, to Content-Type of files that are sent;
                      None: those of MEDIA_TYPES
    ``default_type``  Content-Type of all other files; None: they are not there
    ``index_files``   files that answer for a folder, the first that exists
    ``private``       folders below the root, such as ``"data/raw"``, never served
    ``no_pages``      folders where nothing is run, such as uploads
    ``follow_links``  ``"never"``, or ``"inside"``: links that stay below the root
    ``scripts``       extensions of files that are run as CGI programs
    ``script_folders``  folders below the root where every file is such a program
    ``strict``        whether the rules for names hold for ``PATH_INFO`` as well, and
                      an extension of code hides a file wherever in its name it stands
    """

    extensions: tuple[str, ...] = (".psp",)
    static_types: Mapping[str, str] | None = None
    default_type: str | None = None
    index_files: Sequence[str] = ("index.psp", "index.html")
    private: Sequence[str] = ()
    no_pages: Sequence[str] = ()
    follow_links: str = "never"
    strict: bool = True
    scripts: tuple[str, ...] = ()
    script_folders: Sequence[str] = ()

    def is_page(self, name: str) -> bool:
        """Whether the file *name* is run."""
        return name.endswith(self.extensions)

    def is_script(self, name: str) -> bool:
        """Whether the file *name* is run as a CGI program, for which backups count not.

        In a folder of programs none is sent, whatever it is called.
        """
        if self.scripts and name.endswith(self.scripts):
            return True
        return is_below(name, self.script_folders) and not name.endswith(_BACKUPS)

    def media_type(self, name: str) -> str | None:
        """The Content-Type of the static file *name*, or None if it is never sent."""
        from .mediatypes import MEDIA_TYPES, OCTETS

        types = MEDIA_TYPES if self.static_types is None else self.static_types
        extensions = _extensions(name.rpartition("/")[2].lower())
        if self._is_never_sent(extensions) or is_below(name, self.script_folders):
            return None
        for extension in extensions:
            if extension in types:
                return types[extension]
        if not extensions and name.startswith(f"{WELL_KNOWN}/"):
            return OCTETS  # the tokens of RFC 8555 have no extension
        return self.default_type

    def _is_never_sent(self, extensions: list[str]) -> bool:
        """Whether *extensions*, longest first, are those of code or of a backup."""
        parts = ["." + extension.split(".")[1] for extension in extensions]
        code = parts if self.strict else parts[-1:]
        ours = (*self.extensions, *self.scripts)
        if any(part in CODE or part in ours for part in code):
            return True
        return bool(parts) and parts[-1] in BACKUPS


DEFAULT_RULES = PathRules()


def is_hidden(segment: str) -> bool:
    """Whether no file of that name is ever served: private, a backup, or misread."""
    return (
        not segment
        or (segment[0] in "._#~" and segment != WELL_KNOWN)
        or segment[-1] in ". ~"
        or ":" in segment
    )


def is_below(name: str, folders: Sequence[str]) -> bool:
    """Whether *name* is one of *folders* or lies in one."""
    for folder in folders:
        if f"{name}/".startswith(f"{folder}/"):
            return True
    return False


def _extensions(name: str) -> list[str]:
    """The extensions of *name*, longest first: ``.tar.gz``, ``.gz``."""
    parts = name.split(".")
    return ["." + ".".join(parts[at:]) for at in range(1, len(parts))]
