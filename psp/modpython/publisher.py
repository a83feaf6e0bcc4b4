"""``mod_python.publisher``: functions and objects of a module, by their path."""

from __future__ import annotations

import os
import re
from types import (
    BuiltinFunctionType,
    CodeType,
    FrameType,
    FunctionType,
    GeneratorType,
    MethodType,
    ModuleType,
    TracebackType,
)
from typing import Any

from . import util
from .apache import SERVER_RETURN
from .constants import (
    HTTP_FORBIDDEN,
    HTTP_METHOD_NOT_ALLOWED,
    HTTP_NOT_FOUND,
    OK,
)
from .foreign import served
from .guards import check_access
from .modules import load_file
from .request import mp_request
from .settings import extension_of

__name__ = "mod_python.publisher"  # what pages print, and find it under

METHODS = ("GET", "POST", "HEAD")
INDEX = "index"
_HTML_END = re.compile(r"</html\s*>\s*\Z", re.IGNORECASE)
_TAIL = 100  # characters at the end of a text that tell whether it is HTML

_INNER = (CodeType, FrameType, TracebackType)
#: Objects whose attributes no path reaches.
_CLOSED = (
    ModuleType,
    type,
    FunctionType,
    MethodType,
    BuiltinFunctionType,
    GeneratorType,
    *_INNER,
)
#: Objects that are not shown when a path leads to them.
_UNPUBLISHED = (ModuleType, type, BuiltinFunctionType, *_INNER)


@served
def handler(req: mp_request) -> int:
    """Publish the object that the path names; SERVER_RETURN where it is not to be had.

    The path is walked below the module that the file names, or ``index`` beside it.
    """
    req.allow_methods(METHODS)
    if req.method not in METHODS:
        raise SERVER_RETURN(HTTP_METHOD_NOT_ALLOWED)
    file, path = find_module(req)
    req.filename = file
    module = load_file(file, autoreload=req.get_config().get("PythonAutoReload") != "0")
    publish(req, resolve(req, module, path))
    return OK


def find_module(req: mp_request) -> tuple[str, list[str]]:
    """The file of the module, and the names of the path in it."""
    folder, name = os.path.split(req.filename)
    extension = extension_of(name)
    if extension[1:] in ("py", *req.get_addhandler_exts().split()) and extension:
        name = name.removesuffix(extension)
    path = [part for part in re.split("[/.]", req.path_info) if part]
    file = os.path.join(folder, f"{name or INDEX}.py")
    if not os.path.isfile(file):
        file = os.path.join(folder, f"{INDEX}.py")
        path = [part for part in name.split(".") if part] + path
        if not os.path.isfile(file) or "." in name:
            raise SERVER_RETURN(HTTP_NOT_FOUND)
    return file, path or [INDEX]


def resolve(req: mp_request, module: ModuleType, path: list[str]) -> Any:
    """The object at the end of *path*, all rules of access on the way met."""
    check_access(req, module)
    found: Any = module
    for at, name in enumerate(path):
        if name.startswith("_") or (at and isinstance(found, _CLOSED)):
            raise SERVER_RETURN(HTTP_FORBIDDEN)
        try:
            found = getattr(found, name)
        except AttributeError:
            raise SERVER_RETURN(HTTP_NOT_FOUND) from None
        check_access(req, found)
    if isinstance(found, _UNPUBLISHED):
        raise SERVER_RETURN(HTTP_FORBIDDEN)
    return found


def publish(req: mp_request, found: Any) -> None:
    """Write *found*, or what calling it with the form gives; nothing for None."""
    while callable(found):
        req.form = util.FieldStorage(req, keep_blank_values=1)
        found = util.apply_fs_data(found, req.form, req=req)
    if found is None:
        return
    text = str(found)
    if not req._content_type_set:
        is_html = _HTML_END.search(text[-_TAIL:])
        req.content_type = "text/html" if is_html else "text/plain"
    req.write(text, 0)
