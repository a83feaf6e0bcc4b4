"""Pages: each converted as a whole, with an eye to those it shares names with."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence

from ..compiler.nodes import Expression, Include, Node, Page, Scriptlet
from ..compiler.skeleton import build_skeleton
from ..compiler.writer import NotStrict
from ..errors import PageSyntaxError
from ..options import MOD_PYTHON
from ..source import BOM, Source, Span
from .blocks import same_blocks
from .code import Code
from .convert import Converted, convert_python
from .decisions import decisions
from .edits import Edit, apply_edits, new_place
from .imports import missing
from .neighbours import Neighbours
from .python2 import Converter, Unreadable
from .remarks import Migrated, Remark
from .skeletons import (
    READINGS,
    Edits,
    Skeleton,
    Write,
    build,
    declared,
    page_edits,
    page_nodes,
)
from .tabs import TABS, expanded_scriptlet, is_mixed

Nodes = tuple[Node, ...]

_CANNOT = "this page cannot be converted within its tags"
_OTHERWISE = "the blocks of this page would be read in another way; indent it evenly"

#: Divides what others import, what the page has of its parts, and the page itself.
_BORDER = "_psp_border\n"


class Pages:
    """The *sources* of a site by name, and what converts them."""

    def __init__(self, converter: Converter, sources: Mapping[str, Source]):
        self.converter = converter
        self.sources = sources
        self.neighbours = Neighbours(sources)

    def migrate(self, name: str) -> Migrated:
        """The page *name* as Python 3; raises PageSyntaxError.

        A file whose blocks begin or end in another one is read as part of that.
        """
        try:
            return _Work(self, name, name, alone=True).done()
        except PageSyntaxError as error:
            for page in (name, *self.neighbours.includers(name)):
                try:
                    return _Work(self, page, name, alone=False).done()
                except PageSyntaxError:
                    continue
            raise error


class _Work:
    """The page *page*, with what it includes or *alone*, on its way.

    What is *wanted* of it is one file, itself or a part.
    """

    def __init__(self, pages: Pages, page: str, wanted: str, *, alone: bool):
        self._pages = pages
        self._page = page
        self._wanted = wanted
        self._alone = alone
        self._texts: dict[str, Source] = {}
        self._remarks: list[Remark] = []
        self._had_tabs = False

    def done(self) -> Migrated:
        """What the wanted file becomes."""
        tag = self._convert(self._declared, READINGS[1:], "<%!")
        tag += self._convert(self._nodes, READINGS, "<%")
        text = self._source(self._wanted).text
        at = len(BOM) if text.startswith(BOM) else 0
        if tag:
            self._edit({self._wanted: [Edit(at, at, tag)]})
            text = self._source(self._wanted).text
        notes = [Remark(0, TABS, False)] if self._had_tabs else []
        return Migrated(text, (*notes, *sorted(set(self._remarks))))

    def _source(self, name: str) -> Source:
        """The file *name* as it is by now."""
        return self._texts.get(name) or self._pages.sources[name]

    def _find(self, file: str, including: Source) -> Source | None:
        name = self._pages.neighbours.find(file, self._page, including.name)
        return None if name is None else self._source(name)

    def _nodes(self) -> Nodes:
        source = self._source(self._page)
        return page_nodes(source, None if self._alone else self._find)

    def _declared(self) -> Nodes:
        return declared(self._nodes())

    def _edit(self, edits: Edits) -> None:
        """Go on with files that *edits* were made to."""
        for name, some in edits.items():
            old = self._source(name)
            self._texts[name] = Source(apply_edits(old.text, some), name, old.filename)
        ours = edits.get(self._wanted, [])
        self._remarks = [
            one._replace(at=new_place(ours, one.at)) for one in self._remarks
        ]

    def _convert(
        self, select: Callable[[], Nodes], readings: Sequence[Write], mark: str
    ) -> str:
        """Convert what *select* gives; the tag with the imports that are missing."""
        nodes = select()
        if not any(map(_holds_code, nodes)):
            return ""
        skeleton, write = self._read(nodes, readings)
        if not skeleton.lines:
            return ""
        if is_mixed(skeleton.text):
            self._edit(_without_tabs(self._source(self._page), nodes))
            self._had_tabs = True
            skeleton = build(self._source(self._page), select(), write)
        done = self._run(skeleton)
        _, given, text = done.text.split(_BORDER)
        self._edit(page_edits(skeleton, text))
        skeleton = self._checked(select(), write, text)
        self._remark(skeleton, done)
        needs = missing(Code(given + text, page=True), done.needs)
        return f"{mark} {'; '.join(needs)} %>" if needs else ""

    def _read(self, nodes: Nodes, readings: Sequence[Write]) -> tuple[Skeleton, Write]:
        """The first skeleton that is Python, of 2 or of 3, and what wrote it."""
        failure: PageSyntaxError | None = None
        for write in readings:
            try:
                skeleton = build(self._source(self._page), nodes, write)
            except NotStrict:
                continue
            except PageSyntaxError as error:
                failure = error
                continue
            try:
                self._pages.converter.check(skeleton.text)
                return skeleton, write
            except Unreadable as error:
                failure = _placed(error, skeleton)
        assert failure is not None, "the last reading reads everything or says why not"
        raise failure

    def _run(self, skeleton: Skeleton) -> Converted:
        """The text of *skeleton*, behind all that others import, as Python 3."""
        neighbours = self._pages.neighbours
        others = neighbours.other_imports(self._page)
        given = neighbours.own_imports(self._page)
        before = "\n".join([*others, _BORDER, *given, _BORDER])
        text, filename = before + skeleton.text, self._source(self._page).filename
        taken = neighbours.assigned(self._page)
        try:
            return convert_python(
                self._pages.converter, text, filename, page=True, taken=taken
            )
        except Unreadable as error:
            raise _placed(error, skeleton, before.count("\n")) from None

    def _checked(self, nodes: Nodes, write: Write, text: str) -> Skeleton:
        """The skeleton of the edited page, which must be *text*, read as it was."""
        source = self._source(self._page)
        whole = Span(0, 1)
        try:
            skeleton = build(source, nodes, write)
        except NotStrict:
            raise PageSyntaxError.at(source, whole, _CANNOT) from None
        if skeleton.text != text:
            raise PageSyntaxError.at(source, whole, _CANNOT)
        read = build_skeleton(Page(source, nodes, MOD_PYTHON))
        if read.text != text:
            tree = ast.parse(text)
            if not same_blocks(tree, skeleton.holes, read.tree, read.holes):
                raise PageSyntaxError.at(source, whole, _OTHERWISE)
        return skeleton

    def _remark(self, skeleton: Skeleton, done: Converted) -> None:
        """Keep what is to say of the wanted file."""
        border = len(done.text) - len(skeleton.text)
        found = [*done.notes, *decisions(Code(done.text, page=True))]
        for one in found:
            before = done.text[border : one.at]
            if one.at >= border:
                column = len(before) - before.rfind("\n") - 1
                source, at = skeleton.place(before.count("\n"), column)
                if source.name == self._wanted:
                    self._remarks.append(one._replace(at=at))


def _holds_code(node: Node) -> bool:
    if isinstance(node, Include):
        return any(map(_holds_code, node.nodes))
    return isinstance(node, Scriptlet | Expression)


def _without_tabs(source: Source, nodes: Nodes) -> Edits:
    """The edits that make blanks of the tabs in *source* and all that it includes."""
    edits: Edits = {source.name: []}
    for node in nodes:
        if isinstance(node, Include):
            edits |= _without_tabs(node.source, node.nodes)
        elif isinstance(node, Scriptlet):
            edits[source.name] += expanded_scriptlet(node.code, node.start)
    return edits


def _placed(error: Unreadable, skeleton: Skeleton, skipped: int = 0) -> PageSyntaxError:
    """*error* about the text of *skeleton*, behind some lines, as one of the page."""
    source, at = skeleton.place(max(error.line - 1 - skipped, 0), error.column - 1)
    return PageSyntaxError.at(source, Span(at, at + 1), error.message)
