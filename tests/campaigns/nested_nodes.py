"""The constructs that nested pages are made of."""

from __future__ import annotations

from dataclasses import dataclass

from .nested_tree import Body, Failure, Fills, Run, Scope, escaped, source_of


@dataclass(frozen=True)
class Text:
    """Text of the page."""

    text: str

    def source(self) -> str:
        return self.text

    def run(self, run: Run, scope: Scope) -> None:
        run.out.append(self.text)


@dataclass(frozen=True)
class Value:
    """A name, written."""

    name: str

    def source(self) -> str:
        return f"<%= {self.name} %>"

    def run(self, run: Run, scope: Scope) -> None:
        run.out.append(escaped(scope[self.name]))


@dataclass(frozen=True)
class Set:
    """A name, given another value."""

    name: str
    value: str

    def source(self) -> str:
        return f"<% {self.name} = {self.value!r} %>"

    def run(self, run: Run, scope: Scope) -> None:
        scope.names[self.name] = self.value


@dataclass(frozen=True)
class If:
    """A condition, with what holds otherwise."""

    name: str
    body: Body
    otherwise: Body

    def source(self) -> str:
        otherwise = f"<% else: %>{source_of(self.otherwise)}" if self.otherwise else ""
        return f"<% if {self.name}: %>{source_of(self.body)}{otherwise}<% end %>"

    def run(self, run: Run, scope: Scope) -> None:
        run.body(self.body if scope[self.name] else self.otherwise, scope)


@dataclass(frozen=True)
class Match:
    """One of two cases."""

    name: str
    value: str
    body: Body
    otherwise: Body

    def source(self) -> str:
        first = f"<% case {self.value!r}: %>{source_of(self.body)}"
        second = f"<% case _: %>{source_of(self.otherwise)}"
        return f"<% match {self.name}: %>\n{first}{second}<% end match %>"

    def run(self, run: Run, scope: Scope) -> None:
        same = scope[self.name] == self.value
        run.body(self.body if same else self.otherwise, scope)


@dataclass(frozen=True)
class For:
    """A loop, opened by a tag of one line or of several."""

    name: str
    values: tuple[str, ...]
    body: Body
    lines: bool

    def source(self) -> str:
        head = f"for {self.name} in {self.values!r}:"
        if self.lines and all(isinstance(node, Text | Value) for node in self.body):
            return f"<%\n{head}\n    pass\n%>{source_of(self.body)}<% end %>"
        return f"<% {head} %>{source_of(self.body)}<% end for %>"

    def run(self, run: Run, scope: Scope) -> None:
        for value in self.values:
            scope.names[self.name] = value
            run.body(self.body, scope)


@dataclass(frozen=True)
class Try:
    """A piece that may fail, what is done about it, and what is done in any case."""

    body: Body
    handler: Body
    last: Body

    def source(self) -> str:
        handler = f"<% except KeyError: %>{source_of(self.handler)}"
        last = f"<% finally: %>{source_of(self.last)}"
        return f"<% try: %>{source_of(self.body)}{handler}{last}<% end %>"

    def run(self, run: Run, scope: Scope) -> None:
        try:
            run.body(self.body, scope)
        except Failure:
            run.body(self.handler, scope)
        finally:
            run.body(self.last, scope)


@dataclass(frozen=True)
class Fail:
    """An exception, where a name says so."""

    name: str

    def source(self) -> str:
        return f"<% if {self.name}: raise KeyError %>"

    def run(self, run: Run, scope: Scope) -> None:
        if scope[self.name]:
            raise Failure


@dataclass(frozen=True)
class Function:
    """A component as a function, and calls of it one way or another."""

    name: str
    body: Body
    calls: tuple[tuple[str, str], ...]

    def source(self) -> str:
        spelled = {
            "code": "<% {0}({1!r}) %>",
            "value": "<%= {0}({1!r}, b='R&D') %>",
            "capture": "<% k = psp.capture({0}, {1!r}) %>[<%= k %>]",
        }
        calls = "".join(spelled[how].format(self.name, a) for how, a in self.calls)
        body = source_of(self.body)
        return f"<% def {self.name}(a, b='B'): %>{body}<% end def %>{calls}"

    def run(self, run: Run, scope: Scope) -> None:
        for how, value in self.calls:
            b = "R&D" if how == "value" else "B"
            inner = Scope({"a": value, "b": b}, scope)
            if how == "capture":
                run.out.append(f"[{run.captured(self.body, inner)}]")
            else:
                run.body(self.body, inner)


@dataclass(frozen=True)
class Capture:
    """What a piece writes, written twice."""

    name: str
    body: Body

    def source(self) -> str:
        body = source_of(self.body)
        twice = f"<%= {self.name}.html %>|<%= {self.name} %>"
        return f"<% with psp.capture() as {self.name}: %>{body}<% end %>{twice}"

    def run(self, run: Run, scope: Scope) -> None:
        text = run.captured(self.body, scope)
        run.out.append(f"{text}|{text}")


@dataclass(frozen=True)
class Fill:
    """A part, filled; what a page says about one counts more than its layouts."""

    name: str
    body: Body

    def source(self) -> str:
        return f"<% with psp.section({self.name!r}): %>{source_of(self.body)}<% end %>"

    def run(self, run: Run, scope: Scope) -> None:
        text = run.captured(self.body, scope)
        known = run.filled.get(self.name)
        if known is None or known[0] >= run.level:
            run.filled[self.name] = run.level, text


@dataclass(frozen=True)
class Push:
    """A piece added to a part; the first of a key counts."""

    name: str
    key: str | None
    body: Body

    def source(self) -> str:
        body = source_of(self.body)
        return f"<% with psp.push({self.name!r}, key={self.key!r}): %>{body}<% end %>"

    def run(self, run: Run, scope: Scope) -> None:
        text = run.captured(self.body, scope)
        pieces = run.pushed.setdefault(self.name, {})
        pieces.setdefault(self.key or len(pieces), text)


@dataclass(frozen=True)
class Place:
    """A part, shown, or its default, and what was added to it."""

    name: str

    def source(self) -> str:
        return f"<%= psp.section({self.name!r}, default='<-') %>"

    def run(self, run: Run, scope: Scope) -> None:
        filled, pushed = run.placed.get(self.name), run.pushed.get(self.name)
        if filled is None and pushed is None:
            run.out.append(escaped("<-"))
            return
        run.out.extend([filled[1] if filled else "", *(pushed or {}).values()])


@dataclass(frozen=True)
class Content:
    """In a layout what the page wrote, in a component the slot."""

    def source(self) -> str:
        return "<%= psp.content() %>"

    def run(self, run: Run, scope: Scope) -> None:
        run.out.append(run.contents[-1])


@dataclass(frozen=True)
class Static:
    """A file in place of the tag."""

    file: str

    def source(self) -> str:
        return f"<%@ include file='{self.file}' %>"

    def run(self, run: Run, scope: Scope) -> None:
        run.body(run.files[self.file].body, scope)


@dataclass(frozen=True)
class Include:
    """Another page, run here with names of its own."""

    file: str
    name: str

    def source(self) -> str:
        return f"<% psp.include({self.file!r}, a={self.name}, b='B', g='G') %>"

    def run(self, run: Run, scope: Scope) -> None:
        run.include(self.file, {"a": scope[self.name], "b": "B", "g": "G"})


@dataclass(frozen=True)
class Component:
    """A page run around a slot."""

    file: str
    name: str
    body: Body

    def source(self) -> str:
        names = f"a={self.name}, b='B', g='G'"
        body = source_of(self.body)
        return f"<% with psp.component({self.file!r}, {names}): %>{body}<% end %>"

    def run(self, run: Run, scope: Scope) -> None:
        fills: Fills = {}
        names = {"a": scope[self.name], "b": "B", "g": "G"}
        with run.filling(fills):
            slot = run.captured(self.body, scope)
        run.contents.append(slot)
        run.include(self.file, names, fills)
        run.contents.pop()


@dataclass(frozen=True)
class Cache:
    """A piece that runs once."""

    name: str
    body: Body

    def source(self) -> str:
        return f"<% with psp.cache({self.name!r}): %>{source_of(self.body)}<% end %>"

    def run(self, run: Run, scope: Scope) -> None:
        key = run.file, self.name
        if key not in run.kept:
            run.kept[key] = run.captured(self.body, scope)
        run.out.append(run.kept[key])


@dataclass(frozen=True)
class Fragment:
    """A named piece."""

    name: str
    body: Body

    def source(self) -> str:
        body = source_of(self.body)
        return f"<% with psp.fragment({self.name!r}): %>{body}<% end with %>"

    def run(self, run: Run, scope: Scope) -> None:
        run.body(self.body, scope)
