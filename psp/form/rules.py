"""Rules: what an annotation asks of a field."""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Union, get_args, get_origin, get_type_hints

from ..http.fields import AnyField, Field, StringField
from .converters import choices_of, converter_for
from .limits import AsSent, Limit, Pattern
from .messages import Invalid

Upload = Field
Email = Annotated[
    str,
    # as HTML has it: https://html.spec.whatwg.org/#valid-e-mail-address
    Pattern(
        r"(?=.{3,254}\Z)[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+"
        r"@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
        r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*",
        "An e-mail address looks like ada@example.org.",
    ),
]
MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Rule:
    """One field of a form.

    ``kind``     the class of its values, or Literal
    ``many``     whether it is a list
    ``default``  the value of a field left empty; MISSING where it must be filled in
    ``limits``   what each value has to meet, ``list_limits`` what the list has to
    """

    name: str
    kind: Any
    many: bool
    default: Any
    limits: tuple[Limit, ...]
    list_limits: tuple[Limit, ...]

    @property
    def required(self) -> bool:
        """Whether the visitor must fill it in."""
        return self.default is MISSING and not self.many and self.kind is not bool

    def read(self, fields: list[AnyField]) -> Any:
        """The value of what was sent; raises Invalid."""
        if self.many:
            values = [self._one(field) for field in fields if not _is_blank(field)]
            return _limited(values, self.list_limits)
        if self.kind is bool:
            return bool(fields) and not _is_blank(fields[0])
        if not fields or _is_blank(fields[0]):
            if self.default is MISSING:
                raise Invalid("This is needed.")
            return self.default
        return self._one(fields[0])

    def _one(self, field: AnyField) -> Any:
        return _limited(self._converted(field), self.limits)

    def _converted(self, field: AnyField) -> Any:
        if self.kind is Upload:
            if isinstance(field, StringField):
                raise Invalid("A file is needed.")
            return field
        if isinstance(field, Field):
            raise Invalid("This cannot be a file.")
        text = text_of(field)
        if not any(isinstance(limit, AsSent) for limit in self.limits):
            text = text.strip()
        return converter_for(self.kind)(text)


def text_of(field: StringField) -> str:
    """The text, its lines ending in one character; Invalid if its bytes are no text."""
    broken = "\ufffd" in field and field.raw.decode(errors="ignore") != field
    if "\0" in field or broken:
        raise Invalid("This has characters that are no text.")
    return field.value.replace("\r\n", "\n")


def _is_blank(field: AnyField) -> bool:
    return isinstance(field, StringField) and not field.strip()


def _limited(value: Any, limits: tuple[Limit, ...]) -> Any:
    for limit in limits:
        limit.check(value)
    return value


def rules_of(form: type) -> dict[str, Rule]:
    """The rules of a form, by name; raises TypeError for what no field can be."""
    hints = get_type_hints(form, include_extras=True)
    return {
        name: _rule(name, hint, getattr(form, name, MISSING))
        for name, hint in hints.items()
        if not name.startswith("_") and get_origin(hint) is not ClassVar
    }


def _rule(name: str, hint: Any, default: Any) -> Rule:
    hint, outer = _without_limits(hint)
    hint, optional = _without_none(hint)
    if optional and default is MISSING:
        default = None
    hint, more = _without_limits(hint)
    outer += more
    many = get_origin(hint) is list
    inner: tuple[Limit, ...] = outer
    if many:
        hint, inner = _without_limits(get_args(hint)[0])
    if hint is not bool and hint is not Upload and choices_of(hint) is None:
        converter_for(hint)
    return Rule(name, hint, many, default, inner, outer if many else ())


def _without_limits(hint: Any) -> tuple[Any, tuple[Limit, ...]]:
    if get_origin(hint) is Annotated:
        kind, *limits = get_args(hint)
        return kind, tuple(limit for limit in limits if hasattr(limit, "check"))
    return hint, ()


def _without_none(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) in (Union, types.UnionType):
        rest = [kind for kind in get_args(hint) if kind is not type(None)]
        if len(rest) == 1:
            return rest[0], True
    return hint, False
