"""Paths: one URL, one file, and nothing that was not meant to be served."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from psp.errors import HTTPError
from psp.http import paths
from psp.http.pathrules import PathRules
from psp.http.paths import DocumentRoot, Kind, Target

FILES = {
    "index.psp": "home",
    "page.psp": "page",
    "über.psp": "umlaut",
    "a b.psp": "blank",
    "style.css": "css",
    "LOGO.PNG": "png",
    "data.zz": "unknown",
    "README": "no extension",
    "page.psp.html": "inner",
    "page.psp.gz": "inner",
    "shop/index.html": "shop",
    "shop/deep/er/page.psp": "deep",
    "empty/.keep": "",
    "dir.psp/x.txt": "x",
    ".well-known/security.txt": "sec",
    ".well-known/acme-challenge/token": "token",
}
SECRETS = [
    ".git/config",
    ".htaccess",
    "_part.psp",
    "_parts/menu.html",
    "#page.psp#",
    "~page.psp",
    "page.psp~",
    "page.psp.bak",
    "page.psp.old",
    "page.psp.orig",
    "page.psp.save",
    "page.psp.swp",
    "page.psp.tmp",
    "page.psp.rej",
    "style.css.bak",
    "notes.txt.",
    "notes.txt ",
    "c:drive.txt",
    "module.py",
    "module.pyc",
    "page.psc",
    "PAGE2.PSP",
    "page.Psp",
    "page.psp_",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "htdocs"
    for name, text in FILES.items() | {(name, "SECRET") for name in SECRETS}:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (folder.parent / "outside.txt").write_text("SECRET")
    return folder


@pytest.fixture
def root(folder: Path) -> DocumentRoot:
    return DocumentRoot(folder)


def status_of(root: DocumentRoot, path: str) -> int:
    with pytest.raises(HTTPError) as found:
        root.find(path)
    return found.value.status


def content(target: Target) -> bytes:
    with open(target.descriptor, "rb") as file:
        return file.read()


# What is served


@pytest.mark.parametrize(
    ("path", "name", "path_info"),
    [
        ("/page.psp", "page.psp", ""),
        ("/page.psp/", "page.psp", "/"),
        ("/page.psp/extra/ü", "page.psp", "/extra/ü"),
        ("/page.psp/extra/", "page.psp", "/extra/"),
        ("/über.psp", "über.psp", ""),
        ("/a b.psp", "a b.psp", ""),
        ("/", "index.psp", ""),
        ("/shop/deep/er/page.psp", "shop/deep/er/page.psp", ""),
        ("/shop/deep/er/page.psp/x", "shop/deep/er/page.psp", "/x"),
    ],
)
def test_pages(root: DocumentRoot, path: str, name: str, path_info: str):
    target = root.find(path)
    assert target.kind is Kind.PAGE
    assert (target.name, target.path_info) == (name, path_info)
    assert target.filename == os.path.join(root.folder, name)
    assert target.descriptor == -1


@pytest.mark.parametrize(
    ("path", "text", "media_type"),
    [
        ("/style.css", b"css", "text/css; charset=utf-8"),
        ("/LOGO.PNG", b"png", "image/png"),
        ("/shop/", b"shop", "text/html"),
        ("/dir.psp/x.txt", b"x", "text/plain; charset=utf-8"),
        ("/.well-known/security.txt", b"sec", "text/plain; charset=utf-8"),
        ("/.well-known/acme-challenge/token", b"token", "application/octet-stream"),
    ],
)
def test_static_files(root: DocumentRoot, path: str, text: bytes, media_type: str):
    target = root.find(path)
    assert target.kind is Kind.STATIC
    assert target.media_type == media_type
    assert content(target) == text


def test_a_folder_without_its_slash_is_a_redirect_if_it_answers(root: DocumentRoot):
    target = root.find("/shop")
    assert (target.kind, target.name, target.descriptor) == (Kind.FOLDER, "shop", -1)
    assert status_of(root, "/empty") == 404
    assert status_of(root, "/empty/") == 404
    assert status_of(root, "/dir.psp") == 404
    assert status_of(root, "/dir.psp/") == 404


# What is not


@pytest.mark.parametrize("name", SECRETS)
def test_private_names_sources_and_backups(root: DocumentRoot, name: str):
    assert (Path(root.folder) / name).read_text() == "SECRET"
    assert status_of(root, f"/{name}") == 404


@pytest.mark.parametrize(
    "path",
    [
        "/none.psp",
        "/none/page.psp",
        "/data.zz",
        "/README",
        "/page.psp.html",
        "/page.psp.gz",
        "/Page.psp",
        "/PAGE.PSP",
        "/shop/Index.html",
        "/SHOP/",
        "/ü" * 200,
        "/" + "x" * 300,
        "/" + "x/" * 5000,
        "//page.psp",
        "/shop//index.html",
        "/shop/./index.html",
        "/shop/../page.psp",
        "/../outside.txt",
        "/..",
        "/.",
        "/shop/..",
        "/style.css/",
        "/style.css/extra",
        "/page.psp.",
        "/page.psp ",
        "/page.psp::$DATA",
        "/empty/.keep",
        "/page.psp/../style.css",
        "/page.psp/a//b",
        "/page.psp/_private",
        "/page.psp/..",
        "/u\u0308ber.psp",
    ],
)
def test_what_is_not_there(root: DocumentRoot, path: str):
    assert status_of(root, path) == 404


@pytest.mark.parametrize(
    "path",
    [
        "",
        "page.psp",
        "*",
        "http://psp.test/page.psp",
        "/page.psp\0",
        "/page.psp\0.html",
        "/page\n.psp",
        "/page\x7f.psp",
        "/page\x85.psp",
        "/shop\\index.html",
        "/..\\outside.txt",
        "/bad\udcff.psp",
        "/page.psp/\x1b",
    ],
)
def test_what_nobody_honest_sends(root: DocumentRoot, path: str):
    assert status_of(root, path) == 400


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text()
    | st.lists(
        st.sampled_from(
            [
                *FILES,
                *SECRETS,
                "shop",
                "..",
                ".",
                "",
                "x",
                "index.html",
                "\0",
                "~",
                "%2e",
            ]
        )
    ).map(lambda segments: "/" + "/".join(segments))
)
def test_any_path_is_a_target_or_400_or_404(folder: Path, path: str):
    root = DocumentRoot(folder)
    try:
        target = root.find(path)
    except HTTPError as error:
        assert error.status in (400, 404)
        return
    if target.kind is Kind.STATIC:
        assert content(target) != b"SECRET"
    assert target.name in FILES or target.kind is Kind.FOLDER


# Links


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    """A site with links of all kinds."""
    folder = tmp_path / "htdocs"
    for name in ("page.psp", "shop/a.txt", "shop/index.psp", "_secret/b.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("text")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/c.txt").write_text("SECRET")
    (tmp_path / "htdocs2").mkdir()
    (tmp_path / "htdocs2/d.txt").write_text("SECRET")
    links = {
        "link.psp": "page.psp",
        "store": "shop",
        "twice": "store",
        "again": ".",
        "hidden.txt": "_secret/b.txt",
        "broken.txt": "none.txt",
        "loop.txt": "loop.txt",
        "out": "../outside",
        "out.txt": "../outside/c.txt",
        "beside.txt": "../htdocs2/d.txt",
        "absolute.txt": str(folder / "shop/a.txt"),
        "index.psp": "page.psp",
    }
    for name, target in links.items():
        (folder / name).symlink_to(target)
    (tmp_path / "current").symlink_to("htdocs")
    return folder


@pytest.mark.parametrize(
    "path", ["/link.psp", "/store/a.txt", "/out.txt", "/broken.txt", "/loop.txt", "/"]
)
def test_links_are_refused(linked: Path, path: str):
    assert status_of(DocumentRoot(linked), path) == 404


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/link.psp", "page.psp"),
        ("/link.psp/x", "page.psp"),
        ("/store/", "shop/index.psp"),
        ("/twice/", "shop/index.psp"),
        ("/again/again/page.psp", "page.psp"),
        ("/", "page.psp"),
    ],
)
def test_links_inside_are_followed_where_the_site_says_so(
    linked: Path, path: str, name: str
):
    root = DocumentRoot(linked, PathRules(follow_links="inside"))
    assert root.find(path).name == name


def test_a_link_to_a_file_is_served_from_where_it_leads(linked: Path):
    root = DocumentRoot(linked, PathRules(follow_links="inside"))
    for path in ("/store/a.txt", "/absolute.txt"):
        target = root.find(path)
        assert target.name == "shop/a.txt"
        assert content(target) == b"text"
    assert root.find("/store").kind is Kind.FOLDER


@pytest.mark.parametrize(
    "path",
    [
        "/out.txt",
        "/out/c.txt",
        "/beside.txt",
        "/broken.txt",
        "/loop.txt",
        "/hidden.txt",
        "/again" * 60 + "/page.psp",
    ],
)
def test_no_link_leads_out_or_to_what_is_hidden(linked: Path, path: str):
    assert (
        status_of(DocumentRoot(linked, PathRules(follow_links="inside")), path) == 404
    )


def test_the_root_itself_may_be_a_link(linked: Path):
    root = DocumentRoot(linked.parent / "current", PathRules(follow_links="inside"))
    assert content(root.find("/shop/a.txt")) == b"text"
    assert root.find("/link.psp").filename == str(linked.parent / "current/page.psp")
    (linked.parent / "current").unlink()
    (linked.parent / "current").symlink_to("htdocs2")
    assert content(root.find("/d.txt")) == b"SECRET"  # a new release is seen at once


# Files that are none, and files that change under our hands


def test_what_is_no_regular_file(tmp_path: Path):
    os.mkfifo(tmp_path / "fifo.txt")
    os.mkfifo(tmp_path / "index.html")
    root = DocumentRoot(tmp_path)
    assert status_of(root, "/fifo.txt") == 404
    assert status_of(root, "/fifo.txt/x") == 404
    assert status_of(root, "/") == 404


def test_a_file_swapped_for_a_link_after_the_look(
    linked: Path, monkeypatch: pytest.MonkeyPatch
):
    root = DocumentRoot(linked)
    looked = os.stat(linked / "page.psp")
    monkeypatch.setattr(root, "_look", lambda folder, segment: looked)
    assert status_of(root, "/out.txt") == 404
    monkeypatch.setattr(root, "_look", lambda folder, segment: os.stat(linked))
    assert status_of(root, "/out/c.txt") == 404


def test_a_file_swapped_for_a_fifo_does_not_hang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    os.mkfifo(tmp_path / "fifo.txt")
    (tmp_path / "a.txt").write_text("x")
    root = DocumentRoot(tmp_path)
    looked = os.stat(tmp_path / "a.txt")
    monkeypatch.setattr(root, "_look", lambda folder, segment: looked)
    assert status_of(root, "/fifo.txt") == 404


def test_no_descriptor_is_left_open(linked: Path):
    root = DocumentRoot(linked, PathRules(follow_links="inside"))
    before = os.listdir("/proc/self/fd")
    for path in ("/", "/page.psp", "/shop", "/shop/", "/none", "/store/none", "/out/x"):
        try:
            root.find(path)
        except HTTPError:
            pass
    os.close(root.find("/shop/a.txt").descriptor)
    assert os.listdir("/proc/self/fd") == before


def test_trouble_of_the_machine_is_not_hidden(
    root: DocumentRoot, monkeypatch: pytest.MonkeyPatch
):
    def fail(*args: object, **options: object) -> None:
        raise OSError(errno.EIO, "disk on fire")

    monkeypatch.setattr(os, "stat", fail)
    with pytest.raises(OSError, match="disk on fire"):
        root.find("/page.psp")


def test_names_are_exact_where_the_file_system_is_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    real, asked = os.stat, []

    def forgiving(name: str, *, dir_fd: int, follow_symlinks: bool) -> os.stat_result:
        asked.append(name)
        names = {n.lower(): n for n in os.listdir(f"/proc/self/fd/{dir_fd}")}
        name = names.get(name.lower(), name)
        return real(name, dir_fd=dir_fd, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(paths.os, "stat", forgiving)
    root = DocumentRoot(folder)
    assert root.find("/page.psp").kind is Kind.PAGE
    for path in ("/Page.psp", "/SHOP/", "/shop/INDEX.html", "/STYLE.css"):
        assert status_of(root, path) == 404
    assert root.find("/shop/deep/er/page.psp").kind is Kind.PAGE


def test_exact_file_systems_are_asked_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    root = DocumentRoot(folder)
    root.find("/page.psp")
    monkeypatch.setattr(paths.os, "listdir", lambda *args: pytest.fail("folder read"))
    looks, real = [], os.stat
    monkeypatch.setattr(
        paths.os, "stat", lambda *args, **kw: looks.append(args) or real(*args, **kw)
    )
    root.find("/shop/deep/er/page.psp")
    assert len(looks) == 4


# Rules of a site


def test_private_folders(folder: Path):
    root = DocumentRoot(folder, PathRules(private=("shop/deep", "empty")))
    assert status_of(root, "/shop/deep/er/page.psp") == 404
    assert status_of(root, "/shop/deep") == 404
    assert root.find("/shop").kind is Kind.FOLDER
    root = DocumentRoot(folder, PathRules(private=("sho", "page")))
    assert root.find("/shop").kind is Kind.FOLDER
    assert root.find("/page.psp").kind is Kind.PAGE


def test_folders_without_pages_neither_run_nor_show_them(folder: Path):
    root = DocumentRoot(folder, PathRules(no_pages=("shop",)))
    assert status_of(root, "/shop/deep/er/page.psp") == 404
    assert root.find("/page.psp").kind is Kind.PAGE
    os.close(root.find("/shop/").descriptor)


def test_a_site_may_add_extensions_and_types(folder: Path):
    rules = PathRules(extensions=(".psp", ".py"), static_types={".zz": "text/x-zz"})
    root = DocumentRoot(folder, rules)
    assert root.find("/module.py/function").path_info == "/function"
    target = root.find("/data.zz")
    assert target.media_type == "text/x-zz"
    os.close(target.descriptor)
    assert status_of(root, "/style.css") == 404


def test_a_default_type_serves_the_rest_but_never_code_or_backups(folder: Path):
    root = DocumentRoot(folder, PathRules(default_type=""))
    for path in ("/data.zz", "/README"):
        target = root.find(path)
        assert target.media_type == ""
        os.close(target.descriptor)
    for name in SECRETS:
        assert status_of(root, f"/{name}") == 404


def test_less_strict_rules_leave_path_info_and_inner_extensions_alone(folder: Path):
    root = DocumentRoot(folder, PathRules(strict=False))
    for info in ("/_private", "/a//b", "/Talk:Main", "/x.", "/.."):
        assert root.find(f"/page.psp{info}").path_info == info
    target = root.find("/page.psp.html")
    assert target.kind is Kind.STATIC
    os.close(target.descriptor)
    assert status_of(root, "/_parts/menu.html") == 404
    assert status_of(root, "/page.psp/\0") == 400


def test_missing_files_can_be_located(root: DocumentRoot):
    target = root.locate("/shop/none.psp_/x/y")
    assert target.kind is Kind.MISSING
    assert target.name == "shop/none.psp_"
    assert target.filename == os.path.join(root.folder, "shop/none.psp_")
    assert target.path_info == "/x/y"
    with pytest.raises(HTTPError):
        root.locate("/_part.psp")


def test_a_page_found_before_is_looked_at_again(tmp_path: Path) -> None:
    root, page = DocumentRoot(tmp_path), tmp_path / "a.psp"
    page.write_text("first")
    found = root.find("/a.psp")
    assert root.find("/a.psp") == found
    other = tmp_path / "_b.psp"
    page.rename(other)
    page.symlink_to(other)
    with pytest.raises(HTTPError):
        root.find("/a.psp")
    page.unlink()
    with pytest.raises(HTTPError):
        root.find("/a.psp")
    page.mkdir()
    with pytest.raises(HTTPError):
        root.find("/a.psp")
    page.rmdir()
    other.rename(page)
    assert root.find("/a.psp") == found
