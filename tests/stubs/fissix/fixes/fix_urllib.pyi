from typing import Any

from ..pytree import Base
from .fix_imports import FixImports

MAPPING: dict[str, list[tuple[str, list[str]]]]

class FixUrllib(FixImports):
    def transform_member(self, node: Base, results: dict[str, Any]) -> None: ...
