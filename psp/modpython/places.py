"""From the path of a URL to a file or folder, as Apache translates names.

The walk is that of ``psp.http.paths``: no link is followed, no hidden name entered.
But what is found is told whatever its kind, and so is a folder without an index:
which of its files answers for it is for the directives of the place to say.
"""

from __future__ import annotations

import os

from ..errors import HTTPError
from ..http.mediatypes import MEDIA_TYPES
from ..http.pathrules import PathRules
from ..http.paths import DocumentRoot
from .constants import HTTP_BAD_REQUEST

#: What Apache says of a file by its extension: without a charset.
TYPES = {key: kind.partition(";")[0] for key, kind in MEDIA_TYPES.items()}
TYPES[".py"] = "text/x-python"

_ANYTHING = PathRules(extensions=("",), index_files=(), strict=False)
# What Apache does not know it sends without a type.
_STATIC = PathRules(
    extensions=(),
    static_types=TYPES,
    default_type="",
    strict=False,
)


def normal_path(path: str) -> str:
    """*path* without doubled slashes and dot segments (RFC 3986, section 5.2.4).

    HTTPError 400 for one that leads above the root.
    """
    if "//" not in path and "/." not in path:
        return path
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                raise HTTPError(HTTP_BAD_REQUEST, "a path above the root")
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    is_folder = path.endswith(("/", "/.", "/.."))
    return "/" + "/".join(parts) + ("/" if is_folder and parts else "")


class Places(DocumentRoot):
    """Where paths lead: a PAGE target for any file, FOLDER for one without its slash.

    A folder that is asked for with its slash is MISSING, its name ending in one: the
    file that stands for it is still to be found.
    """

    def __init__(self, folder: str | os.PathLike[str]):
        super().__init__(folder, _ANYTHING)

    def _index(self, folder: int) -> str:
        return ""


def static_files(folder: str | os.PathLike[str]) -> DocumentRoot:
    """The files of *folder* that are sent as they are, with Apache's media types."""
    return DocumentRoot(folder, _STATIC)
