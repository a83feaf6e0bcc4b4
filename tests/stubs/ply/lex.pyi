from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar

_F = TypeVar("_F", bound=Callable[..., Any])

class LexToken:
    type: str
    value: str
    lineno: int
    lexpos: int
    lexer: Any

class NullLogger: ...

class Lexer:
    lexpos: int
    lexlen: int
    lexdata: str
    lexstatestack: list[str]
    unclosed: LexToken | None
    def clone(self) -> Lexer: ...
    def begin(self, state: str) -> None: ...
    def input(self, text: str) -> None: ...
    def token(self) -> LexToken | None: ...

def TOKEN(pattern: str) -> Callable[[_F], _F]: ...
def lex(module: ModuleType, optimize: bool = ..., errorlog: object = ...) -> Lexer: ...
