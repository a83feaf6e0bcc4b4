"""Inputs: a field of a form as HTML, filled in with what was sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import get_args

from markupsafe import Markup

from .converters import choices_of, text_for
from .rules import Email, Rule, Upload

_EMAIL = get_args(Email)[1]
_TYPES: dict[object, dict[str, object]] = {
    int: {"type": "number"},
    float: {"type": "number", "step": "any"},
    Decimal: {"type": "number", "step": "any"},
    date: {"type": "date"},
    time: {"type": "time"},
    datetime: {"type": "datetime-local"},
    Upload: {"type": "file"},
}
#: What the HTML standard allows (13.1.2.3), but for characters nobody uses.
_NAME = re.compile(r"[^\s\0-\x1f\x7f-\x9f\"'>/=<`]+")
_UNFILLED = ("password", "file")


class Input:
    """One field of a form: what was sent, what is wrong with it, and its HTML.

    Attributes are given by name: ``class_="wide"``, ``aria_label="Age"``; True writes
    one without a value, False and None leave it away. Values are escaped; ValueError
    for a name that no attribute can have.

    ``text``   what was sent, or the value to begin with
    ``texts``  all of it, of a list
    ``error``  the message about it, or ""
    """

    def __init__(self, rule: Rule, texts: list[str], error: str):
        self.name = rule.name
        self.texts = texts
        self.text = texts[0] if texts else ""
        self.error = error
        self._rule = rule

    def input(self, **attributes: object) -> Markup:
        """An ``<input>`` of the type that suits the field; passwords stay empty."""
        given = self._attributes(attributes, self._kind() | self._limits())
        if str(given["type"]).lower() not in _UNFILLED:
            given.setdefault("value", self.text)
        return _tag("input", given)

    def textarea(self, **attributes: object) -> Markup:
        """A ``<textarea>``."""
        start = _tag("textarea", self._attributes(attributes, self._limits()))
        # a line end right after the tag is dropped by browsers
        return start + Markup("\n{}</textarea>").format(self.text)

    def select(
        self,
        choices: Mapping[str, str] | Iterable[str] | None = None,
        **attributes: object,
    ) -> Markup:
        """A ``<select>`` of *choices*, labels by value; without them all valid ones."""
        several: dict[str, object] = {"multiple": self._rule.many}
        parts = [_tag("select", self._attributes(attributes, several))]
        for value, label in self._labels(choices).items():
            chosen = value in self.texts
            parts.append(_tag("option", {"value": value, "selected": chosen}))
            parts.append(Markup("{}</option>").format(label))
        return Markup("").join([*parts, Markup("</select>")])

    def checkbox(self, value: object = "on", **attributes: object) -> Markup:
        """A box to tick; a list has one for each *value*."""
        return self._choice("checkbox", value, attributes)

    def radio(self, value: object, **attributes: object) -> Markup:
        """A button of those of which one is chosen."""
        return self._choice("radio", value, attributes)

    def fault(self) -> Markup:
        """The message about the field, where there is one."""
        if not self.error:
            return Markup("")
        return Markup('<span class="fault" id="{}-fault">{}</span>').format(
            self.name, self.error
        )

    def _choice(
        self, type: str, value: object, attributes: dict[str, object]
    ) -> Markup:
        text = text_for(value)
        checked = text in self.texts
        if self._rule.kind is bool:
            checked = bool(self.texts)  # whatever the value is called
        own: dict[str, object] = {"type": type, "value": text, "checked": checked}
        if self._rule.many or type == "radio":
            own |= {"id": f"{self.name}-{text}", "required": None}
        return _tag("input", self._attributes(attributes, own))

    def _attributes(
        self, given: dict[str, object], own: dict[str, object]
    ) -> dict[str, object]:
        """Those of every field, the field's *own*, and those *given*."""
        common: dict[str, object] = {"id": self.name, "name": self.name}
        common["required"] = self._rule.required
        if self.error:
            common |= {"aria-invalid": "true"}
            common |= {"aria-describedby": f"{self.name}-fault"}
        named = {key.rstrip("_").replace("_", "-"): given[key] for key in given}
        return common | own | named

    def _kind(self) -> dict[str, object]:
        if _EMAIL in self._rule.limits:
            return {"type": "email"}
        return {"type": "text"} | _TYPES.get(self._rule.kind, {})

    def _limits(self) -> dict[str, object]:
        found: dict[str, object] = {}
        for limit in self._rule.limits:
            found |= limit.attributes()
        return {
            key: None if value is None else text_for(value)
            for key, value in found.items()
        }

    def _labels(
        self, choices: Mapping[str, str] | Iterable[str] | None
    ) -> Mapping[str, str]:
        if isinstance(choices, Mapping):
            return choices
        if choices is None:
            choices = choices_of(self._rule.kind) or {}
        return {value: value for value in choices}


def _tag(name: str, attributes: Mapping[str, object]) -> Markup:
    """The start of an element."""
    parts = [Markup(f"<{name}")]
    for key, value in attributes.items():
        if not _NAME.fullmatch(key):
            raise ValueError(f"{key!r} cannot be the name of an attribute")
        if value is True:
            parts.append(Markup(" {}").format(key))
        elif value is not None and value is not False:
            parts.append(Markup(' {}="{}"').format(key, value))
    return Markup("").join([*parts, Markup(">")])
