"""Static includes: finds the files, refuses cycles, puts their nodes in place."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ..errors import IncludeError, PageNotFound
from ..lexer.lexer import tokenize
from ..options import PageOptions
from ..page import Notice
from ..source import Source, Span
from .directives import apply_directives
from .nodes import Directive, Include, Node, Page, Scriptlet, notice
from .parser import parse
from .texts import prepare_text

#: The file that a source names, as text; raises PageNotFound.
Resolve = Callable[[str, Source], Source]

#: Files within files, before it is called a mistake.
DEPTH = 64
#: Included files of one page in all: two that include each other twice are 2**64.
FILES = 4096


def expand_includes(page: Page, resolve: Resolve) -> Page:
    """The page with each included file's nodes where its directive stood."""
    expansion = _Expansion(page.source, resolve, page.options)
    nodes = expansion.expand(page.source, page.nodes, ())
    return page._replace(nodes=nodes, notices=page.notices + tuple(expansion.notices))


def included_files(nodes: Iterable[Node]) -> Iterator[str]:
    """The names of the files that stand in *nodes*, those in these included."""
    for node in nodes:
        if isinstance(node, Include):
            yield node.source.name
            yield from included_files(node.nodes)


@dataclass(slots=True)
class _Expansion:
    top: Source
    resolve: Resolve
    options: PageOptions
    notices: list[Notice] = field(default_factory=list)
    files: int = 0
    cut: bool = False  # an included file ended inside a tag: mod_python stops there

    def expand(
        self,
        source: Source,
        nodes: tuple[Node, ...],
        above: tuple[tuple[Source, Span], ...],
    ) -> tuple[Node, ...]:
        result: list[Node] = []
        for node in nodes:
            if self.cut:
                break
            if isinstance(node, Directive):
                node = self._include(source, node, above)
            result.append(node)
        return tuple(result)

    def _include(
        self, source: Source, node: Directive, above: tuple[tuple[Source, Span], ...]
    ) -> Include:
        found = self._find(source, node)
        chain = (*above, (source, node.span))
        self._refuse_cycle(found, chain)
        page = parse(found, tokenize(found))
        page = apply_directives(page, self.options, included=True)
        self.notices.extend(page.notices)
        page = prepare_text(page)
        nodes = self.expand(found, page.nodes, chain)
        last = page.nodes[-1] if page.nodes else None
        if isinstance(last, Scriptlet) and not last.closed:
            self._open_end(found, last)
        return Include(node.span, found, nodes)

    def _find(self, source: Source, node: Directive) -> Source:
        name, span = node["file"], node.attributes["file"].span
        missing = os.path.join(os.path.dirname(self.top.filename), name)
        try:
            return self.resolve(name, source)
        except PageNotFound as error:
            message = f"included file {name!r} is not there: {error}"
            cause = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), missing)
            raise IncludeError.at(source, span, message) from cause
        except OSError as error:
            message = (
                f"included file {name!r} cannot be read: {error.strerror or error}"
            )
            raise IncludeError.at(source, span, message) from error

    def _refuse_cycle(
        self, found: Source, chain: tuple[tuple[Source, Span], ...]
    ) -> None:
        self.files += 1
        source, span = chain[-1]
        files = [at.filename for at, _ in chain]
        if found.filename in files:
            circle = files[files.index(found.filename) :]
            message = "includes go round in a circle: " + " > ".join(
                [*circle, found.filename]
            )
            raise IncludeError.at(source, span, message)
        if len(chain) > DEPTH or self.files > FILES:
            raise IncludeError.at(source, span, "too many includes within includes")

    def _open_end(self, source: Source, node: Scriptlet) -> None:
        """An included file ends inside a code tag: what follows would be lost."""
        span = Span(node.span.start, node.span.start + 2)
        message = "code is never closed in this included file: expected %>"
        if self.options.dialect != "mod_python":
            raise IncludeError.at(source, span, message)
        self.notices.append(notice(source, span, message + "; the page ends here"))
        self.cut = True
