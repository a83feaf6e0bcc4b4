"""The Dockerfile of docs/hosting: its instructions, followed without Docker."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from .packages import ROOT

_FENCE = re.compile(r"^```dockerfile Dockerfile\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, in order, each with its arguments."""
    text = (ROOT / "docs" / "hosting" / "production.md").read_text(encoding="utf-8")
    (found,) = _FENCE.findall(text)
    return [tuple(line.split(None, 1)) for line in found.splitlines()]


class Image:
    """A folder in place of an image, and the context that it is made from."""

    def __init__(self, context: Path, root: Path, port: int):
        self.context, self.root, self.port = context, root, port
        self.environment = dict(os.environ)
        self.command: list[str] = []
        self.check: list[str] = []
        (root / "usr/src").mkdir(parents=True)
        (root / "srv/site").mkdir(parents=True)

    def placed(self, text: str) -> str:
        """*text* with the paths and the port that are had here."""
        text = re.sub(r"(?<![\w.])/(srv|usr/src|tmp)/", rf"{self.root}/\1/", text)
        return text.replace("8000", str(self.port))

    def follow(self, name: str, rest: str) -> None:
        """Do what an instruction says, but for the user and the port."""
        if name == "COPY":
            source, target = rest.split()
            self.copy(self.context / source, Path(self.placed(target)))
        elif name == "RUN":
            command = re.sub(r"^python ", f"{sys.executable} ", self.placed(rest))
            subprocess.run(command, shell=True, check=True, env=self.environment)
        elif name == "ENV":
            pairs = (one.split("=", 1) for one in shlex.split(self.placed(rest)))
            self.environment |= dict(pairs)
        elif name == "CMD":
            self.command = json.loads(self.placed(rest))
        elif name == "HEALTHCHECK":
            self.check = json.loads(self.placed(rest.removeprefix("CMD ")))
        else:
            assert name in ("FROM", "USER", "EXPOSE"), name

    def copy(self, source: Path, target: Path) -> None:
        """As COPY does it: the content of a folder, a file into a folder."""
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)

    def healthy(self) -> bool:
        """What the check says, once it has been asked often enough."""
        for _ in range(60):
            checked = subprocess.run(self.check, capture_output=True)
            if checked.returncode == 0:
                return True
            time.sleep(0.5)
        return False


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Path]:
    """What lies beside the Dockerfile."""
    folder = tmp_path / "context"
    (folder / "htdocs").mkdir(parents=True)
    (folder / "htdocs/index.psp").write_text("<%= 6 * 7 %>")
    (folder / "psp.toml").write_text('document_root = "htdocs"\n')
    kept = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
    for name in ("psp", "docs"):
        shutil.copytree(ROOT / name, folder / "psp" / name, symlinks=True, ignore=kept)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / "psp")
    yield folder


@pytest.mark.slow
def test_the_dockerfile_makes_a_site(
    context: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    image = Image(context, tmp_path / "image", port)
    for name, rest in instructions():
        image.follow(name, rest)
    assert list((image.root / "srv/site/htdocs").rglob("*.psc"))
    with subprocess.Popen(
        image.command, env=image.environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert image.healthy()
            with urlopen(f"http://127.0.0.1:{port}/") as answer:
                assert answer.read() == b"42"
        finally:
            process.terminate()
            written, _ = process.communicate(timeout=30)
    assert "processes of gunicorn: 2" in written
    assert '"GET / HTTP/1.1" 200 2 ' in written
    assert "healthz" not in written
    assert process.returncode == 0
