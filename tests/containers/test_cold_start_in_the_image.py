"""`groat doctor cold-start` measures the image of the app as it is now, where there is one."""

import re
from pathlib import Path
from uuid import uuid4

import pytest

from tests.checkout import Checkout
from tests.containers.checkout import checkout
from tests.containers.machine import ARCHITECTURE

pytestmark = [pytest.mark.docker, pytest.mark.slow]
ONLY_THERE = f"""\
# {uuid4()}: nobody has built this before
import sys
import app.main
assert sys.executable == "/usr/bin/python3" and __file__ == "/var/task/app/handler.py", (sys.executable, __file__)
handler = print
"""


@pytest.fixture
def clone(base: str, tmp_path: Path) -> Checkout:
    made = checkout(tmp_path, architecture=ARCHITECTURE, base=base, environment={})
    made.groat("templates")
    return made


def test_the_built_image_is_measured_until_the_app_is_edited(clone: Checkout) -> None:
    (clone.root / "app/handler.py").write_text(ONLY_THERE, encoding="utf-8")
    assert "AssertionError" in clone.refused("doctor", "cold-start"), "there is no image of this app: this Python"
    built = clone.groat("doctor", "cold-start", "--in", "image")
    assert built.stage("measured in").startswith("the image groat:app-")
    assert "importing app.handler.handler" in built.stage("init")
    assert {"fastapi", "pydantic", "module"} <= {event["name"] for event in built.of("stage")}
    assert clone.groat("doctor", "cold-start").stage("measured in") == built.stage("measured in")
    assert "AssertionError" in clone.refused("doctor", "cold-start", "--in", "host")
    clone.edit("app/handler.py", "print", "repr")
    assert "AssertionError" in clone.refused("doctor", "cold-start"), "the image is of the app before the edit"


def test_over_the_budget_the_image_ends_with_1_the_figure_and_the_heaviest_modules(clone: Checkout) -> None:
    clone.edit("pyproject.toml", "seconds = 1.0", "seconds = 0.01")
    said = clone.refused("doctor", "cold-start", "--in", "image")
    assert re.search(r"takes \d\.\d\d s at 1024 MB, over the budget of 0\.01 s; most in: [\w.]+ \d\.\d\d s, ", said)


def test_a_handler_that_is_not_importable_in_the_image_says_why(clone: Checkout) -> None:
    clone.edit("app/main.py", "import os", "import os\nimport hypothesis  # here, and not in requirements.txt")
    assert "No module named 'hypothesis'" in clone.refused("doctor", "cold-start", "--in", "image")
