"""One request to the page and one to the API: a deployment is done when the site answers.

The rule: a good answer is a 2xx, or the app's own 404 if nobody said which path the app has. A 404 is the app's, and
not the bucket's or CloudFront's, if it has the header that AWS's API adds to every response of a function.
"""

import time
import urllib.error
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from groat import http
from groat.errors import GroatError

PATIENCE = 60.0  # seconds; a first distribution's name can take a while to resolve everywhere
PATIENCE_HERE = 3.0  # on this machine, waiting does not change the answer
LONG = 5.0  # seconds; who waits longer for a page thinks that it is broken
OF_A_FUNCTION = ("apigw-requestid", "x-amzn-requestid")  # added by an HTTP API and by a function URL
OF_THE_API = '{"message":"Not Found"}'  # an HTTP API without such a route; it has a request id, too


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is 0 if nothing answered, and `text` says why. `of_app`: the answer is a function's."""

    path: str
    status: int
    text: str
    seconds: float
    of_app: bool = False

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def unknown(self) -> bool:
        """The app answers, but has no such path."""
        return self.status == 404 and self.of_app

    def __str__(self) -> str:
        said = "404, from the app, which has no such path," if self.unknown else self.status or self.text
        return f"GET {self.path} {said} in {self.seconds * 1000:.0f} ms"


def get(url: str, path: str) -> Answer:
    began = time.monotonic()
    try:
        with http.request(url.rstrip("/") + path) as response:
            return answer(path, response.status, response, began)
    except urllib.error.HTTPError as error:
        with error:
            return answer(path, error.code, error, began)
    except OSError as error:
        return Answer(path, 0, str(error), time.monotonic() - began)


def answer(path: str, status: int, response: Any, began: float) -> Answer:
    text = response.read(300).decode(errors="replace")
    of_app = any(name in response.headers for name in OF_A_FUNCTION) and text.strip() != OF_THE_API
    return Answer(path, status, text, time.monotonic() - began, of_app)


def warnings(answers: Iterable[Answer]) -> Iterator[str]:
    """What a visitor would notice of answers that are good ones: the first after a pause waits as long as these did."""
    for each in answers:
        if each.seconds > LONG:
            yield (
                f"GET {each.path} took {each.seconds:.0f} s, and so does the first request after each pause; "
                "what takes so long: groat doctor cold-start"
            )


class NoAnswer(GroatError):
    """The site is deployed, but does not answer as a site should."""


def health(template: Mapping[str, Any], named: str) -> str:
    """The path to request from the API: `named`, or else `health` below the API prefix of a website's template."""
    config = template["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    patterns = [str(behavior["PathPattern"]) for behavior in config.get("CacheBehaviors", ())]
    prefix = next((pattern[:-2] for pattern in patterns if pattern.endswith("/*")), "/api")
    return named or f"{prefix}/health"


def check(url: str, paths: tuple[str, ...], *, guessed: str = "", patience: float = PATIENCE) -> tuple[Answer, ...]:
    """The answers to `paths`, requested again while one of them fails; the app need not have the `guessed` one.

    Raises NoAnswer after `patience` seconds.
    """
    deadline = time.monotonic() + patience
    pause = 0.25
    while True:
        answers = tuple(get(url, path) for path in paths)
        fine = (each.ok or (each.unknown and each.path == guessed) for each in answers)
        wrong = next((each for each, good in zip(answers, fine, strict=True) if not good), None)
        if wrong is None:
            return answers
        if time.monotonic() + pause > deadline:
            raise NoAnswer(
                f"The site is deployed but does not answer: {wrong}\n{wrong.text}", hint=f"curl -i {url}{wrong.path}"
            )
        time.sleep(pause)
        pause = min(pause * 2, 5.0)
