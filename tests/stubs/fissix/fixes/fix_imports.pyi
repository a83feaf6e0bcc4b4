from typing import Any

from ..pytree import Base

MAPPING: dict[str, str]

class FixImports:
    mapping: dict[str, str]
    def build_pattern(self) -> str: ...
    def transform(self, node: Base, results: dict[str, Any]) -> Base | None: ...
