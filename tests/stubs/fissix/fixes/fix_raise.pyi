from typing import Any

from ..pytree import Base

class FixRaise:
    def transform(self, node: Base, results: dict[str, Any]) -> Base | None: ...
