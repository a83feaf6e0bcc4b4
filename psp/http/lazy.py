"""lazy: an attribute that is made on first use and then kept."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Generic, Self, TypeVar, overload

    T = TypeVar("T")

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
