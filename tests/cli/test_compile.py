"""``psp compile``: every page once, again when it has changed, errors listed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from psp.adapters.site import make_engine
from psp.archive import ArchiveCache
from psp.diskcache import DiskCache
from psp.settings import Settings

from .conftest import Run, Spawn

Write = Callable[[str, str], Path]


def summary(text: str) -> tuple[int, ...]:
    """The numbers of compiled, unchanged and failed pages in the last line."""
    found = re.search(
        r"^compiled (\d+), unchanged (\d+), failed (\d+) in \d+\.\d\d s\n\Z", text, re.M
    )
    assert found, text
    return tuple(map(int, found.groups()))


def test_pages_are_compiled_once(run: Run, write: Write, folder: Path) -> None:
    write("site/a.psp", "a")
    write("site/shop/b.psp", "b")
    write("site/readme.txt", "no page")
    write("site/.hidden/c.psp", "<% broken")
    result = run("compile", "site")
    assert result.exit_code == 0
    assert summary(result.stdout) == (2, 0, 0)
    assert result.stderr == ""  # no bar without a terminal
    kept = sorted(path.name for path in folder.rglob("*.psc"))
    assert kept == ["a.psc", "b.psc"]
    assert summary(run("compile", "site").stdout) == (0, 2, 0)


def test_what_has_changed_is_compiled_again(run: Run, write: Write) -> None:
    write("a.psp", "a")
    write("b.psp", '<%@ include file="_part.psp" %>')
    part = write("_part.psp", "part")
    run("compile")
    part.write_text("PART")
    assert summary(run("compile").stdout) == (2, 1, 0)  # the part, and who includes it
    os.utime(part, (1, 1))  # another time, the same content
    assert summary(run("compile").stdout) == (0, 3, 0)


def test_kept_pages_are_what_a_site_loads(run: Run, write: Write, folder: Path) -> None:
    write("a.psp", "<%= 6 * 7 %>")
    run("compile")
    key = Path(os.environ["XDG_DATA_HOME"], "psp", "key")
    assert key.stat().st_mode & 0o777 == 0o600
    cache = DiskCache(folder, key_file=key, beside=True)
    page = cache.get("a.psp")
    assert page is not None and page.name == "a.psp"


def test_out_fills_a_cache_folder(run: Run, write: Write, folder: Path) -> None:
    write("site/a.psp", "a")
    assert summary(run("compile", "site", "--out", "cache").stdout) == (1, 0, 0)
    assert os.listdir("site") == ["a.psp"]
    key = Path(os.environ["XDG_DATA_HOME"], "psp", "key")
    assert DiskCache(folder / "cache", key_file=key).get("a.psp") is not None
    assert summary(run("compile", "site", "--out", "cache").stdout) == (0, 1, 0)


def test_unsigned_files_can_be_written_by_nobody(
    run: Run, write: Write, folder: Path
) -> None:
    write("a.psp", "a")
    assert summary(run("compile", "--unsigned").stdout) == (1, 0, 0)
    assert (folder / "a.psc").stat().st_mode & 0o777 == 0o444
    assert not Path(os.environ["XDG_DATA_HOME"]).exists()
    assert DiskCache(folder, key_file=None, beside=True).get("a.psp") is not None
    assert summary(run("compile", "--unsigned").stdout) == (0, 1, 0)


def test_key_file_of_the_settings(run: Run, write: Write, folder: Path) -> None:
    write("site/a.psp", "a")
    write("psp.toml", "document_root = 'site'\nkey_file = 'key'")
    assert summary(run("compile").stdout) == (1, 0, 0)
    cache = DiskCache(folder / "site", key_file=folder / "key", beside=True)
    assert cache.get("a.psp") is not None


def test_key_inside_the_cache_is_refused(run: Run, write: Write) -> None:
    write("site/a.psp", "a")
    write("psp.toml", "key_file = 'site/key'")
    result = run("compile", "site")
    assert result.exit_code == 1
    assert "must lie outside the cache" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_every_error_is_listed(run: Run, write: Write) -> None:
    write("a.psp", "<%= 1 +* 2 %>")
    write("b.psp", "fine")
    write("c.psp", "<% for %>")
    result = run("compile")
    assert result.exit_code == 1
    assert summary(result.stdout) == (1, 0, 2)
    assert result.stderr.index("a.psp:1:8: ") < result.stderr.index("c.psp:1:6: ")
    assert "    <%= 1 +* 2 %>\n           ^\n" in result.stderr
    assert summary(run("compile").stdout) == (0, 1, 2)


def test_error_of_a_part_is_listed_once(run: Run, write: Write) -> None:
    write("part.psp", "<%= 1 +* 2 %>")
    write("a.psp", '<%@ include file="part.psp" %>')
    write("b.psp", '<%@ include file="part.psp" %>')
    result = run("compile")
    assert summary(result.stdout) == (0, 0, 3)
    assert result.stderr.count("part.psp:1:8: ") == 1


def test_file_that_is_only_a_part_has_not_failed(run: Run, write: Write) -> None:
    write("a.psp", '<%@ include file="open.psp" %>x<% end %>')
    write("open.psp", "<% if True: %>")
    result = run("compile")
    assert result.exit_code == 0, result.stderr
    assert summary(result.stdout) == (1, 0, 0)
    assert summary(run("compile").stdout) == (0, 1, 0)


def test_page_that_cannot_be_read(run: Run, folder: Path) -> None:
    (folder / "a.psp").symlink_to("/etc/hostname")
    result = run("compile")
    assert result.exit_code == 1
    assert result.stderr.startswith("a.psp:1:1: 'a.psp' lies outside")


def test_page_that_cannot_be_kept(run: Run, write: Write, folder: Path) -> None:
    write("a.psp", "a")
    (folder / "a.psc").mkdir()
    result = run("compile")
    assert result.exit_code == 1
    assert summary(result.stdout) == (0, 0, 1)
    assert "a.psp: could not be kept" in result.stderr


def test_other_extensions_and_dialect(run: Run, write: Write, folder: Path) -> None:
    write("a.html", "<% for x in (1,):\n    pass %>x")
    write("psp.toml", "extensions = ['.html']\ndialect = 'mod_python'")
    assert summary(run("compile").stdout) == (1, 0, 0)
    assert summary(run("compile").stdout) == (0, 1, 0)
    assert summary(run("compile", "--dialect", "psp").stdout) == (1, 0, 0)


def test_folder_without_pages(run: Run, folder: Path) -> None:
    assert summary(run("compile").stdout) == (0, 0, 0)


def test_several_processes(spawn: Spawn, write: Write, folder: Path) -> None:
    for number in range(40):
        write(f"p{number}.psp", f"<%= {number} %>")
    write("bad.psp", '<%@ include file="none.psp" %>')
    done = spawn("compile", "--jobs", "2")
    assert done.returncode == 1
    assert summary(done.stdout) == (40, 0, 1)
    assert done.stderr.startswith("bad.psp:1:18: included file 'none.psp' is not there")
    assert len(list(folder.glob("*.psc"))) == 40
    assert summary(spawn("compile", "--jobs", "2").stdout) == (0, 40, 1)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["none"], 2, "'none' does not exist"),
        (["a.psp"], 2, "'a.psp' is a file"),
        (["--jobs", "0"], 2, "0 is not in the range"),
        (["--out", "a.psp"], 2, "'a.psp' is a file"),
    ],
)
def test_usage(
    run: Run, write: Write, arguments: list[str], code: int, message: str
) -> None:
    write("a.psp", "x")
    result = run("compile", *arguments)
    assert result.exit_code == code
    assert message in result.stderr


def test_document_root_that_is_not_there(run: Run, write: Write, folder: Path) -> None:
    write("psp.toml", "document_root = 'none'")
    result = run("compile")
    assert result.exit_code == 1
    message = f"document_root {folder}/none: No such file or directory"
    assert result.stderr == f"Error: {message}\n"


def test_archive_of_a_site(run: Run, write: Write, folder: Path) -> None:
    write("site/a.psp", "<%= 6 * 7 %>")
    other = write("site/shop/b.psp", "b")
    archive = folder / "site.psa"
    command = ("compile", "site", "--archive", "site.psa")
    assert summary(run(*command).stdout) == (2, 0, 0)
    assert not list(folder.rglob("*.psc"))
    written = archive.stat()
    assert summary(run(*command).stdout) == (0, 2, 0)
    assert archive.stat() == written
    other.write_text("changed")
    assert summary(run(*command).stdout) == (1, 1, 0)
    other.unlink()
    assert summary(run(*command).stdout) == (0, 1, 0)
    key = Path(os.environ["XDG_DATA_HOME"], "psp", "key")
    cache = ArchiveCache(archive, key_file=key)
    assert cache.get("a.psp") is not None
    assert list(cache.records()) == ["a.psp"]


def test_archive_by_several_processes(spawn: Spawn, write: Write) -> None:
    for number in range(40):
        write(f"site/p{number}.psp", f"<%= {number} %>")
    write("site/bad.psp", "<% for %>")
    command = ("compile", "site", "--archive", "site.psa", "--jobs", "2")
    assert summary(spawn(*command).stdout) == (40, 0, 1)
    assert summary(spawn(*command).stdout) == (0, 40, 1)


def test_archive_is_used_by_a_site(run: Run, write: Write, folder: Path) -> None:
    page = write("site/a.psp", "<%= 6 * 7 %>")
    run("compile", "site", "--archive", "site.psa", "--unsigned")
    settings = Settings(
        document_root=str(folder / "site"),
        archive=str(folder / "site.psa"),
        key_file="none",
    )

    def never(*arguments: object) -> NoReturn:
        raise AssertionError("compiled although it lies in the archive")

    engine = make_engine(settings)
    engine._compile = never
    assert engine.render("a.psp") == "42"
    page.write_text("newer")
    assert make_engine(settings).render("a.psp") == "newer"


def test_archive_that_cannot_be_written(run: Run, write: Write) -> None:
    write("site/a.psp", "a")
    result = run("compile", "site", "--archive", "none/site.psa")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: none/site.psa: ")
    assert len(result.stderr.splitlines()) == 1


def test_a_folder_or_an_archive(run: Run, write: Write) -> None:
    write("a.psp", "a")
    result = run("compile", "--out", "cache", "--archive", "site.psa")
    assert result.exit_code == 2
    assert "either --out or --archive" in result.stderr
