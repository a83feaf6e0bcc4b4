"""Headless Chromium: screenshots, and the page as it is after scripts have run."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str:
    """The browser's command; skips the test without one, but never in CI."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    if os.environ.get("CI"):
        pytest.fail("Chromium is missing")
    pytest.skip("Chromium is missing")


def run_chromium(*arguments: str) -> str:
    """What Chromium prints, run with a profile that is thrown away."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        done = subprocess.run(
            [find_chromium(), *QUIET, f"--user-data-dir={profile}", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            timeout=120,
            check=True,
        )
    return done.stdout


def colour_scheme(dark: bool) -> str:
    """The argument that asks for the light or the dark colours of a page."""
    return f"--blink-settings=preferredColorScheme={0 if dark else 1}"


def screenshot(url: str, file: Path, size: tuple[int, int], *, dark: bool) -> bytes:
    """The PNG that a window of *size* pixels shows of *url*; also written to *file*."""
    run_chromium(
        f"--window-size={size[0]},{size[1]}",
        colour_scheme(dark),
        f"--screenshot={file}",
        url,
    )
    return file.read_bytes()


def dump_dom(url: str, *, dark: bool) -> str:
    """The document at *url* after its scripts have run, as HTML."""
    return run_chromium(
        colour_scheme(dark), "--virtual-time-budget=5000", "--dump-dom", url
    )
