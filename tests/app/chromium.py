"""Chromium without a window, driven over the pipe of its DevTools protocol: no driver and no port.

https://chromedevtools.github.io/devtools-protocol/ — messages are JSON with a zero byte after each.
"""

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path("/usr/bin/chromium")
needed = pytest.mark.skipif(not PROGRAM.exists(), reason=f"needs Chromium (apt-get install chromium): {PROGRAM}")
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--remote-debugging-pipe",
]
FD_IN, FD_OUT = 3, 4  # where Chromium reads and writes


class Page:
    """One page; what it throws or logs as an error is in `errors`."""

    def __init__(self, to: int, back: int) -> None:
        self._to = to
        self._back = back
        self._numbers = count(1)
        self._session: dict[str, str] = {}
        self._rest = b""
        self.errors: list[str] = []
        target = self.do("Target.createTarget", url="about:blank")["targetId"]
        self._session = {"sessionId": self.do("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}
        for domain in ("Page", "Runtime", "DOM", "Log"):
            self.do(f"{domain}.enable")

    def do(self, method: str, **parameters: Any) -> dict[str, Any]:
        answer = self.asked(method, **parameters)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def asked(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The answer, which may be an error."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters, **self._session}
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while (answer := self._message()).get("id") != number:
            self._note(answer)
        return answer

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            received = os.read(self._back, 2**16)
            assert received, "Chromium has ended"
            self._rest += received
        text, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        return message

    def _note(self, event: dict[str, Any]) -> None:
        match event:
            case {"method": "Runtime.exceptionThrown", "params": {"exceptionDetails": details}}:
                self.errors.append(details.get("exception", details).get("description", details["text"]))
            case {"method": "Log.entryAdded", "params": {"entry": {"level": "error", "text": text}}}:
                self.errors.append(text)

    def run(self, script: str) -> Any:
        """The value of an expression; promises are awaited."""
        answer = self.do("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def holds(self, condition: str) -> bool:
        """Right now; between two pages nothing does, and what is undefined does not."""
        answer = self.asked("Runtime.evaluate", expression=condition, returnByValue=True)
        return bool(answer.get("result", {}).get("result", {}).get("value"))

    def until(self, condition: str, *, seconds: float = 10) -> None:
        poll = f"""new Promise((resolve) => {{
            const end = Date.now() + {seconds * 1000};
            const look = () => ({condition}) ? resolve(true) : Date.now() > end ? resolve(false) : setTimeout(look, 20);
            look();
        }})"""
        assert self.run(poll), f"after {seconds} s still not: {condition}"

    def open(self, url: str) -> None:
        self.do("Page.navigate", url=url)
        self.until(f"document.readyState === 'complete' && location.href.startsWith({json.dumps(url)})")

    def window(self, width: int, height: int, *, dark: bool = False) -> None:
        self.do(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.do("Emulation.setEmulatedMedia", features=[scheme])

    def choose_file(self, selector: str, path: Path) -> None:
        root = self.do("DOM.getDocument")["root"]["nodeId"]
        node = self.do("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.do("DOM.setFileInputFiles", nodeId=node, files=[str(path)])

    def press(self, key: str) -> None:
        known = {"key": key, "code": key, "windowsVirtualKeyCode": KEYS[key]}
        self.do("Input.dispatchKeyEvent", type="keyDown", text="\r" if key == "Enter" else "", **known)
        self.do("Input.dispatchKeyEvent", type="keyUp", **known)

    def picture(self, path: Path, *, whole: bool = True) -> None:
        shot = self.do("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))


KEYS = {"Tab": 9, "Enter": 13, "ArrowRight": 39, "ArrowLeft": 37, "End": 35}


@contextmanager
def chromium(profile: Path) -> Iterator[Page]:
    to_read, to_write = os.pipe()
    back_read, back_write = os.pipe()
    program = ["/bin/bash", "-c", f'exec "$0" "$@" {FD_IN}<&{to_read} {FD_OUT}>&{back_write}', str(PROGRAM)]
    process = subprocess.Popen(
        [*program, *FLAGS, f"--user-data-dir={profile}"],
        pass_fds=(to_read, back_write),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_read)
    os.close(back_write)
    try:
        yield Page(to_write, back_read)
    finally:
        process.terminate()
        process.wait(timeout=10)
        os.close(to_write)
        os.close(back_read)
