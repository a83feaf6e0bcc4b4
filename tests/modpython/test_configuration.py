"""Which directives hold where, and what is said of those nobody understands."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from psp.errors import SettingsError
from psp.modpython.application import Application
from psp.modpython.configuration import Configuration
from psp.modpython.directives import parse_directives

from .client import Answer, Site, ask, environ_of

MakeSite = Callable[..., Site]


def configure(
    root: Path, text: str, server: str = "", htaccess: bool = False
) -> Configuration:
    items = parse_directives(server, "httpd.conf")
    return Configuration(str(root), text, server=items, htaccess=htaccess)


def option(configuration: Configuration, filename: str, path: str = "/") -> str | None:
    return configuration.settings_for(filename, path).options.get("k")


def test_inner_sections_win_over_outer_and_late_over_early(tmp_path: Path) -> None:
    server = (
        f"<Location /sub>\nPythonOption k location\n</Location>\n"
        f"<Files special.psp>\nPythonOption k files\n</Files>\n"
        f"<Directory {tmp_path}/sub/deep>\nPythonOption k deep\n</Directory>\n"
        f"<Directory {tmp_path}/sub>\nPythonOption k sub\n</Directory>\n"
        "PythonOption k server\n"
    )
    found = configure(tmp_path, "", server)
    root = str(tmp_path)
    assert option(found, f"{root}/a.psp") == "server"
    assert option(found, f"{root}/sub/a.psp") == "sub"
    assert option(found, f"{root}/sub/deep/a.psp") == "deep"
    assert option(found, f"{root}/sub/deep/special.psp") == "files"
    assert option(found, f"{root}/sub/special.psp", "/sub/special.psp") == "location"
    assert option(found, f"{root}/other/special.psp", "/submarine") == "files"


@pytest.mark.parametrize(
    ("section", "filename", "path", "holds"),
    [
        ('FilesMatch "\\.(psp|html)$"', "a.psp", "/", True),
        ('FilesMatch "\\.(psp|html)$"', "a.pspx", "/", False),
        ('Files ~ "^a"', "a.psp", "/", True),
        ('Files ~ "^a"', "sub/ba.psp", "/", False),
        ("Files ?.psp", "b.psp", "/", True),
        ("Files ?.psp", "bb.psp", "/", False),
        ('LocationMatch "^/(x|y)/"', "a.psp", "/y/z", True),
        ("Location /a*", "a.psp", "/abc", True),
        ("Location /x/", "a.psp", "/x", True),
        ("Location /x", "a.psp", "/xy", False),
        ('DirectoryMatch "/sub/"', "sub/a.psp", "/", True),
        ('DirectoryMatch "/sub/"', "a.psp", "/", False),
        ("VirtualHost *:80", "a.psp", "/", True),
        ("IfModule mod_python.c", "a.psp", "/", True),
        ("IfModule !mod_python.c", "a.psp", "/", False),
        ("IfModule mod_rewrite.c", "a.psp", "/", False),
        ("IfDefine SSL", "a.psp", "/", False),
        ("IfDefine !SSL", "a.psp", "/", True),
    ],
)
def test_sections_hold_where_they_say(
    tmp_path: Path, section: str, filename: str, path: str, holds: bool
) -> None:
    name = section.partition(" ")[0]
    text = f"<{section}>\nPythonOption k v\n</{name}>\n"
    found = configure(tmp_path, text)
    assert (option(found, f"{tmp_path}/{filename}", path) == "v") is holds
    assert found.problems == []


def test_wild_cards_of_a_folder_stop_at_slashes(tmp_path: Path) -> None:
    server = f"<Directory {tmp_path}/*/public>\nPythonOption k v\n</Directory>"
    found = configure(tmp_path, "", server)
    assert option(found, f"{tmp_path}/anna/public/a.psp") == "v"
    assert option(found, f"{tmp_path}/anna/bo/public/a.psp") is None


def test_an_empty_option_takes_the_key_out(tmp_path: Path) -> None:
    text = "PythonOption k v\n<Files b.psp>\nPythonOption k\n</Files>"
    found = configure(tmp_path, text)
    assert option(found, f"{tmp_path}/a.psp") == "v"
    assert option(found, f"{tmp_path}/b.psp") is None


def test_flags_are_kept_as_apache_shows_them(tmp_path: Path) -> None:
    text = 'pythondebug ON\nPythonAutoReload off\nPythonPath "sys.path + []"\n'
    found = configure(tmp_path, text).settings_for(f"{tmp_path}/a.psp", "/")
    assert found.config == {
        "PythonDebug": "1",
        "PythonAutoReload": "0",
        "PythonPath": "sys.path + []",
    }
    assert found.debug


@pytest.mark.parametrize(
    "text",
    [
        "PythonDebug Maybe",
        "PythonDebug",
        "PythonHandler | .psp",
        "SetHandler",
        "PythonOutputFilter only-one",
        "<Files>\n</Files>",
    ],
)
def test_words_that_mean_nothing_are_an_error_with_their_place(
    tmp_path: Path, text: str
) -> None:
    with pytest.raises(SettingsError, match=r"<configuration>:1: "):
        configure(tmp_path, text)


def test_what_is_not_understood_is_named_with_file_and_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / ".htaccess").write_text("\nRewriteEngine On\n")
    server = "LoadModule python_module x.so\nAlias /x /y\n<Proxy *>\nX y\n</Proxy>\n"
    with caplog.at_level(logging.WARNING, "psp"):
        found = configure(
            tmp_path, "PythonDebug On\nSetOutputFilter DEFLATE", server, htaccess=True
        )
    assert found.problems == [
        "httpd.conf:2: not understood: Alias /x /y",
        "httpd.conf:3: not understood: <Proxy *>",
        "<configuration>:2: not understood: SetOutputFilter DEFLATE",
        f"{tmp_path}/sub/.htaccess:2: not understood: RewriteEngine On",
    ]
    assert [record.message for record in caplog.records] == found.problems


@pytest.mark.parametrize(
    "text",
    [
        "Require expr true",
        "Require ldap-user anna",
        "SSLRequireSSL",
        "<Limit GET POST>\nRequire valid-user\n</Limit>",
        "<RequireAll>\nRequire all granted\nRequire ip 10\n</RequireAll>",
        "<RequireNone>\nRequire ip 10\n</RequireNone>",
        "<If \"%{REMOTE_USER} != 'anna'\">\nDeny from all\n</If>",
        "Order deny,allow\nDeny from all",
        "Order allow,deny",
        "Order deny,allow\nDeny from env=spam",
        "Order allow,deny\nAllow from example.com",
        "Require all denied",
        "Require not ip 10",
        "Require",
    ],
)
def test_a_guard_that_is_not_understood_lets_nobody_in(
    make_site: MakeSite, text: str
) -> None:
    site = make_site({"open/a.txt": "x", "guarded/a.txt": "SECRET"})
    site.write({"guarded/.htaccess": text, "guarded/page.psp": "SECRET"})
    assert site.get("/open/a.txt").text == "x"
    for path in ("/guarded/a.txt", "/guarded/page.psp", "/guarded", "/guarded/"):
        answer = site.get(path)
        assert answer.status == 403 and "SECRET" not in answer.text


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Order allow,deny\nAllow from all", 200),
        ("Order deny,allow\nDeny from all\nAllow from 127.0.0.1", 200),
        ("Order deny,allow\nDeny from all\nAllow from 127.0", 200),
        ("Order deny,allow\nDeny from 10.0.0.0/8 192.168", 200),
        ("Order allow,deny\nAllow from all\nDeny from 127.0.0.0/255.0.0.0", 403),
        ("Require local", 200),
        ("Require ip 10 127.0.0.1", 200),
        ("<RequireAny>\nRequire ip 10\nRequire local\n</RequireAny>", 200),
    ],
)
def test_addresses_are_told_apart(make_site: MakeSite, text: str, status: int) -> None:
    site = make_site({"a.txt": "x", ".htaccess": text})
    assert site.get("/a.txt").status == status


def test_an_htaccess_file_counts_as_it_is_now(make_site: MakeSite) -> None:
    site = make_site({"sub/page.psp": "<%= req.get_options().get('k') %>"})
    assert site.get("/sub/page.psp").text == "None"
    site.write({"sub/.htaccess": "PythonOption k v1\n"})
    assert site.get("/sub/page.psp").text == "v1"
    site.write({"sub/.htaccess": "PythonOption k second\n"})
    assert site.get("/sub/page.psp").text == "second"
    (site.root / "sub" / ".htaccess").unlink()
    assert site.get("/sub/page.psp").text == "None"


def test_a_broken_htaccess_file_closes_its_folder_while_it_is_broken(
    make_site: MakeSite,
) -> None:
    site = make_site({"page.psp": "top", "sub/page.psp": "in"})
    assert site.get("/sub/page.psp").text == "in"
    site.write({"sub/.htaccess": "<Files x>\n"})
    for broken in (site, make_site()):  # one that ran before, and one that starts
        assert broken.get("/sub/page.psp").status == 500
        assert broken.get("/page.psp").text == "top"
    assert ".htaccess:1: <Files x> is never closed" in broken.problems[0]


def test_handlers_of_a_folder_are_imported_from_it(make_site: MakeSite) -> None:
    hand = "def handler(req):\n    req.write('{}', 0)\n    return 0\n"
    lines = "SetHandler mod_python\nPythonHandler hand_in_folder\n"
    files = {}
    for name in ("one", "two"):
        files[f"{name}/.htaccess"] = lines
        files[f"{name}/hand_in_folder.py"] = hand.format(name)
    site = make_site(files)
    assert [site.get(f"/{name}/x").text for name in ("one", "two", "one")] == [
        "one",
        "two",
        "one",
    ]


def test_old_spellings_of_the_handler_are_known(make_site: MakeSite) -> None:
    hand = "def handler(req):\n    req.write('hand', 0)\n    return 0\n"
    site = make_site({"hand.py": hand, "a.zz": "", "b.yy": ""})
    site.directives += (
        "\nAddHandler python-program .zz\n"
        "AddType python-program .yy\nPythonHandler hand"
    )
    assert site.get("/a.zz").text == site.get("/b.yy").text == "hand"


def test_types_can_be_set(make_site: MakeSite) -> None:
    lines = "AddType text/x-odd .odd\n<Files forced.*>\nForceType text/css\n</Files>"
    site = make_site({"a.odd": "x", "forced.html": "x"}, lines)
    assert site.get("/a.odd").header("Content-Type") == "text/x-odd"
    assert site.get("/forced.html").header("Content-Type") == "text/css"


def test_a_site_can_be_served_by_its_httpd_conf(tmp_path: Path) -> None:
    root = tmp_path / "htdocs"
    (root / "sub").mkdir(parents=True)
    (root / "page.psp").write_text("<%= req.get_options()['k'] %>")
    (root / "sub" / "page.psp").write_text("<%= req.get_options()['k'] %>")
    (root / "a.py").write_text("SECRET")
    conf = tmp_path / "httpd.conf"
    conf.write_text(
        f"""
        LoadModule python_module modules/mod_python.so
        Listen 80
        <VirtualHost *:80>
            DocumentRoot "{root}"
            <Directory "/">
                Require all denied
            </Directory>
            <Directory "{root}">
                Require all granted
                AddHandler mod_python .psp
                PythonHandler mod_python.psp | .psp
                PythonOption k v
            </Directory>
            <Location /sub>
                PythonOption k located
            </Location>
        </VirtualHost>
        """
    )
    application = Application(httpd_conf=conf)
    assert application.configuration.problems == []
    assert application.document_root == str(root)

    def get(path: str) -> Answer:
        return ask(application, environ_of("GET", path, (), None))

    assert get("/page.psp").text == "v"
    assert get("/sub/page.psp").text == "located"
    assert get("/a.py").status == 404


@pytest.mark.parametrize(
    ("text", "message"),
    [("Listen 80", "no document root"), (None, "cannot be read: No such file")],
)
def test_an_httpd_conf_without_a_root_is_no_site(
    tmp_path: Path, text: str | None, message: str
) -> None:
    conf = tmp_path / "httpd.conf"
    if text is not None:
        conf.write_text(text)
    with pytest.raises(SettingsError, match=message):
        Application(httpd_conf=conf)


def test_a_python_path_is_set_once_wherever_it_stands(make_site: MakeSite) -> None:
    site = make_site({"sub/page.psp": "<% import lib_h %><%= lib_h.V %>"})
    lib = site.root.parent / "lib"
    lib.mkdir()
    (lib / "lib_h.py").write_text("V = 7")
    assert "ModuleNotFoundError" in site.get("/sub/page.psp").text
    site.write({"sub/.htaccess": f"PythonPath \"sys.path + ['{lib}']\"\n"})
    assert site.get("/sub/page.psp").text == "7"
    assert site.get("/sub/page.psp").text == "7"
    assert sys.path.count(str(lib)) == 1
    site.write({"sub/.htaccess": "PythonPath \"'no list'\"\n"})
    assert "PythonPath is a list" in site.get("/sub/page.psp").text
