"""Signed cookies, altered in every way and sent over HTTP: none is believed.

    python -m tests.campaigns.cookies [--count N] [--seed S]

A site serves a page that shows the value of a signed cookie. ``count`` altered ones are
sent to it: characters flipped, put in, left out, moved; cut; signed with another key,
for another purpose or name, with another digest; with other times; twice in a header.
Whatever reads the same as the good cookie, such as the same with quotes around it, is
not counted as altered.

Prints how many of each kind were sent, accepted and answered with 5xx; exit status 1 if
any was, or if the good cookie is not accepted.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import tempfile
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

from itsdangerous import TimestampSigner

from psp import WSGIApplication
from psp.adapters.devserver import Server
from psp.http.cookies import SignedCookie, parse_cookies
from psp.settings import load_settings

NAME, VALUE = "ticket", "user=ada; role=guest"
KEYS = ("the-newest-key-of-this-campaign-1", "an-older-key-of-this-campaign-0000")
PAGE = "<%= psp.cookies.get_signed('ticket') or 'none' %>"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
ALPHABET = LETTERS + '.=+/"\\ ,;%&\t\x01\x7f\x80\xe9\xff'

Alter = Callable[[str, random.Random], str]


def wire(cookie: SignedCookie) -> str:
    """What a browser sends back for *cookie*: ``name=value``."""
    return str(cookie).partition(";")[0]


def flip(good: str, rng: random.Random) -> str:
    """One character is another."""
    at = rng.randrange(len(good))
    return good[:at] + rng.choice(ALPHABET) + good[at + 1 :]


def flip_bit(good: str, rng: random.Random) -> str:
    """One bit is another."""
    at = rng.randrange(len(good))
    return good[:at] + chr(ord(good[at]) ^ 1 << rng.randrange(8)) + good[at + 1 :]


def put_in(good: str, rng: random.Random) -> str:
    """Some characters more."""
    at = rng.randrange(len(good) + 1)
    more = rng.choices(ALPHABET, k=rng.randint(1, 4))
    return good[:at] + "".join(more) + good[at:]


def leave_out(good: str, rng: random.Random) -> str:
    """Some characters less."""
    at = rng.randrange(len(good))
    return good[:at] + good[at + rng.randint(1, 4) :]


def cut(good: str, rng: random.Random) -> str:
    """Nothing from here on."""
    return good[: rng.randrange(len(good))]


def move(good: str, rng: random.Random) -> str:
    """Value, time and signature in another order, or some of them twice."""
    parts = good.split(".")
    return ".".join(rng.choices(parts, k=rng.randint(1, 5)))


def spare_bits(good: str, rng: random.Random) -> str:
    """The last digit of the signature is one that decodes to the same bytes."""
    last = good.rstrip('"')[-1]
    return good.rstrip('"')[:-1] + LETTERS[LETTERS.index(last) ^ rng.randint(1, 3)]


def change_case(good: str, rng: random.Random) -> str:
    """Some letters in the other case."""
    return "".join(c.swapcase() if rng.random() < 0.1 else c for c in good)


def other_key(good: str, rng: random.Random) -> str:
    """Signed, with a key that is not the site's."""
    keys = ["", "secret", KEYS[0][:-1], KEYS[0] + "x", KEYS[0].upper(), rng.random()]
    key = str(rng.choice(keys)) or "x"
    return wire(SignedCookie(NAME, VALUE, [key])).partition("=")[2]


def other_purpose(good: str, rng: random.Random) -> str:
    """Signed by the site, for another purpose or under another name."""
    number = str(rng.randrange(1000))
    name, purpose = rng.choice([(NAME, number), (f"{NAME}{number}", "cookie")])
    return wire(SignedCookie(name, VALUE, KEYS, purpose)).partition("=")[2]


def other_digest(good: str, rng: random.Random) -> str:
    """Signed with the site's key in a way that is not the site's."""
    digest = rng.choice([hashlib.sha1, hashlib.md5, hashlib.sha512, hashlib.sha256])
    salt = rng.choice(["psp", "itsdangerous.Signer", f"psp:cookie:{NAME}"])
    made = rng.choice(["django-concat", "concat", "none"])
    signer = TimestampSigner(KEYS[0], salt, key_derivation=made, digest_method=digest)
    return signer.sign(b"user=eve").decode()


def other_time(good: str, rng: random.Random) -> str:
    """Made earlier or later than it was."""
    value, _, signature = good.rsplit(".", 2)
    time = rng.randbytes(rng.randint(0, 9))
    return f"{value}.{urlsafe_b64encode(time).decode().rstrip('=')}.{signature}"


def twice(good: str, rng: random.Random) -> str:
    """An altered one in front of the good one: browsers send the closest first."""
    return f"{flip(good, rng)}; {NAME}={good}"


def nonsense(good: str, rng: random.Random) -> str:
    """Anything."""
    return "".join(rng.choices(ALPHABET, k=rng.randrange(200)))


KINDS: list[Alter] = [
    flip,
    flip_bit,
    put_in,
    leave_out,
    cut,
    move,
    spare_bits,
    change_case,
    other_key,
    other_purpose,
    other_digest,
    other_time,
    twice,
    nonsense,
]


def altered(good: str, count: int, rng: random.Random) -> Iterator[tuple[str, str]]:
    """The kinds and Cookie headers of *count* altered cookies."""
    whole = parse_cookies(f"{NAME}={good}")[NAME]
    made = 0
    while made < count:
        kind = KINDS[made % len(KINDS)]
        header = f"{NAME}={kind(good, rng)}"
        if "\r" in header or "\n" in header:
            continue  # that is two headers, no altered one
        if parse_cookies(header).get(NAME) != whole:
            made += 1
            yield kind.__name__, header


@contextmanager
def served(root: Path) -> Iterator[HTTPConnection]:
    """A connection to a site of one page."""
    (root / "page.psp").write_text(PAGE)
    settings = load_settings(
        environ={},
        options={
            "document_root": str(root),
            "cookie_keys": list(KEYS),
            "server": {"port": 0},
        },
    )
    server = Server(WSGIApplication(settings=settings), settings)
    thread = Thread(target=server.run)
    thread.start()
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        yield connection
    finally:
        connection.close()
        server.stop()
        thread.join()


def ask(connection: HTTPConnection, header: str) -> tuple[int, str]:
    """Status and text of the answer to a request with that Cookie header."""
    connection.request("GET", "/page.psp", headers={"Cookie": header.encode("latin-1")})
    response = connection.getresponse()
    return response.status, response.read().decode("utf-8", "replace")


def run(folder: Path, count: int, seed: int = 1) -> tuple[str, bool]:
    """A table of what came of *count* altered cookies, and whether all went well."""
    rng = random.Random(seed)
    good = wire(SignedCookie(NAME, VALUE, KEYS)).partition("=")[2]
    old = wire(SignedCookie(NAME, VALUE, KEYS[1:]))
    sent: Counter[str] = Counter()
    accepted: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    with served(folder) as connection:
        honest = [ask(connection, header) for header in (f"{NAME}={good}", old)]
        for kind, header in altered(good, count, rng):
            status, text = ask(connection, header)
            sent[kind] += 1
            accepted[kind] += status == 200 and text != "none"
            failed[kind] += status >= 500
        honest.append(ask(connection, f"{NAME}={good}"))
    taken = [text for _, text in honest].count(VALUE)
    lines = [f"{'altered by':14} {'sent':>6} {'accepted':>9} {'5xx':>4}"]
    for kind in sent:
        lines.append(f"{kind:14} {sent[kind]:6} {accepted[kind]:9} {failed[kind]:4}")
    lines.append(
        f"{sent.total()} altered cookies: {accepted.total()} accepted, "
        f"{failed.total()} answered with 5xx; {taken} of {len(honest)} good ones taken"
    )
    well = not accepted.total() and not failed.total() and taken == len(honest)
    return "\n".join(lines), well


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="altered cookies")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        table, well = run(Path(folder), options.count, options.seed)
    print(table)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
