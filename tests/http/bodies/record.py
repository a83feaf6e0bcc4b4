"""python tests/http/bodies/record.py: has Chromium send forms and keeps the bodies.

Each goes into a file of this folder: the Content-Type, a newline, the body as it came.
"""

from __future__ import annotations

import subprocess
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

HERE = Path(__file__).parent
SECONDS = 60
done = Event()


class Recorder(BaseHTTPRequestHandler):
    """Gives out the page, and keeps what it posts."""

    def do_GET(self) -> None:
        if self.path == "/done":
            done.set()
        self._answer((HERE / "record.html").read_bytes())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind = self.headers.get("Content-Type", "")
        name = Path(self.path).name
        (HERE / f"{name}.body").write_bytes(kind.encode() + b"\n" + body)
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def main() -> None:
    """Record them all."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as profile:
        command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu"]
        url = f"http://127.0.0.1:{server.server_port}/"
        browser = subprocess.Popen([*command, f"--user-data-dir={profile}", url])
        ended = done.wait(SECONDS)
        browser.terminate()
        browser.wait()
    if not ended:
        raise SystemExit("the browser has not sent everything")


if __name__ == "__main__":
    main()
