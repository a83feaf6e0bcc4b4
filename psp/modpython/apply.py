"""What each directive does to the settings of the section it stands in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..errors import SettingsError
from .access import HostRules, Requirement
from .directives import Directive
from .settings import CONTENT, OURS, Handler, Settings

#: Phases in the order they run.
PHASES = (
    "PythonPostReadRequestHandler",
    "PythonTransHandler",
    "PythonHeaderParserHandler",
    "PythonInitHandler",
    "PythonAccessHandler",
    "PythonAuthenHandler",
    "PythonAuthzHandler",
    "PythonTypeHandler",
    "PythonFixupHandler",
    CONTENT,
    "PythonLogHandler",
    "PythonCleanupHandler",
)

#: Directives that say nothing of what is served here, or nothing that is needed.
WITHOUT_EFFECT = frozenset(
    "allowoverride authbasicauthoritative authbasicprovider customlog defaultruntimedir"
    " documentroot errorlog group keepalive keepalivetimeout listen loadmodule"
    " logformat loglevel maxkeepaliverequests mutex options pidfile pythoninterpreter"
    " pythoninterpperdirective pythoninterpperdirectory pythonoptimize serveradmin"
    " serveralias servername serverroot serversignature servertokens timeout"
    " typesconfig usecanonicalname user".split()
)


@dataclass(slots=True)
class Draft:
    """Settings in the making, and the section whose directives are being applied.

    ``directory``  of the section, with a final slash; empty outside of any
    """

    settings: Settings
    directory: str = ""
    is_location: bool = False
    #: What replaces the handlers of outer sections once this one has been read.
    handlers: dict[tuple[str, str], tuple[Handler, ...]] | None = None
    requires: bool = False


Apply = Callable[[Draft, Directive], None]
_TABLE: dict[str, Apply] = {}


def is_understood(directive: Directive) -> bool:
    """Whether the directive does something here, or is known to do nothing."""
    name = directive.name.lower()
    if name == "require":
        return Requirement(_require_words(directive)).is_known
    return name in _TABLE or name in WITHOUT_EFFECT


def apply_directive(draft: Draft, directive: Directive) -> None:
    """Change *draft* as *directive* says; SettingsError for words it cannot mean."""
    apply = _TABLE.get(directive.name.lower())
    if apply is not None:
        apply(draft, directive)


def finish(draft: Draft) -> Settings:
    """The settings after the last directive of a section."""
    draft.settings.handlers.update(draft.handlers or {})
    return draft.settings


def _directive(*names: str) -> Callable[[Apply], Apply]:
    def register(apply: Apply) -> Apply:
        for name in names:
            _TABLE[name.lower()] = apply
        return apply

    return register


def _one(directive: Directive) -> str:
    if len(directive.words) != 1:
        raise SettingsError(f"{directive.place}: {directive.name} takes one argument")
    return directive.words[0]


@_directive(*PHASES)
def _handlers(draft: Draft, directive: Directive) -> None:
    """``PythonHandler name [name ...] [| .ext [.ext ...]]``"""
    names, _, extensions = " ".join(directive.words).partition("|")
    phase = next(name for name in PHASES if name.lower() == directive.name.lower())
    if not names.split():
        raise SettingsError(f"{directive.place}: {directive.name} names no handler")
    made = tuple(
        Handler(name, draft.directory, draft.is_location) for name in names.split()
    )
    draft.handlers = draft.handlers or {}
    for extension in extensions.split() or [""]:
        key = (phase, extension.lower())
        draft.handlers[key] = draft.handlers.get(key, ()) + made


@_directive("PythonHandlerModule")
def _handler_module(draft: Draft, directive: Directive) -> None:
    """All phases of one module, so far as it has functions for them."""
    made = Handler(_one(directive), draft.directory, draft.is_location, True)
    draft.handlers = draft.handlers or {}
    for phase in PHASES:
        draft.handlers[phase, ""] = (*draft.handlers.get((phase, ""), ()), made)


@_directive("PythonOption")
def _option(draft: Draft, directive: Directive) -> None:
    """A key and a value; without one the key is taken out."""
    key, value = (*directive.words, "", "")[:2]
    if value:
        draft.settings.options[key] = value
    else:
        draft.settings.options.pop(key, None)


@_directive("PythonDebug", "PythonAutoReload", "PythonEnablePdb")
def _flag(draft: Draft, directive: Directive) -> None:
    known = {"on": "1", "off": "0"}
    word = _one(directive).lower()
    if word not in known:
        raise SettingsError(f"{directive.place}: {directive.name} is On or Off")
    draft.settings.config[_spelling(directive.name)] = known[word]


@_directive("PythonPath", "AuthType", "AuthName")
def _text(draft: Draft, directive: Directive) -> None:
    draft.settings.config[_spelling(directive.name)] = " ".join(directive.words)


@_directive("PythonImport")
def _import(draft: Draft, directive: Directive) -> None:
    """``module interpreter``; the application imports it when it starts."""


@_directive("PythonInputFilter", "PythonOutputFilter")
def _filter(draft: Draft, directive: Directive) -> None:
    """``handler NAME``: what AddOutputFilter and its kin call NAME."""
    if len(directive.words) != 2:
        raise SettingsError(f"{directive.place}: {directive.name} takes two arguments")
    handler, name = directive.words
    key = (_spelling(directive.name), name.lower())
    draft.settings.filters[key] = Handler(handler, draft.directory, draft.is_location)


@_directive("SetOutputFilter")
def _output_filters(draft: Draft, directive: Directive) -> None:
    draft.settings.output_filters = tuple(_one(directive).lower().split(";"))


@_directive("SetInputFilter")
def _input_filters(draft: Draft, directive: Directive) -> None:
    draft.settings.input_filters = tuple(_one(directive).lower().split(";"))


@_directive("SetHandler")
def _set_handler(draft: Draft, directive: Directive) -> None:
    name = _one(directive).lower()
    draft.settings.set_handler = None if name == "none" else name


@_directive("AddHandler")
def _add_handler(draft: Draft, directive: Directive) -> None:
    name, *extensions = directive.words or ("",)
    for extension in extensions:
        draft.settings.add_handler[_dotted(extension)] = name.lower()


@_directive("RemoveHandler")
def _remove_handler(draft: Draft, directive: Directive) -> None:
    for extension in directive.words:
        draft.settings.add_handler.pop(_dotted(extension), None)


@_directive("AddType")
def _add_type(draft: Draft, directive: Directive) -> None:
    """A media type; in old sites also the name of a handler."""
    name, *extensions = directive.words or ("",)
    kind = name.lower()
    for extension in map(_dotted, extensions):
        if kind in OURS:
            draft.settings.add_handler[extension] = kind
        else:
            draft.settings.types[extension] = name


@_directive("ForceType")
def _force_type(draft: Draft, directive: Directive) -> None:
    name = _one(directive)
    draft.settings.forced_type = None if name.lower() == "none" else name


@_directive("DirectoryIndex")
def _index(draft: Draft, directive: Directive) -> None:
    words = directive.words
    draft.settings.index = () if words == ("disabled",) else words


@_directive("Require")
def _require(draft: Draft, directive: Directive) -> None:
    """Any one of those in a section will do; they replace those of outer ones."""
    known = draft.settings.require if draft.requires else ()
    draft.settings.require = (*known, Requirement(_require_words(directive)))
    draft.requires = True


@_directive("Order", "Allow", "Deny")
def _hosts(draft: Draft, directive: Directive) -> None:
    rules = draft.settings.hosts or HostRules()
    words = directive.words
    if directive.name.lower() == "order":
        rules = rules._replace(order="".join(words).lower())
    elif words[:1] and words[0].lower() == "from":
        kind = directive.name.lower()
        rules = rules._replace(**{kind: getattr(rules, kind) + words[1:]})
    draft.settings.hosts = rules


def _require_words(directive: Directive) -> tuple[str, ...]:
    kind, *names = directive.words or ("",)
    return (kind.lower(), *names)


def _dotted(extension: str) -> str:
    return "." + extension.lstrip(".").lower()


def _spelling(name: str) -> str:
    """A directive's name as Apache spells it, which pages see."""
    known = (
        "PythonDebug PythonAutoReload PythonEnablePdb PythonPath AuthType AuthName"
        " PythonInputFilter PythonOutputFilter"
    )
    return next(word for word in known.split() if word.lower() == name.lower())
