"""The template back end: ``"BACKEND": "psp.contrib.django.Pages"`` in TEMPLATES."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings as project
from django.core.exceptions import ImproperlyConfigured
from django.template import Origin, TemplateDoesNotExist, TemplateSyntaxError
from django.template.backends.base import BaseEngine
from django.template.backends.utils import csrf_input_lazy, csrf_token_lazy
from django.utils.module_loading import import_string

from ... import engine as engines
from ...diskcache import DiskCache
from ...errors import PageNotFound, PageSyntaxError, SettingsError
from ...loaders import FileLoader
from ...settings import Settings, load_settings
from .mistakes import place_of

if TYPE_CHECKING:
    from django.http import HttpRequest

#: What OPTIONS may have besides ``context_processors`` and ``names``.
_SETTINGS = frozenset(
    {
        *("cache_dir", "key_file", "reload_interval"),
        *("dialect", "encoding", "escape", "trim"),
    }
)


class Pages(BaseEngine):
    """Pages in the folders of DIRS, and in the folder ``psp`` of applications.

    OPTIONS are ``context_processors``, ``names`` that every page is given, and the
    settings of a site that are about compiling. Raises ImproperlyConfigured for others.
    """

    app_dirname = "psp"

    def __init__(self, params: Mapping[str, Any]) -> None:
        params = dict(params)
        options = dict(params.pop("OPTIONS"))
        super().__init__(params)
        self.context_processors: list[str] = options.pop("context_processors", [])
        names: Mapping[str, object] = options.pop("names", {})
        options.setdefault("reload_interval", 0 if project.DEBUG else "never")
        settings = _checked(options)
        self._loader = FileLoader(self.template_dirs, settings.encoding)
        self.engine = engines.Engine(
            self._loader,
            cache=_cache(settings),
            options=settings.page_options,
            reload_interval=settings.check_interval,
            names=names,
        )

    def from_string(self, template_code: str) -> Template:
        """The page that *template_code* is; raises TemplateSyntaxError."""
        with self.explained(template_code):
            return Template(self, self.engine.from_string(template_code), None)

    def get_template(self, template_name: str) -> Template:
        """The page of that name; TemplateDoesNotExist or TemplateSyntaxError if not."""
        with self.explained():
            found = self.engine.get_template(template_name)
        return Template(self, found, template_name)

    @cached_property
    def template_context_processors(self) -> list[Any]:
        """What gives names to each page that is rendered for a request."""
        return [import_string(path) for path in self.context_processors]

    @contextmanager
    def explained(self, text: str | None = None) -> Iterator[None]:
        """Raise what is wrong with pages as Django's own exceptions.

        *text* is that of a page which has no file.
        """
        try:
            yield
        except PageNotFound as error:
            tried = [
                (Origin(path, error.name, self._loader), "Page does not exist")
                for path in self.iter_template_filenames(error.name)
            ]
            raise TemplateDoesNotExist(error.name, tried, self) from error
        except PageSyntaxError as error:
            new = TemplateSyntaxError(error.msg)
            new.template_debug = place_of(error, text)
            raise new from error


class Template:
    """A page as Django has templates."""

    def __init__(
        self, backend: Pages, template: engines.Template, name: str | None
    ) -> None:
        self.backend, self.template = backend, template
        filename = template.load().page.filename
        self.origin = Origin(filename, name, backend._loader if name else None)

    def render(
        self,
        context: Mapping[str, object] | None = None,
        request: HttpRequest | None = None,
    ) -> str:
        """The text of the page, given *context*, and what *request* has for pages.

        Names of *context* win. What the page raises passes through.
        """
        given = dict(context or {})
        if request is not None:
            given = {**self._names_of(request), **given}
        with self.backend.explained():
            return self.template.render(given)

    def _names_of(self, request: HttpRequest) -> dict[str, object]:
        """What *request* has for the page: of parameters, those that it declares."""
        names: dict[str, object] = {
            "request": request,
            "csrf_input": csrf_input_lazy(request),
            "csrf_token": csrf_token_lazy(request),
        }
        for processor in self.backend.template_context_processors:
            names.update(processor(request))
        parameters = self.template.load().page.options.parameters
        if not parameters:
            return names
        return {name: names[name] for name, _ in parameters if name in names}


def _checked(options: dict[str, Any]) -> Settings:
    unknown = options.keys() - _SETTINGS
    if unknown:
        names = ", ".join(sorted(unknown))
        raise ImproperlyConfigured(f"no options of pages: {names}")
    try:
        return load_settings(environ={}, options=options)
    except SettingsError as error:
        raise ImproperlyConfigured(str(error)) from error


def _cache(settings: Settings) -> DiskCache | None:
    if settings.cache_dir is None:
        return None
    return DiskCache(settings.cache_dir, key_file=settings.key_path)
