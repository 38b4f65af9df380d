"""`make deploy ENV=prod`, end to end: build, push, digest, change sets, frontend, smoke test; an edit; the way back.

AWS is the local cloud, reached as any AWS is (AWS_ENDPOINT_URL and credentials); its ECR is Debian's docker-registry,
and its functions run in the containers that were pushed.
"""

import json
import re
import subprocess

import pytest
from checkout import ACCOUNT, Checkout, Events, asked, checkout
from machine import ARCHITECTURE

pytestmark = [pytest.mark.docker, pytest.mark.slow]
GPX = b"""<?xml version="1.0"?><gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
<trkpt lat="47.0" lon="8.0"><ele>400</ele><time>2026-01-01T10:00:00Z</time></trkpt>
<trkpt lat="47.1" lon="8.0"><ele>450</ele><time>2026-01-01T11:00:00Z</time></trkpt></trkseg></trk></gpx>"""


@pytest.fixture(scope="module")
def prod(cloud: str, base: str, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    environment = {**ACCOUNT, "AWS_ENDPOINT_URL": cloud}
    return checkout(
        tmp_path_factory.mktemp("prod"), architecture=ARCHITECTURE, base=base, environment=environment
    )  # fmt: skip


def test_from_a_clone_to_production_then_an_edit_then_the_way_back(prod: Checkout, registry: str) -> None:
    first = prod.groat("deploy", "--env", "prod", "--yes")
    assert [event["stack"]["name"] for event in first.of("deployed")] == ["tracks-registry", "tracks"]
    image = first.stage("image")
    assert re.fullmatch(r"111111111111\.dkr\.ecr\.us-east-1\.amazonaws\.com/[a-z0-9-]+@sha256:[0-9a-f]{64}", image)
    assert manifest(registry, image)["mediaType"] == "application/vnd.docker.distribution.manifest.v2+json"
    assert json.loads(asked(f"{first.url}/api/health")[1]) == {"status": "ok"}
    assert asked(f"{first.url}/api/activities", GPX)[0] == 201
    assert b"<html" in asked(f"{first.url}/")[1]

    again = prod.groat("deploy", "--env", "prod", "--yes")
    assert len(again.of("no_changes")) == 2
    assert again.stage("image") == image
    assert not again.changed

    prod.edit("app/routes/health.py", '"ok"', '"edited"')
    prod.edit("app/frontend/index.html", "</body>", "<!-- edited --></body>")
    edited = prod.groat("deploy", "--env", "prod", "--yes")
    assert edited.changed == {"tracks", "Function"}
    assert edited.stage("image") != image
    assert json.loads(asked(f"{edited.url}/api/health")[1]) == {"status": "edited"}
    assert b"<!-- edited -->" in asked(f"{edited.url}/")[1]

    back = prod.groat("rollback", "--env", "prod", "--yes")
    assert back.stage("image") == image
    assert back.changed == {"tracks", "Function"}
    assert json.loads(asked(f"{back.url}/api/health")[1]) == {"status": "ok"}
    assert b"<!-- edited -->" not in asked(f"{back.url}/")[1]

    young = prod.groat("gc", "--env", "prod")
    assert stages(young) == [("kept", "2 images, 1 of them in use or for a rollback")]
    named = prod.groat("gc", "--env", "prod", "--older-than", "0")
    assert [name for name, _ in stages(named)] == ["not needed", "kept"]
    removed = prod.groat("gc", "--env", "prod", "--older-than", "0", "--yes")
    assert stages(removed)[0][1].startswith(edited.stage("image").partition("@")[2][:19])
    assert stages(prod.groat("gc", "--env", "prod", "--older-than", "0"))[0] == (
        "kept",
        "1 images, 1 of them in use or for a rollback",
    )
    assert json.loads(asked(f"{back.url}/api/health")[1]) == {"status": "ok"}


def stages(events: Events) -> list[tuple[str, str]]:
    return [(event["name"], event["text"]) for event in events.of("stage")]


def manifest(registry: str, image: str) -> dict[str, str]:
    name, _, digest = image.partition("/")[2].partition("@")
    accept = "Accept: application/vnd.docker.distribution.manifest.v2+json"
    done = subprocess.run(
        ["curl", "-fsS", "-H", accept, f"http://{registry}/v2/{name}/manifests/{digest}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout))
