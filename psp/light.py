"""NamedTuple, Protocol, pattern, lazy: for what the first page of a process needs.

Type checkers see those of ``typing`` and ``re``. At run time a class made here takes a
tenth of the time, and neither ``typing`` nor ``collections`` is imported; ``re`` is by
the first pattern that is used.
"""

from __future__ import annotations

#: Whether this process ends with its first answer: nothing is made ready then that
#: takes longer than one answer gains by it. Set before what looks at it is imported.
one_answer = False

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from re import Pattern
    from typing import Any, AnyStr, Generic, Self, TypeVar, overload
    from typing import NamedTuple as NamedTuple
    from typing import Protocol as Protocol

    T = TypeVar("T")

    def pattern(text: AnyStr) -> Pattern[AnyStr]: ...

    class lazy(Generic[T]):
        """A method whose result becomes the attribute of its name."""

        def __init__(self, make: Callable[[Any], T]): ...
        def __set_name__(self, owner: type, name: str) -> None: ...
        @overload
        def __get__(self, instance: None, owner: type | None = None) -> Self: ...
        @overload
        def __get__(self, instance: object, owner: type | None = None) -> T: ...
        def __get__(self, instance: object, owner: type | None = None) -> Any: ...
        def __set__(self, instance: object, value: T) -> None: ...

else:

    class pattern:
        """The pattern *text*, compiled when it is first used; flags stand in it."""

        def __init__(self, text: str | bytes):
            self._text = text

        def __getattr__(self, name: str) -> Any:
            import re

            value = self.__dict__[name] = getattr(re.compile(self._text), name)
            return value

    class lazy:
        """A method whose result becomes the attribute of its name; it can be assigned.

        ``functools.cached_property`` holds one lock for all instances on Python 3.11,
        so that requests would wait for each other.
        """

        def __init__(self, make: Callable[[Any], object]):
            self.make = make
            self.__doc__ = make.__doc__

        def __set_name__(self, owner: type, name: str) -> None:
            self.name = name

        def __get__(self, instance: object, owner: type | None = None) -> Any:
            if instance is None:
                return self
            value = instance.__dict__[self.name] = self.make(instance)
            return value

    try:
        from _collections import _tuplegetter as _field  # that of namedtuple
    except ImportError:

        def _field(index, doc):
            return property(lambda values: values[index], doc=doc)

    class Protocol:
        """What a value must be able to do."""

    class _Fields(type):
        """Makes fields of the annotations in the body of a class."""

        def __new__(kind, name: str, bases: tuple[type, ...], body: dict[str, Any]):
            fields = tuple(body.get("__annotations__", ()))
            body["_field_defaults"] = {f: body[f] for f in fields if f in body}
            body["_fields"] = body["__match_args__"] = fields
            body["__slots__"] = ()
            for index, field in enumerate(fields):
                body[field] = _field(index, "A field")
            return type.__new__(kind, name, bases, body)

    class NamedTuple(tuple, metaclass=_Fields):
        """A tuple whose items have names, with the methods of ``typing.NamedTuple``."""

        def __new__(cls, *values: object, **named: object) -> Self:
            if named or len(values) != len(cls._fields):
                values = cls._complete(values, named)
            return tuple.__new__(cls, values)

        @classmethod
        def _complete(
            cls, values: tuple[object, ...], named: dict[str, object]
        ) -> list[object]:
            """All values, those *named* and the defaults in place; TypeError."""
            fields, given = cls._fields, cls._field_defaults | named
            taken = fields[: len(values)]
            unknown = [name for name in named if name in taken or name not in fields]
            missing = [name for name in fields[len(values) :] if name not in given]
            if unknown or missing or len(values) > len(fields):
                raise TypeError(
                    f"{cls.__name__}() takes {', '.join(fields)}; "
                    f"missing: {missing}, wrong: {unknown}, in order: {len(values)}"
                )
            return [*values, *(given[name] for name in fields[len(values) :])]

        @classmethod
        def _make(cls, values: Iterable[object]) -> Self:
            """The tuple of all of *values*, in order."""
            return cls(*values)

        def _replace(self, **named: object) -> Self:
            """The same with the values *named*; TypeError for no field's name."""
            values = [named.pop(*item) for item in zip(self._fields, self, strict=True)]
            if named:
                raise TypeError(f"Got unexpected field names: {list(named)!r}")
            return tuple.__new__(type(self), values)

        def _asdict(self) -> dict[str, object]:
            """The values by name."""
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self) -> str:
            items = (f"{name}={value!r}" for name, value in self._asdict().items())
            return f"{type(self).__name__}({', '.join(items)})"

        def __getnewargs__(self) -> tuple[object, ...]:
            return tuple(self)
