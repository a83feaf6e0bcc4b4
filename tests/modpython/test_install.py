"""``mod_python`` is this package, in a process of its own for each test."""

from __future__ import annotations

import subprocess
import sys

import pytest

IMPORTS = """
import mod_python
from mod_python import Cookie, Session, apache, cgihandler, psp, publisher, util, wsgi
from mod_python.util import FieldStorage
import mod_python.psp as again
"""


def run(code: str) -> str:
    """What a fresh interpreter, warnings being errors, prints."""
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


INSTALL = "from psp.modpython.install import install\ninstall()\ninstall()\n"


def test_all_modules_are_found_under_their_names_and_are_the_same() -> None:
    code = (
        INSTALL + IMPORTS + "import psp.modpython.psp as ours\n"
        "print(ours is psp is again, util.FieldStorage is FieldStorage)\n"
        "print(Session.Cookie is Cookie, psp.PSP.__module__, apache.__name__)\n"
    )
    assert run(code) == "True True\nTrue mod_python.psp mod_python.apache\n"


def test_what_mod_python_has_not_is_not_found() -> None:
    code = (
        INSTALL + "try:\n    import mod_python.nothing\n"
        "except ModuleNotFoundError as error:\n    print(error)\n"
    )
    assert run(code) == "No module named 'mod_python.nothing'\n"


def test_inside_of_apache_the_real_one_is_left_alone() -> None:
    code = (
        INSTALL + "import sys, types\n"
        "sys.modules['_apache'] = types.ModuleType('_apache')\n"
        "find = sys.meta_path[0].find_spec\n"
        "print(find('mod_python'), find('mod_python.util'))\n"
    )
    assert run(code) == "None None\n"


def test_other_imports_are_not_looked_at() -> None:
    code = (
        INSTALL + "import sys\nfinder = sys.meta_path[0]\n"
        "print(finder.find_spec('mod_python_two'), len(sys.meta_path) > 1)\n"
        "print([f for f in sys.meta_path].count(finder))\n"
    )
    assert run(code) == "None True\n1\n"


@pytest.mark.parametrize("name", ["apache", "util", "Session", "Cookie", "psp"])
def test_the_constants_and_names_people_import_are_there(name: str) -> None:
    wanted = {
        "apache": "OK DECLINED HTTP_NOT_FOUND APLOG_ERR M_POST SERVER_RETURN table"
        " import_module log_error make_table FINFO_SIZE URI_PATH REQ_ABORTED",
        "util": "FieldStorage Field StringField FieldList redirect apply_fs_data"
        " parse_qs parse_qsl parse_header",
        "Session": "Session BaseSession MemorySession DbmSession FileSession Cookie",
        "Cookie": "Cookie SignedCookie MarshalCookie CookieError add_cookie"
        " get_cookie get_cookies",
        "psp": "PSP PSPInterface parse parsestring handler",
    }[name]
    code = INSTALL + f"from mod_python.{name} import {', '.join(wanted.split())}\n"
    assert run(code) == ""


def test_the_server_is_there_without_a_request() -> None:
    code = (
        INSTALL + "from mod_python import apache\n"
        "server = apache.main_server\n"
        "print(type(server).__name__, server.port, server.is_virtual)\n"
        "print(server.get_config(), server.get_options(), server.log_error('text'))\n"
        "try: apache.register_cleanup(5)\n"
        "except ValueError as error: print(error)\n"
    )
    wanted = "mp_server 0 0\n{} {} None\nthe first argument must be callable\n"
    assert run(code) == wanted
