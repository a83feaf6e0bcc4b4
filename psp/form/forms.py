"""Form: fields by annotation, their values and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

from ..http.fields import AnyField
from ..http.forms import FieldStorage
from .converters import text_for
from .inputs import Input
from .messages import Invalid, Translate
from .rules import MISSING, Rule, rules_of


class Form:
    """A form; a subclass annotates its fields.

    Of ``str, int, float, Decimal, bool, date, time, datetime, Email, Upload``, an Enum
    or a Literal, or a list of one; ``| None`` or a default makes it optional, and
    ``Annotated`` limits it. A method ``check_NAME(self, value)`` returns the value to
    keep or raises Invalid, ``check(self)`` looks at the whole when each field is right.

    ``Contact(form)`` reads what was sent; ``Contact()``, with or without values by
    name, is one to fill in. *translate* is given each message. Raises TypeError for a
    class with a field that cannot be one.
    """

    _rules: ClassVar[dict[str, Rule]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._rules = rules_of(cls)
        for name in cls._rules:
            if hasattr(Form, name) or name in ("errors", "sent"):
                raise TypeError(
                    f"a form has its own {name!r}: call the field otherwise"
                )

    def __init__(
        self,
        sent: FieldStorage | None = None,
        /,
        *,
        translate: Translate = str,
        **values: object,
    ):
        for name in values.keys() - self._rules.keys():
            raise TypeError(f"{type(self).__name__} has no field {name!r}")
        self.sent = sent is not None
        self.errors: dict[str, str] = {}
        self._translate = translate
        self._texts: dict[str, list[str]] = {}
        for name, rule in self._rules.items():
            if sent is None:
                self._fill(rule, values.get(name, rule.default))
            else:
                self._read(rule, sent.getlist(name))
        if self.valid:
            self._attempt("", self.check)

    def check(self) -> None:
        """Look at fields together; raise Invalid, or write into ``errors``."""

    @property
    def valid(self) -> bool:
        """Whether it was sent, and nothing is wrong with it."""
        return self.sent and not self.errors

    def __getitem__(self, name: str) -> Input:
        """The field as HTML; KeyError."""
        rule = self._rules[name]
        return Input(rule, self._texts[name], self.errors.get(name, ""))

    def __iter__(self) -> Iterator[str]:
        """The names of the fields, in order."""
        return iter(self._rules)

    def _fill(self, rule: Rule, value: object) -> None:
        """Take *value* as that of a form which was not sent."""
        if value is MISSING:
            value = [] if rule.many else False if rule.kind is bool else None
        listed = value if rule.many and isinstance(value, list) else [value]
        if rule.kind is bool:
            listed = ["on"] if value else []
        self._texts[rule.name] = [text_for(one) for one in listed]
        setattr(self, rule.name, list(listed) if rule.many else value)

    def _read(self, rule: Rule, fields: list[AnyField]) -> None:
        """Take the value that was sent, or say why it cannot be."""
        self._texts[rule.name] = [
            field.value for field in fields if isinstance(field, str)
        ]
        setattr(self, rule.name, None)
        self._attempt(rule.name, lambda: self._keep(rule, fields))

    def _keep(self, rule: Rule, fields: list[AnyField]) -> None:
        value = rule.read(fields)
        check = getattr(self, f"check_{rule.name}", None)
        setattr(self, rule.name, check(value) if check else value)

    def _attempt(self, name: str, step: Callable[[], None]) -> None:
        try:
            step()
        except Invalid as error:
            self.errors[name] = error.message(self._translate)
