"""Replay conformance cases against a running server and compare.

    python tests/conformance/replay.py --docroot DIR --address HOST:PORT [options] FILE

  --docroot DIR        folder the server serves; it is emptied before every case
  --address HOST:PORT  where the server listens
  --htaccess           write a .htaccess with the directives of the case (Apache)
  --config-file FILE   write the "config" of the case as JSON to FILE before it
  --restart COMMAND    shell command run before topic reload and cases tagged fresh, and
                       after a closed connection or a time-out
  --expect MODE        recorded (default): what the real mod_python gave
                       better: for wart cases that have one, the better answer
                       either: pass if one of the two matches
  --judged FILE        answers for warts that have no better one, see judged.json
  --only PREFIX        only cases whose id starts with PREFIX (may be repeated)
  --skip-tag TAG       skip cases with this tag (may be repeated)
  -v                   show every failing case in full

The exit status is 0 when every case that ran has passed.
"""

from __future__ import annotations

import argparse
import base64
import html
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Case = dict[str, Any]
Pairs = list[tuple[str, str]]

WATCHED = frozenset(
    "content-type location set-cookie cache-control allow www-authenticate etag"
    " last-modified".split()
)
VALIDATORS = ("etag", "last-modified")
SYNTAX = ("SyntaxError", "IndentationError", "TabError")
SESSION_ID = re.compile(r"=([0-9a-f]{32})\b")


@dataclass
class Answer:
    """What came back: ``outcome`` is ok, closed or timeout."""

    outcome: str
    status: int | None = None
    headers: Pairs = field(default_factory=list)
    body: bytes = b""


@dataclass
class Placeholders:
    """What stands for the parts of a case that differ from server to server."""

    docroot: str
    sids: list[str] = field(default_factory=list)

    def fill(self, data: bytes) -> bytes:
        """*data* with the placeholders replaced."""
        data = data.replace(b"{{DOCROOT}}", self.docroot.encode())
        ident = re.sub(r"\W+", "_", self.docroot)
        data = data.replace(b"{{DOCROOT_IDENT}}", ident.encode())
        for number, sid in enumerate(self.sids, 1):
            data = data.replace(b"{{SID%d}}" % number, sid.encode())
        return data

    def fill_text(self, text: str) -> str:
        """*text* with the placeholders replaced."""
        return self.fill(text.encode()).decode()

    def learn(self, headers: Pairs) -> None:
        """Remember the session ids that the server sets."""
        for name, value in headers:
            found = name.lower() == "set-cookie" and SESSION_ID.search(value)
            if found and found[1] not in self.sids:
                self.sids.append(found[1])


def content(entry: dict[str, str] | None) -> bytes:
    """The bytes of a file or body of a case."""
    if entry is None:
        return b""
    if "b64" in entry:
        return base64.b64decode(entry["b64"])
    return entry["text"].encode()


# sending


def request_bytes(request: dict[str, Any], places: Placeholders) -> bytes:
    """The request as it goes over the wire."""
    body = places.fill(content(request.get("body")))
    given = [(k, places.fill_text(v)) for k, v in request.get("headers", [])]
    names = [name.lower() for name, _ in given]
    head = [] if "host" in names else [("Host", "psp.test")]
    head += [("Connection", "close"), *given]
    if "content-length" not in names and not request.get("no_length"):
        if body or request["method"] == "POST":
            head.append(("Content-Length", str(len(body))))
    protocol = request.get("protocol", "HTTP/1.1")
    line = f"{request['method']} {request['path']} {protocol}\r\n".encode()
    fields = "".join(f"{name}: {value}\r\n" for name, value in head)
    return (
        line + fields.encode(request.get("header_encoding", "utf-8")) + b"\r\n" + body
    )


def send(address: tuple[str, int], data: bytes, timeout: float) -> Answer:
    """Send *data* and read until the server closes the connection."""
    received = b""
    with connect(address, timeout) as connection:
        try:
            connection.sendall(data)
            while piece := connection.recv(65536):
                received += piece
        except TimeoutError:
            return Answer("timeout")
        except ConnectionResetError:
            pass
    return parse_answer(received) if received else Answer("closed")


def connect(address: tuple[str, int], timeout: float) -> socket.socket:
    """A connection to a server that may still be starting."""
    for _ in range(50):
        try:
            return socket.create_connection(address, timeout)
        except ConnectionRefusedError:
            time.sleep(0.1)
    return socket.create_connection(address, timeout)


def parse_answer(data: bytes) -> Answer:
    """Status, headers and body, chunks undone."""
    head, _, body = data.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    fields = [line.partition(":") for line in lines]
    headers = [(name, value.strip()) for name, _, value in fields]
    if any(name.lower() == "transfer-encoding" for name, _ in headers):
        body = b"".join(chunks(body))
    return Answer("ok", int(status.split()[1]), headers, body)


def chunks(data: bytes) -> Iterator[bytes]:
    """The pieces of a chunked body."""
    while data:
        line, _, data = data.partition(b"\r\n")
        size = int(line.partition(b";")[0] or b"0", 16)
        if not size:
            return
        yield data[:size]
        data = data[size + 2 :]


# comparing


def compare(
    wanted: dict[str, Any], got: Answer, places: Placeholders, partial: bool = False
) -> str | None:
    """How *got* differs from *wanted*; None if it does not.

    *partial*: the headers of *wanted* have to be there, others may be.
    """
    if wanted.get("outcome", got.outcome) != got.outcome:
        return f"outcome {wanted['outcome']}, got {got.outcome} {got.status}"
    if wanted.get("status") is not None and wanted["status"] != got.status:
        return f"status {wanted['status']}, got {got.status}"
    if wanted.get("match") == "none":
        return None
    if "headers" in wanted:
        problem = compare_headers(wanted, got.headers, places, partial)
        if problem:
            return problem
    return compare_body(wanted, got.body, places)


def compare_headers(
    wanted: dict[str, Any], got: Pairs, places: Placeholders, partial: bool
) -> str | None:
    """How the watched headers differ."""
    names = {name.lower() for name, _ in wanted["headers"]}
    ignored = {"content-type"} if wanted.get("match") == "server" else set()
    if not names.intersection(VALIDATORS):
        ignored.update(VALIDATORS)
    want = normal_headers(wanted["headers"], ignored, places)
    have = normal_headers(watched(got), ignored, None)
    if partial:
        same = all(pair in have for pair in want)
    else:
        same = want == have
    return None if same else f"headers: want {want!r} got {have!r}"


def watched(headers: Pairs) -> Pairs:
    """The headers that a case speaks of."""
    return [
        (name, value)
        for name, value in headers
        if name.lower() in WATCHED or name.lower().startswith("x-")
    ]


def normal_headers(
    headers: Iterable[Iterable[str]], ignored: set[str], places: Placeholders | None
) -> Pairs:
    """Headers in a form that can be compared; Allow is a set, and TRACE is left out."""
    found = []
    for name, value in headers:
        name = name.lower()
        value = places.fill_text(value) if places is not None else value
        if name == "allow":
            methods = {word.strip() for word in value.split(",")} - {"TRACE", ""}
            value = ",".join(sorted(methods))
            if not methods:
                continue
        if name not in ignored:
            found.append((name, value))
    return sorted(found)


def compare_body(
    wanted: dict[str, Any], body: bytes, places: Placeholders
) -> str | None:
    """How the body differs, by the rule that the case names."""
    match = wanted.get("match")
    if match == "exact" and "body" in wanted:
        want = places.fill(content(wanted["body"]))
        same = want == body
        return None if same else f"body: want {want[:300]!r} got {body[:300]!r}"
    if match in ("server", "debug"):
        before = places.fill(content(wanted.get("before")))
        if not body.startswith(before):
            return f"body should start with {before[:200]!r}, is {body[:200]!r}"
        if match == "debug":
            text = html.unescape(body[len(before) :].decode("utf-8", "replace"))
            return compare_report(wanted["report"], text, places)
    return None


def compare_report(
    report: dict[str, Any], text: str, places: Placeholders
) -> str | None:
    """Whether *text* reports the error that was recorded."""
    if not re.search(r"(?m)^[A-Za-z_][\w.]*(:|$)", text):
        return f"no error report: {text[:200]!r}"
    if report.get("loose"):
        return None
    if report.get("type") in SYNTAX:
        found = re.search(rf"(?m)^({'|'.join(SYNTAX)})(:|$)", text)
        return None if found else f"no syntax error reported: {text[-300:]!r}"
    return compare_exception(report, text, places) or compare_frame(report, text)


def compare_exception(
    report: dict[str, Any], text: str, places: Placeholders
) -> str | None:
    """Whether the exception is told; the module of its type does not count."""
    if not report.get("exception"):
        found = re.search(rf"(?m)^([\w.]+\.)?{re.escape(report['type'])}(:|$)", text)
        return None if found else f"report lacks {report['type']!r}"
    kind, colon, message = places.fill_text(report["exception"]).partition(":")
    line = kind.split(".")[-1] + colon + message
    if line in re.sub(r"0x[0-9a-f]{6,}", "0xADDR", text):
        return None
    return f"report lacks {line!r}: {text[-300:]!r}"


def compare_frame(report: dict[str, Any], text: str) -> str | None:
    """Whether the place of the error is told."""
    if not report.get("frame"):
        return None
    file, line = report["frame"]
    if re.search(rf'{re.escape(file)}", line {line}\b', text):
        return None
    return f"report lacks {file!r} line {line}: {text[-400:]!r}"


# running


@dataclass
class Runner:
    """Places the files of cases, sends their requests, and judges."""

    docroot: str
    address: tuple[str, int]
    expect: str = "recorded"
    judged: dict[str, dict[str, Any]] = field(default_factory=dict)
    config_file: str | None = None
    htaccess: bool = False
    restart: str | None = None

    def run(self, case: Case) -> str | None:
        """What is wrong with the answers to *case*; None if nothing is."""
        if case["topic"] == "reload" or "fresh" in case.get("tags", []):
            self._restart()
        places = Placeholders(self.docroot)
        self._prepare(case, places)
        recorded, better = self._replay(case, places)
        if self.expect == "recorded" or not self._better(case):
            return recorded
        if self.expect == "better" or (recorded and better):
            return better
        return None

    def _better(self, case: Case) -> dict[str, Any] | None:
        return case.get("better") or self.judged.get(case["id"])

    def _restart(self) -> None:
        if self.restart:
            subprocess.run(self.restart, shell=True, stdout=subprocess.DEVNULL)

    def _prepare(self, case: Case, places: Placeholders) -> None:
        for entry in os.scandir(self.docroot):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            else:
                os.unlink(entry.path)
        self._place(case["files"], case.get("mtime", {}), places)
        config = case["config"]
        if self.htaccess:
            lines = [f"PythonDebug {config['PythonDebug']}"]
            options = config.get("PythonOption", [])
            lines += [f'PythonOption "{key}" "{value}"' for key, value in options]
            lines += config.get("directives", [])
            Path(self.docroot, ".htaccess").write_text("\n".join(lines) + "\n")
        if self.config_file:
            Path(self.config_file).write_text(json.dumps(config), encoding="utf-8")

    def _place(
        self, files: dict[str, Any], mtimes: dict[str, float], places: Placeholders
    ) -> None:
        """Write *files* into the document root, readable by everybody."""
        root = Path(self.docroot)
        for name, entry in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(places.fill(content(entry)))
            if name in mtimes:
                os.utime(path, (mtimes[name], mtimes[name]))
            path.chmod(0o644)
            for folder in path.parents:
                if folder == root:
                    break
                folder.chmod(0o755)

    def _replay(
        self, case: Case, places: Placeholders
    ) -> tuple[str | None, str | None]:
        """The first difference to the recording, and to the better answer."""
        better = self._better(case)
        requests = [step for step in case["steps"] if step["action"] == "request"]
        target = better and requests[better["step"]]
        recorded_problem = better_problem = None
        broken = False
        for step in case["steps"]:
            if step["action"] != "request":
                self._do(step, places)
                continue
            got = self._send(step["request"], places)
            broken = broken or got.outcome != "ok"
            places.learn(got.headers)
            wanted = step["response"]
            if "volatile" in case.get("tags", []):
                wanted = {"status": wanted["status"]}
            problem = compare(wanted, got, places)
            recorded_problem = recorded_problem or problem
            if better and step is target:
                better_problem = compare(better, got, places, partial=True)
        if broken:
            self._restart()
        return recorded_problem, better_problem

    def _do(self, step: dict[str, Any], places: Placeholders) -> None:
        """A step other than a request."""
        if step["action"] == "sleep":
            time.sleep(step["seconds"])
            return
        for name in step.get("delete", []):
            Path(self.docroot, name).unlink()
        self._place(step["files"], step.get("mtime", {}), places)

    def _send(self, request: dict[str, Any], places: Placeholders) -> Answer:
        data = request_bytes(request, places)
        return send(self.address, data, request.get("timeout", 20))


def read_cases(files: Iterable[str | Path]) -> Iterator[Case]:
    """The cases of JSON Lines files, in order."""
    for file in files:
        with open(file, encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)


def read_judged(file: str | Path | None) -> dict[str, dict[str, Any]]:
    """The answers of judged.json by the id of their case."""
    if file is None:
        return {}
    with open(file, encoding="utf-8") as text:
        found: dict[str, dict[str, Any]] = json.load(text)["cases"]
    return found


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+")
    parser.add_argument("--docroot", required=True)
    parser.add_argument("--address", required=True)
    parser.add_argument("--htaccess", action="store_true")
    parser.add_argument("--config-file")
    parser.add_argument("--restart")
    parser.add_argument("--judged")
    modes = ("recorded", "better", "either")
    parser.add_argument("--expect", choices=modes, default="recorded")
    parser.add_argument("--only", action="append")
    parser.add_argument("--skip-tag", action="append", default=[])
    parser.add_argument("-v", action="store_true", dest="verbose")
    return parser.parse_args()


def main() -> int:
    """Run the cases that the command line names; 1 if any fails."""
    options = parse_arguments()
    host, _, port = options.address.rpartition(":")
    runner = Runner(
        os.path.realpath(options.docroot),
        (host, int(port)),
        options.expect,
        read_judged(options.judged),
        options.config_file,
        options.htaccess,
        options.restart,
    )
    topics: dict[str, list[int]] = {}
    for case in read_cases(options.files):
        if options.only and not case["id"].startswith(tuple(options.only)):
            continue
        if set(case.get("tags", [])) & set(options.skip_tag):
            continue
        counts = topics.setdefault(case["topic"], [0, 0])
        counts[0] += 1
        problem = runner.run(case)
        if problem:
            counts[1] += 1
            print(f"FAIL {case['id']}: {problem}")
            if options.verbose:
                print(json.dumps(case, ensure_ascii=False, indent=1))
    return summarise(topics)


def summarise(topics: dict[str, list[int]]) -> int:
    """Print how many cases of each topic have passed; 1 if any has not."""
    for topic, (total, failed) in topics.items():
        print(f"{topic:12} {total - failed:4} of {total:4}")
    total = sum(counts[0] for counts in topics.values())
    failed = sum(counts[1] for counts in topics.values())
    print(f"{total} cases, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
