"""A visitor at the keyboard: Chromium over its DevTools protocol.

What is typed and clicked goes through the browser's own input, at the place where the
page shows the element, and pages load as they do for anybody.
"""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from .chromium import QUIET, find_chromium

PATIENCE = 30.0  # seconds until something that should happen counts as missing

_CENTRE = """(() => {
  const found = [...document.querySelectorAll(%s)].filter(
    (one) => !%s || one.textContent.trim() === %s);
  if (!found.length) return null;
  found[0].scrollIntoView({block: "center", behavior: "instant"});
  const box = found[0].getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
})()"""


class Missing(AssertionError):
    """Something that the page should show is not there."""


class Tab:
    """One tab of the browser, showing one page after the other."""

    def __init__(self, connection: ClientConnection):
        self._connection = connection
        self._number = 0
        for domain in ("Page", "Runtime"):
            self._call(f"{domain}.enable")

    def open(self, url: str) -> None:
        """Shows *url*, once it has loaded."""
        self._until_loaded("Page.navigate", url=url)

    def begin(self, url: str) -> None:
        """Goes to *url*, which may take long until all of it is there."""
        self._call("Page.navigate", url=url)

    def until(self, condition: str) -> None:
        """Waits until the JavaScript *condition* holds in the page."""
        look = f"(done => {{ const look = () => ({condition}) ? done(true) :"
        promise = f"new Promise({look} setTimeout(look, 20); look() }}))"
        wanted = {"expression": promise, "awaitPromise": True}
        assert "exceptionDetails" not in self._call("Runtime.evaluate", **wanted)

    def resize(self, width: int, height: int) -> None:
        """Makes the window so many CSS pixels large."""
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def slow_down(self, upload: int) -> None:
        """Lets no more than *upload* bytes a second go out."""
        self._call("Network.enable")
        self._call(
            "Network.emulateNetworkConditions",
            offline=False,
            latency=0,
            downloadThroughput=-1,
            uploadThroughput=upload,
        )

    def click(self, selector: str, text: str = "") -> None:
        """Clicks the first element of that CSS selector, and that text if given."""
        self._press(selector, text, self._call)

    def follow(self, selector: str, text: str = "") -> None:
        """Clicks what leads to another page, and waits until that has loaded."""
        self._press(selector, text, self._until_loaded)

    def type(self, selector: str, text: str) -> None:
        """Clicks into a field and types, in place of what was there."""
        self.click(selector)
        self._call(
            "Input.dispatchKeyEvent", type="keyDown", commands=["selectAll"], key="a"
        )
        self._call("Input.dispatchKeyEvent", type="keyUp", key="a")
        for char in text:
            self._call("Input.dispatchKeyEvent", type="char", text=char)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript *expression* in the page."""
        answer = self._call(
            "Runtime.evaluate", expression=expression, returnByValue=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    @property
    def path(self) -> str:
        """The path and the query of the page that is shown."""
        return str(self.evaluate("location.pathname + location.search"))

    @property
    def text(self) -> str:
        """What can be read on the page."""
        return str(self.evaluate("document.body.innerText"))

    def screenshot(self) -> bytes:
        """A PNG of what the window shows."""
        data: str = self._call("Page.captureScreenshot", format="png")["data"]
        return base64.b64decode(data)

    def _press(self, selector: str, text: str, last: Any) -> None:
        """A click whose *last* event goes through that function."""
        wanted = json.dumps(text)
        centre = self.evaluate(_CENTRE % (json.dumps(selector), wanted, wanted))
        if centre is None:
            raise Missing(f"no {selector} {text}".rstrip())
        mouse = {"x": centre[0], "y": centre[1], "button": "left", "clickCount": 1}
        self._call("Input.dispatchMouseEvent", type="mousePressed", **mouse)
        last("Input.dispatchMouseEvent", type="mouseReleased", **mouse)

    def _call(self, method: str, **parameters: Any) -> Any:
        """The result of a command, events before it skipped."""
        number = self._send(method, parameters)
        while (message := self._receive()).get("id") != number:
            pass
        assert "error" not in message, (method, message)
        return message["result"]

    def _until_loaded(self, method: str, **parameters: Any) -> None:
        """A command that has a page loaded, and both its answer and the load event."""
        waiting: set[object] = {self._send(method, parameters), "Page.loadEventFired"}
        while waiting:
            message = self._receive()
            assert "error" not in message, (method, message)
            waiting.discard(message.get("id", message.get("method")))

    def _send(self, method: str, parameters: dict[str, Any]) -> int:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        self._connection.send(json.dumps(message))
        return self._number

    def _receive(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self._connection.recv(PATIENCE))
        return message


@contextmanager
def browser() -> Iterator[Tab]:
    """A tab of a browser that knows nobody yet; closed with the block."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [
                find_chromium(),
                *QUIET,
                f"--user-data-dir={profile}",
                "--remote-debugging-port=0",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with connect(_address(Path(profile)), max_size=None, proxy=None) as link:
                yield Tab(link)
        finally:
            process.terminate()
            process.wait()


def _address(profile: Path) -> str:
    """Where the one tab of the browser with that *profile* is reached."""
    from urllib.request import urlopen

    file = profile / "DevToolsActivePort"
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if file.exists() and (lines := file.read_text().splitlines()):
            with urlopen(f"http://127.0.0.1:{lines[0]}/json/list") as answer:
                for target in json.load(answer):
                    if target["type"] == "page":
                        return str(target["webSocketDebuggerUrl"])
        time.sleep(0.05)
    raise Missing("Chromium has not opened a page")
