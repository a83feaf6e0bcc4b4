from collections.abc import Iterator, Sequence

class Base:
    type: int
    parent: Node | None
    children: list[Base]
    prefix: str
    next_sibling: Base | None
    def clone(self) -> Base: ...
    def leaves(self) -> Iterator[Leaf]: ...
    def replace(self, new: Base | Sequence[Base]) -> None: ...

class Node(Base):
    future_features: frozenset[str]
    def __init__(self, type: int, children: Sequence[Base]) -> None: ...

class Leaf(Base):
    value: str
    def __init__(self, type: int, value: str) -> None: ...

def convert(grammar: object, raw_node: object) -> Base: ...
