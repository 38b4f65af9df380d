"""`groat dev` at work on a copy of the repository, for tests that edit it and look."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.waiting import until


@dataclass(frozen=True)
class Dev:
    root: Path
    url: str
    process: "subprocess.Popen[bytes]"
    told: list[dict[str, Any]] = field(default_factory=list)

    def get(self, path: str, *, accept: str = "*/*") -> tuple[int, str]:
        request = urllib.request.Request(self.url + path, headers={"Accept": accept})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def write(self, path: str, old: str, new: str) -> None:
        file = self.root / path
        file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")

    def seconds_until(self, path: str, words: str) -> float:
        began = time.monotonic()
        until(lambda: words in self.get(path)[1], seconds=90, failure=lambda: self.get(path))
        return time.monotonic() - began

    def until_told(self, words: str) -> None:
        until(
            lambda: any(words in str(event.get("text")) for event in self.told),
            seconds=90,
            failure=lambda: self.told[-5:],
        )

    def until_reloaded(self, edits: str) -> None:
        """Until the pages have been told of more edits than these."""
        until(lambda: self.edits != edits)

    @property
    def edits(self) -> str:
        return self.get("/_local_cloud/edits")[1]


@contextmanager
def developing(root: Path, *words: str, environment: Mapping[str, str] | None = None) -> Iterator[Dev]:
    """`groat dev WORDS` in this folder; the events that it has told so far are in `told`. A test may kill it."""
    groat = [sys.executable, "-m", "groat", "--json"]
    subprocess.run([*groat, "local", "up", "--speed", "1000"], cwd=root, check=True, capture_output=True)
    process = subprocess.Popen(
        [*groat, "dev", *words], cwd=root, env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    told: list[dict[str, Any]] = []
    reader = threading.Thread(target=listen, args=(process, told))
    reader.start()
    try:
        yield Dev(root, ready(process, told)["url"], process, told)
    finally:
        process.send_signal(signal.SIGINT)
        said = process.stderr.read() if process.stderr else b""
        process.wait(timeout=30)
        reader.join()
        subprocess.run([*groat, "local", "down"], cwd=root, check=True, capture_output=True)
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()
    assert process.returncode in (0, -signal.SIGTERM, -signal.SIGKILL), said


def listen(process: "subprocess.Popen[bytes]", told: list[dict[str, Any]]) -> None:
    told.extend(json.loads(line) for line in process.stdout or ())


def ready(process: "subprocess.Popen[bytes]", told: list[dict[str, Any]]) -> dict[str, Any]:
    while process.poll() is None:
        if found := [event for event in told if event["type"] == "ready"]:
            return found[0]
        time.sleep(0.05)
    raise AssertionError(process.stderr.read() if process.stderr else "")
