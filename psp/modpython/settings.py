"""Settings: what the directives in force for one request come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from .access import HostRules, Requirement

#: Names by which SetHandler and AddHandler mean mod_python.
OURS = frozenset({"mod_python", "python-program"})

CONTENT = "PythonHandler"


class Handler(NamedTuple):
    """One handler: ``module::object``, or a function, and where it was named.

    ``directory``    of the section that names it, with a final slash
    ``is_optional``  whether the module may lack the function
    """

    name: str | Callable[..., object]
    directory: str = ""
    is_location: bool = False
    is_optional: bool = False

    def __str__(self) -> str:
        return self.name if isinstance(self.name, str) else repr(self.name)


@dataclass(slots=True)
class Settings:
    """What holds for one request; not changed once it is made.

    ``handlers``   (directive, extension or ``""``) to handlers, in order
    ``options``    of PythonOption
    ``config``     other Python directives and Auth directives, as strings
    ``filters``    (directive, name) to the handler of a filter
    ``set_handler``, ``add_handler``  Apache's handler, of everything or by extension
    ``types``      extension to media type
    ``index``      files that answer for a folder
    """

    handlers: dict[tuple[str, str], tuple[Handler, ...]] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    config: dict[str, str] = field(default_factory=dict)
    filters: dict[tuple[str, str], Handler] = field(default_factory=dict)
    output_filters: tuple[str, ...] = ()
    input_filters: tuple[str, ...] = ()
    set_handler: str | None = None
    add_handler: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    forced_type: str | None = None
    index: tuple[str, ...] = ("index.html",)
    require: tuple[Requirement, ...] = ()
    hosts: HostRules | None = None
    location: str = ""

    def copy(self) -> Settings:
        """The same settings, free to be changed."""
        return replace(
            self,
            handlers=self.handlers.copy(),
            options=self.options.copy(),
            config=self.config.copy(),
            filters=self.filters.copy(),
            add_handler=self.add_handler.copy(),
            types=self.types.copy(),
        )

    @property
    def debug(self) -> bool:
        """Whether PythonDebug is on."""
        return self.config.get("PythonDebug") == "1"

    def apache_handler(self, filename: str) -> str | None:
        """The handler Apache would choose; of several extensions the last one counts.

        A folder, whose name ends in a slash here, has no extensions.
        """
        if self.set_handler is not None:
            return self.set_handler
        return _by_extension(filename, self.add_handler)

    def media_type(self, filename: str) -> str | None:
        """The media type of ForceType or AddType; None if there is none."""
        return self.forced_type or _by_extension(filename, self.types)

    def handlers_of(self, phase: str, extension: str | None) -> tuple[Handler, ...]:
        """The handlers of *phase*: those for the extension, otherwise the general.

        Extensions match in any case: what mod_python does with ``X.PSP`` is send it.
        """
        found = self.handlers.get((phase, (extension or "").lower()))
        return found or self.handlers.get((phase, ""), ())

    def extensions(self) -> list[str]:
        """Extensions that are mapped to mod_python, without their dot."""
        return [name[1:] for name, kind in self.add_handler.items() if kind in OURS]


def extension_of(filename: str) -> str:
    """The last extension of *filename*, with its dot; empty without one."""
    _, dot, extension = filename.rpartition("/")[2].rpartition(".")
    return dot + extension if dot else ""


def _by_extension(filename: str, table: Mapping[str, str]) -> str | None:
    found = None
    for part in filename.rpartition("/")[2].split(".")[1:]:
        found = table.get(f".{part}".lower(), found)
    return found
