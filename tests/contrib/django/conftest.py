"""One project for all tests of Django, which can be configured but once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from django.conf import settings as project
from django.test import override_settings
from django.utils.functional import empty

if project._wrapped is empty:  # type: ignore[comparison-overlap]
    project.configure(
        SECRET_KEY="of no use", ALLOWED_HOSTS=["testserver"], ROOT_URLCONF=()
    )
    django.setup()

Configure = Callable[..., None]


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """The folder of DIRS."""
    folder = tmp_path / "pages"
    folder.mkdir()
    return folder


@pytest.fixture
def configure(pages: Path) -> Iterator[Configure]:
    """A function that sets OPTIONS of the back end, and settings of the project."""
    made = []

    def set_up(options: dict[str, Any] | None = None, **more: Any) -> None:
        backend = {
            "BACKEND": "psp.contrib.django.Pages",
            "NAME": "pages",
            "DIRS": [pages],
            "APP_DIRS": bool(more.get("INSTALLED_APPS")),
            "OPTIONS": options or {},
        }
        made.append(override_settings(TEMPLATES=[backend], **more))
        made[-1].enable()

    yield set_up
    for one in reversed(made):
        one.disable()
