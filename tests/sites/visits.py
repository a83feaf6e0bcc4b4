"""What is asked of each site, in order; cookies that are set are sent back."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

Headers = tuple[tuple[str, str], ...]
BOUNDARY = "frontier"


@dataclass(frozen=True)
class Visit:
    """One request, and the status that all hosts answer with.

    ``mended``  what is wrong with the answer of mod_python's own modules: theirs and
                ours are then compared by status and headers alone
    """

    path: str
    method: str = "GET"
    headers: Headers = ()
    body: bytes = b""
    status: int = 200
    mended: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def post(path: str, status: int = 200, **fields: str) -> Visit:
    """A form that is sent."""
    kind = ("Content-Type", "application/x-www-form-urlencoded")
    return Visit(path, "POST", (kind,), urlencode(fields).encode(), status)


def upload(path: str, name: str, filename: str, data: bytes) -> Visit:
    """A form with a file, and a field beside it."""
    parts = (
        b'Content-Disposition: form-data; name="note"\r\n\r\nplain',
        f'Content-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode()
        + data,
    )
    mark = f"--{BOUNDARY}".encode()
    body = (
        b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"
    )
    kind = ("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
    return Visit(path, "POST", (kind,), body)


def _with(path: str, name: str, value: str, status: int = 200) -> Visit:
    return Visit(path, headers=((name, value),), status=status)


LIBRARY = [
    Visit("/"),
    Visit("/list"),
    Visit("/list?subject=novel"),
    Visit("/list?subject=poetry"),
    Visit("/book?number=3"),
    Visit("/book?number=4"),
    Visit("/book?number=99", status=404),
    Visit("/book?number=x", status=404),
    Visit("/search?words=novel"),
    Visit("/search?words=emma+austen", status=302),
    Visit("/search?words="),
    post("/order", title="Emma", name="Grete Müller", note="a & b"),
    Visit("/order", status=405),
    Visit("/plain?name=Ada"),
    Visit("/index.py/plain"),
    Visit("/index/plain/"),
    Visit("/count?item=first&item=second&item=third"),
    Visit("/count?item=alone"),
    Visit("/boom", status=500),
    Visit("/desk"),
    Visit("/desk/name"),
    Visit("/desk/hours?day=friday"),
    Visit("/desk/_till", status=403),
    Visit("/desk/lamp", status=404),
    Visit("/vault", status=401),
    Visit("/about"),
    Visit("/about/staff"),
    Visit("/about/_salaries", status=403),
    Visit("/about/hello?name=Ada&colour=blue"),
    Visit("/here/and/there", status=403),
    Visit("/here"),
    Visit("/os", status=403),
    Visit("/nothing/here", status=404),
    Visit("/list", "HEAD"),
    Visit("/list", "DELETE", status=405),
    Visit("/style.css"),
    Visit("/templates/page.psp", status=403),
]

CLUB = [
    Visit("/"),
    Visit("/index.psp"),
    Visit("/members.psp", status=302),
    Visit("/login.psp"),
    post("/login.psp", name="ada", password="wrong"),
    post("/login.psp", name="<b>", password=""),
    post("/login.psp", 302, name="ada", password="lovelace"),
    Visit("/login.psp", status=302),
    Visit("/members.psp"),
    Visit("/"),
    post("/guestbook.psp", text="First <entry>"),
    post("/guestbook.psp", text="Zweiter größer"),
    Visit("/guestbook.psp"),
    Visit("/guestbook.psp?text=by+query"),
    upload("/picture.psp", "picture", "photo.png", b"\x89PNG\r\n\x1a\n" + b"x" * 3000),
    upload("/picture.psp", "picture", "", b""),
    Visit("/tongue.psp"),
    Visit("/tongue.psp?choose=de"),
    Visit("/tongue.psp"),
    Visit("/tongue.psp?choose=el"),
    Visit("/tongue.psp"),
    Visit("/sum.psp?number=20&number=30&number=31"),
    Visit("/sum.psp?number=twenty", status=400),
    Visit("/sum.psp", status=400),
    Visit(
        "/move.psp",
        status=302,
        mended="a redirect of a page is followed by an error page",
    ),
    Visit("/move.psp?forever=always", status=301, mended="the same"),
    Visit("/slow.psp"),
    Visit("/broken.psp", status=500),
    Visit("/open.psp", status=500),
    Visit("/missing.psp", status=404),
    Visit("/index.psp/more/path"),
    Visit("/members.psp", "HEAD"),
    Visit("/rules.txt"),
    Visit("/parts", status=301),
    Visit("/logout.psp"),
    Visit("/members.psp", status=302),
]

GATE = [
    Visit("/"),
    Visit("/home"),
    Visit("/old", status=301),
    Visit("/elsewhere", status=302),
    Visit("/moved", status=303),
    Visit("/new?a=1&b=%C3%A9"),
    Visit("/inside"),
    Visit("/inner.psp?via=straight"),
    Visit("/inner.psp"),
    Visit("/away", status=410),
    Visit("/teapot", status=406),
    Visit("/stopped"),
    Visit("/deep", status=401),
    Visit("/closed/garden", status=403),
    _with("/closed/garden", "X-Word", "open sesame!"),
    _with("/closed/shed", "X-Word", "open sesame", 404),
    Visit("/closed", status=403),
    Visit("/echo", "POST", (), b"one\ntwo\nthree"),
    Visit("/echo", status=405),
    Visit("/none"),
    Visit("/none?", status=500),
    Visit("/crash", status=500),
    Visit("/cached"),
    _with("/cached", "If-Modified-Since", "Mon, 10 Sep 2001 00:00:00 GMT", 304),
    _with("/cached", "If-Modified-Since", "Mon, 10 Sep 1990 00:00:00 GMT"),
    Visit("/later"),
    Visit("/form?first=one&second=&third=three+words"),
    post("/form?query=words", name="Grace", text="größer als"),
    Visit("/form", "POST", (("Content-Type", "text/csv"),), b"1,2", 501),
    Visit("/nowhere", status=404),
    Visit("/home", "HEAD"),
    Visit("/home", "PUT"),
    Visit("/loud.txt"),
    Visit("/loud.psp?what=hush"),
    Visit("/loud.psp"),
    Visit("/poem.txt"),
    Visit("/note.html"),
]

SITES = {"library": LIBRARY, "club": CLUB, "gate": GATE}
