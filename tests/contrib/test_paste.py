"""The factory that ini files of Paste Deployment name."""

from __future__ import annotations

from pathlib import Path

import pytest
from werkzeug.test import Client

from psp.contrib.paste import app_factory
from psp.errors import SettingsError


def test_a_section_makes_a_site(tmp_path: Path) -> None:
    (tmp_path / "page.psp").write_text("<%= 1 + 1 %>")
    (tmp_path / "psp.toml").write_text('document_root = "."\nindex = ["page.psp"]\n')
    for options in (
        {"config": str(tmp_path / "psp.toml")},
        {"config": str(tmp_path / "psp.toml"), "document_root": str(tmp_path)},
    ):
        client = Client(app_factory({"debug": "true"}, **options))
        assert client.get("/").text == "2"


def test_other_options_are_refused() -> None:
    with pytest.raises(SettingsError, match="no options of a Paste section: root"):
        app_factory({}, root="/srv")
