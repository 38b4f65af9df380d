"""One request to the page and one to the API: a deployment is done when the site answers."""

import time
import urllib.error
from dataclasses import dataclass

from groat import http
from groat.errors import GroatError

PATIENCE = 60.0  # seconds; a first distribution's name can take a while to resolve everywhere
PATIENCE_HERE = 3.0  # on this machine an answer does not become another one


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is 0 when nothing answered, and `text` says why."""

    path: str
    status: int
    text: str
    seconds: float

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def __str__(self) -> str:
        return f"GET {self.path} {self.status or self.text} in {self.seconds * 1000:.0f} ms"


def get(url: str, path: str) -> Answer:
    began = time.monotonic()
    try:
        with http.request(url.rstrip("/") + path) as response:
            return Answer(path, response.status, response.read(300).decode(errors="replace"), time.monotonic() - began)
    except urllib.error.HTTPError as error:
        with error:
            return Answer(path, error.code, error.read(300).decode(errors="replace"), time.monotonic() - began)
    except OSError as error:
        return Answer(path, 0, str(error), time.monotonic() - began)


class NoAnswer(GroatError):
    """The site is deployed; what it answers is not what a site answers."""


def check(url: str, paths: tuple[str, ...], *, patience: float = PATIENCE) -> tuple[Answer, ...]:
    """The answers to `paths`, asked for again while one fails. Raises NoAnswer after `patience` seconds of it."""
    deadline = time.monotonic() + patience
    pause = 0.25
    while True:
        answers = tuple(get(url, path) for path in paths)
        wrong = next((answer for answer in answers if not answer.ok), None)
        if wrong is None:
            return answers
        if time.monotonic() + pause > deadline:
            raise NoAnswer(
                f"The site is deployed but does not answer: {wrong}\n{wrong.text}", hint=f"curl -i {url}{wrong.path}"
            )
        time.sleep(pause)
        pause = min(pause * 2, 5.0)
