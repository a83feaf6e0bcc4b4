"""Renamed modules, ``dbm`` not among them.

Python 3 has a module of that name, so that a second run would take it for the old one.
"""

from __future__ import annotations

from fissix.fixes import fix_imports


class FixImports(fix_imports.FixImports):
    """fissix's, without the names that Python 3 has given to something else."""

    mapping = {k: v for k, v in fix_imports.MAPPING.items() if k != "dbm"}
