"""A copy of the repository for one machine's architecture and base image."""

import urllib.error
import urllib.request
from pathlib import Path

from tests.checkout import Checkout, copy_to

ACCOUNT = {"AWS_ACCESS_KEY_ID": "111111111111", "AWS_SECRET_ACCESS_KEY": "dummy"}


def checkout(root: Path, *, architecture: str, base: str, environment: dict[str, str]) -> Checkout:
    """The repository with this machine's architecture in its Site and a local base image in its pyproject."""
    made = Checkout(copy_to(root), environment)
    made.edit("website.py", "import Key,", "import Architecture, Key,")
    made.edit("website.py", 'name="tracks",', f'name="tracks",\n    architecture=Architecture("{architecture}"),')
    with (root / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[tool.groat.image]\ntarget = "any"\narguments = {{BASE = "{base}"}}\n')
    return made


def asked(url: str, data: bytes | None = None) -> tuple[int, bytes]:
    request = urllib.request.Request(url, data, {"Content-Type": "application/gpx+xml"} if data else {})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
