"""Settings from ``psp.toml``, then ``PSP_*`` variables, then options."""

from __future__ import annotations

import logging
import os
import re
import reprlib
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, NamedTuple, cast

from ..errors import SettingsError
from ..source import Source
from . import kinds
from .keys import key_places
from .kinds import Kind
from .schema import SETTINGS, STANDARD_OUTPUT, TABLES, UNSIGNED, KeyPath, Settings
from .together import session_problem

log = logging.getLogger(__name__)

PREFIX = "PSP_"
#: The variable that names the settings file; it is no setting itself.
FILE_VARIABLE = "PSP_CONFIG"
#: Where sessions are kept by a site that only says in which file.
EMBEDDED = "sqlite"

VARIABLES = {PREFIX + "_".join(path).upper(): path for path in SETTINGS}

_TOML_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)$")

#: The kinds that are paths, and what is none all the same.
_PATHS = {
    kinds.FOLDER: None,
    kinds.PATH: None,
    kinds.KEY_FILE: UNSIGNED,
    kinds.LOG_FILE: STANDARD_OUTPUT,
}

Place = Callable[[KeyPath], str]


class _Given(NamedTuple):
    """One value, not checked yet; ``place`` is what messages call where it is from."""

    path: KeyPath
    value: object
    place: str
    folder: str = ""


def load_settings(
    file: str | os.PathLike[str] | None = None,
    environ: Mapping[str, str] | None = None,
    options: Mapping[str, object] | None = None,
) -> Settings:
    """The settings of *file*, then *environ* (or ``os.environ``), then *options*.

    Later ones win. *options* has the shape of the file, ``{"server": {"port": 0}}``.
    A relative path starts at the file's folder, or else at the current one, and
    comes out absolute. Raises SettingsError.
    """
    given = [_Given(("document_root",), Settings().document_root, "defaults")]
    if file is not None:
        given += _from_file(os.fspath(file))
    given += _from_environ(os.environ if environ is None else environ)
    given += _flat(options or {}, (), lambda path: "options", "")
    settings = _assembled({one.path: _checked(one) for one in given})
    _check_together(settings, {one.path: one.place for one in given})
    return settings


def _from_file(file: str) -> Iterator[_Given]:
    """What the TOML file *file* sets."""
    source = _read(file)
    try:
        tree = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(_toml_message(file, source, str(error))) from None

    def place(path: KeyPath) -> str:
        line, column = key_places(source)[path]
        return f"{file}:{line}:{column}"

    yield from _flat(tree, (), place, os.path.dirname(os.path.abspath(file)))


def _read(file: str) -> Source:
    """The text of *file*; SettingsError where it cannot be read as UTF-8."""
    try:
        with open(file, "rb") as stream:
            return Source(stream.read().decode("utf-8"), file)
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file}: not UTF-8 at byte {error.start}") from None


def _toml_message(file: str, source: Source, message: str) -> str:
    """The error of ``tomllib`` with its place in front."""
    found = _TOML_PLACE.search(message)
    if found is None:  # "(at end of document)"
        line, column = source.position(len(source.text.rstrip()))
    else:
        line, column = int(found[1]), int(found[2])
    return f"{file}:{line}:{column}: {message.partition(' (at ')[0]}"


def _from_environ(environ: Mapping[str, str]) -> Iterator[_Given]:
    """What the variables in *environ* set; an empty one counts as not there."""
    for name in sorted(environ):
        path = VARIABLES.get(name)
        if path is not None and environ[name]:
            yield _Given(path, _parsed(name, path, environ[name]), name)
        elif path is None and name.startswith(PREFIX) and name != FILE_VARIABLE:
            # Platforms add variables of their own (PSP_SERVICE_HOST for a service
            # called "psp"), so a name we do not know cannot be an error.
            log.warning("%s: no such setting%s", name, _hint(name, VARIABLES))


def _parsed(name: str, path: KeyPath, text: str) -> object:
    """The value that *text* spells; SettingsError where it is of the wrong kind."""
    try:
        return _kind(path).parse(text)
    except ValueError:
        raise _wrong(name, path, text) from None


def _flat(
    tree: Mapping[str, object], above: KeyPath, place: Place, folder: str
) -> Iterator[_Given]:
    """The settings in *tree*, tables opened; SettingsError for an unknown key."""
    for key, value in tree.items():
        path = (*above, key)
        if path in SETTINGS:
            yield _Given(path, value, place(path), folder)
        elif above or key not in TABLES:
            hint = _hint(".".join(path), map(".".join, SETTINGS))
            raise SettingsError(f"{place(path)}: no setting {'.'.join(path)!r}{hint}")
        elif isinstance(value, Mapping):
            yield from _flat(value, path, place, folder)
        else:
            raise SettingsError(f"{place(path)}: {key} is a table, not {value!r}")


def _hint(name: str, known: Iterable[str]) -> str:
    """``; did you mean …?`` where a name in *known* is close to *name*."""
    names = [*known, *TABLES]
    last = name.rpartition(".")[2]
    close = [one for one in names if one.rpartition(".")[2] == last]
    close = close or get_close_matches(name, names, 1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _checked(given: _Given) -> Any:
    """The value as Settings holds it; SettingsError where it is of the wrong kind."""
    kind = _kind(given.path)
    try:
        value = kind.check(given.value)
    except (ValueError, TypeError):
        raise _wrong(given.place, given.path, given.value) from None
    if kind in _PATHS and value != _PATHS[kind]:
        return os.path.abspath(os.path.join(given.folder, value))
    return value


def _check_together(settings: Settings, places: Mapping[KeyPath, str]) -> None:
    """SettingsError where values that are right by themselves do not go together."""
    problem = session_problem(settings)
    if problem is not None:
        path, message = problem
        place = places.get(path) or places.get(("session", "store"), "defaults")
        raise SettingsError(f"{place}: {message}")


def _wrong(place: str, path: KeyPath, value: object) -> SettingsError:
    wanted = _kind(path).wanted
    if _kind(path) is kinds.SECRETS:
        return SettingsError(f"{place}: {'.'.join(path)} is {wanted}")
    found = reprlib.repr(value)
    return SettingsError(f"{place}: {'.'.join(path)} is {wanted}, not {found}")


def _kind(path: KeyPath) -> Kind:
    return cast(Kind, SETTINGS[path].metadata["kind"])


def _assembled(values: Mapping[KeyPath, Any]) -> Settings:
    """Settings with *values*, and defaults for the rest."""
    tables = {
        table: make(**{path[1]: values[path] for path in values if path[0] == table})
        for table, make in TABLES.items()
    }
    session = [path for path in values if path[0] == "session"]
    if ("session", "path") in session and ("session", "store") not in session:
        tables["session"] = replace(tables["session"], store=EMBEDDED)
    single = {path[0]: value for path, value in values.items() if len(path) == 1}
    return Settings(**single, **tables)
