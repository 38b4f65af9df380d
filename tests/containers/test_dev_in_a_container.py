"""`groat dev --sam`: the real container behind the edge while it is edited."""

import subprocess
import sys
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.containers.checkout import checkout
from tests.containers.machine import ARCHITECTURE
from tests.developing import Dev, developing
from tests.photos import kept_in_the_bucket, kept_in_the_table, with_photos

pytestmark = [pytest.mark.docker, pytest.mark.slow]
OTHER = {"x86_64": "arm64", "arm64": "x86_64"}[ARCHITECTURE]


@pytest.fixture(scope="module")
def dev(base: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    """The function is for the other architecture: it is built for this machine all the same."""
    clone = checkout(tmp_path_factory.mktemp("dev"), architecture=OTHER, base=base, environment={})
    clone.edit("app/routes/health.py", '"ok"', '"in " + __file__')
    with developing(with_photos(clone.root), "--sam") as dev:
        yield dev


def test_the_containers_app_answers_behind_the_deployed_edge(dev: Dev) -> None:
    assert dev.get("/api/health") == (200, '{"status":"in /var/task/app/routes/health.py"}')
    assert dev.get("/tracks/of/the/browsers/router")[1].startswith("<!doctype html>")


def test_the_app_has_the_sites_table_and_bucket_in_the_local_cloud(dev: Dev) -> None:
    kept_in_the_table(dev)
    kept_in_the_bucket(dev)


def test_an_edit_of_the_app_is_a_new_last_layer_and_the_page_reloads(dev: Dev) -> None:
    edits = dev.edits
    dev.write("app/routes/health.py", '"in ', '"edited in ')
    dev.seconds_until("/api/health", "edited in /var/task")
    dev.until_reloaded(edits)


def test_edits_do_not_pile_up_as_images_without_a_name(dev: Dev) -> None:
    nameless = ["docker", "images", "--quiet", "--filter", "dangling=true", "--filter", "label=groat.recipe"]
    before = subprocess.run(nameless, capture_output=True, check=True).stdout.split()
    text = (dev.root / "app/routes/health.py").read_text("utf-8")
    for edit in [uuid4().hex for _ in range(4)]:
        (dev.root / "app/routes/health.py").write_text(text.replace('"status": ', f'"{edit}": "", "status": '), "utf-8")
        dev.seconds_until("/api/health", edit)
    after = subprocess.run(nameless, capture_output=True, check=True).stdout.split()
    assert len(after) - len(before) <= 2, "the one that is served until the next request, and the one before"
    (dev.root / "app/routes/health.py").write_text(text, "utf-8")
    dev.seconds_until("/api/health", '{"status"')


def test_what_does_not_build_is_told_and_the_image_before_goes_on_answering(dev: Dev) -> None:
    text = (dev.root / "app/routes/health.py").read_text("utf-8")
    (dev.root / "app/routes/health.py").write_text("def wrong(:\n", "utf-8")
    dev.until_told("cannot compile")
    assert dev.get("/api/health")[0] == 200
    (dev.root / "app/routes/health.py").write_text(text.replace('"status": ', '"mended": '), "utf-8")
    dev.seconds_until("/api/health", "mended")
    (dev.root / "app/routes/health.py").write_text(text, "utf-8")
    dev.seconds_until("/api/health", "status")


def test_what_the_function_says_is_told(dev: Dev) -> None:
    dev.write(
        "app/routes/health.py",
        '    return {"status": ',
        '    print("seen by the developer")\n    return {"status": "loud " + ',
    )
    dev.seconds_until("/api/health", "loud")
    dev.until_told("seen by the developer")
    assert not any("(rapid)" in str(event) for event in dev.told)


def test_the_image_is_known_as_that_of_the_app_as_it_is_now(dev: Dev) -> None:
    dev.write("app/routes/health.py", '"status": ', '"status": "known " + ')
    dev.seconds_until("/api/health", "known")
    command = [sys.executable, "-m", "groat", "doctor", "cold-start"]
    told = subprocess.run(command, cwd=dev.root, capture_output=True, text=True, check=True).stdout
    assert "the image groat-dev:tracks" in told
