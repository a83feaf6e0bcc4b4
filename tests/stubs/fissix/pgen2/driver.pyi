from collections.abc import Callable

from ..pytree import Base, Node

class Grammar: ...

class Driver:
    def __init__(
        self, grammar: Grammar, convert: Callable[[object, object], Base]
    ) -> None: ...
    def parse_string(self, text: str) -> Node: ...
