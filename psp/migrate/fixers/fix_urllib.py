"""``urllib`` and ``urllib2``, which have become several modules."""

from __future__ import annotations

from typing import Any

from fissix.fixes import fix_urllib
from fissix.pgen2 import token
from fissix.pytree import Base, Leaf


class FixUrllib(fix_urllib.FixUrllib):
    """fissix's, where imports from several modules stay on one line.

    In a tag of a page there may be no other. A name that no module has is kept, and
    the statement with it, where fissix would drop it.
    """

    def build_pattern(self) -> str:
        """fissix's pattern, and names in parentheses, which that does not know."""
        patterns = [super().build_pattern()]
        for module, homes in fix_urllib.MAPPING.items():
            start = f"import_from< 'from' mod_member={module!r} 'import' '('"
            known = "|".join(repr(name) for _, names in homes for name in names)
            one = f"member=({known}) | import_as_name< member=({known}) 'as' any >"
            patterns.append(f"{start} ({one} | import_as_names< members=any* >) ')' >")
        return "|".join(patterns)

    def transform_member(self, node: Base, results: dict[str, Any]) -> None:
        statement, prefix = node.parent, node.prefix
        if statement is None or self._has_strangers(results):
            return
        first = statement.children.index(node)
        super().transform_member(node, results)
        statement.children[first].prefix = prefix
        for leaf in statement.children[first + 1 : -1]:
            if leaf.type == token.NEWLINE and leaf.next_sibling is not None:
                leaf.next_sibling.prefix = " "
                leaf.replace(Leaf(token.SEMI, ";"))

    def _has_strangers(self, results: dict[str, Any]) -> bool:
        """Whether one of the names that are imported is in no module."""
        homes = fix_urllib.MAPPING[results["mod_member"].value]
        known = {name for _, names in homes for name in names}
        names = (next(one.leaves()).value for one in results.get("members", ()))
        return any(name not in known for name in names if name != ",")
