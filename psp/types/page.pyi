"""The names that every page has, for type checkers and editors.

What a field of a form is, text or a file, and whether there are several, the visitor
decides: they are Any here.
"""

from typing import Any, TypeVar, overload

from ..http.exchange import mp_request
from ..http.forms import FieldStorage, Key
from ..http.interface import PSPInterface
from ..session.base import Session

_D = TypeVar("_D")

class Form(FieldStorage):
    def __getitem__(self, name: Key) -> Any: ...
    @overload  # type: ignore[override]  # a default that is given is what comes back
    def get(self, name: Key, default: None = None) -> Any | None: ...
    @overload
    def get(self, name: Key, default: _D) -> Any | _D: ...
    @overload  # type: ignore[override]
    def getfirst(self, name: Key, default: None = None) -> Any | None: ...
    @overload
    def getfirst(self, name: Key, default: _D) -> Any | _D: ...
    def getlist(self, name: Key) -> list[Any]: ...
    def items(self) -> list[tuple[str | None, Any]]: ...

psp: PSPInterface
req: mp_request
form: Form
session: Session

def _(message: str, /) -> str: ...
def ngettext(one: str, many: str, number: int, /) -> str: ...
