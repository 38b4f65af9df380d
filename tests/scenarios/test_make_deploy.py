"""What a newcomer does, on a copy of the repository: deploy, look at the site, deploy again, edit, destroy."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import boto3
import pytest

from tests.checkout import Checkout, Events, copy_to

GPX = """<?xml version="1.0"?><gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
<trkpt lat="47.0" lon="8.0"><ele>400</ele><time>2026-01-01T10:00:00Z</time></trkpt>
<trkpt lat="47.1" lon="8.0"><ele>450</ele><time>2026-01-01T11:00:00Z</time></trkpt></trkseg></trk></gpx>"""


def asked(url: str, *, data: bytes | None = None, content_type: str = "") -> tuple[int, bytes]:
    request = urllib.request.Request(url, data, {"Content-Type": content_type} if data else {})
    with urllib.request.urlopen(request, timeout=30) as response:
        return response.status, response.read()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    made = Checkout(copy_to(tmp_path_factory.mktemp("checkout")))
    made.groat("local", "up", "--speed", "1000")
    yield made
    made.groat("local", "down")


@pytest.mark.slow
def test_from_a_clone_to_a_website_and_back(checkout: Checkout) -> None:
    first = checkout.groat("deploy")
    assert [event["stack"]["name"] for event in first.of("deployed")] == ["tracks-registry", "tracks"]
    assert b"<html" in asked(first.url + "/")[1]
    status, body = asked(first.url + "/api/activities", data=GPX.encode(), content_type="application/gpx+xml")
    assert status == 201
    assert json.loads(body)["summary"]["distance"] == pytest.approx(11_119, abs=30)

    again = checkout.groat("deploy")
    assert len(again.of("no_changes")) == 2
    assert not again.of("stack_event")
    assert again.stage("frontend").startswith("10 unchanged")

    proxy = dict.fromkeys(("HTTP_PROXY", "http_proxy", "HTTPS_PROXY"), "http://127.0.0.1:9")
    proxied = replace(checkout, environment=proxy).groat("deploy")
    assert len(proxied.of("no_changes")) == 2

    checkout.edit("app/frontend/index.html", "</body>", "<!-- edited --></body>")
    page = checkout.groat("deploy")
    assert len(page.of("no_changes")) == 2
    assert page.stage("frontend") == "1 uploaded, 9 unchanged"
    assert page.stage("invalidation") == "/ /index.html"
    assert b"<!-- edited -->" in asked(page.url + "/")[1]

    checkout.edit("app/routes/health.py", '"ok"', '"edited"')
    code = checkout.groat("deploy")
    assert code.changed == {"tracks", "Function"}
    assert b"edited" in asked(code.url + "/api/health")[1]

    checkout.edit("website.py", 'name="tracks",', 'name="tracks",\n    memory=512,')
    site = checkout.groat("deploy")
    assert site.stage("templates") == "wrote website.yaml"

    gone = checkout.groat("destroy")
    assert [event["stack_name"] for event in gone.of("deleted")] == ["tracks", "tracks-registry"]
    assert checkout.groat("deploy").of("deployed")


SHIP = """
from groat import Site, deploy_serverless
from groat.views import json_view

outcome = deploy_serverless({arguments}, show=json_view().show)
print(repr({{"type": "python", "outcome": type(outcome).__name__, "stack": outcome.stack.name}}).replace("'", '"'))
"""


def shipped(root: Path, arguments: str) -> Events:
    """What a script in `root` sees that makes the one call."""
    (root / "ship.py").write_text(SHIP.format(arguments=arguments), encoding="utf-8")
    done = subprocess.run([sys.executable, "ship.py"], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Events([json.loads(line) for line in done.stdout.splitlines()])


@pytest.mark.slow
def test_one_call_from_python_deploys_what_make_deploy_deploys(checkout: Checkout, tmp_path: Path) -> None:
    first = shipped(checkout.root, 'stack_name="my-app"')
    assert [event["stack"]["name"] for event in first.of("deployed")] == ["my-app-registry", "my-app"]
    assert first.of("python") == [{"type": "python", "outcome": "Deployed", "stack": "my-app"}]
    assert asked(first.url + "/api/health")[0] == 200

    elsewhere = shipped(tmp_path, f'"my-app", folder={str(checkout.root)!r}')
    assert elsewhere.of("python") == [{"type": "python", "outcome": "NoChanges", "stack": "my-app"}]
    assert elsewhere.url == first.url

    bare = shipped(checkout.root, '"bare", site=Site(name="bare")')
    assert bare.stage("templates") == "wrote registry.yaml, website.yaml"
    assert bare.of("python") == [{"type": "python", "outcome": "Deployed", "stack": "bare"}]
    assert "ActivitiesTable" not in bare.changed


def hosted_zones(checkout: Checkout) -> list[str]:
    running = json.loads((checkout.root / ".groat/local_cloud/pid.json").read_text("utf-8"))
    zones = boto3.client("route53", endpoint_url=running["endpoint"]).list_hosted_zones()["HostedZones"]
    return [each["Name"] for each in zones]


@pytest.mark.slow
def test_a_domain_needs_nothing_that_is_made_by_hand_on_this_machine(checkout: Checkout) -> None:
    text = (checkout.root / "website.py").read_text("utf-8")
    checkout.edit("website.py", "import Key", "import Domain, Key")
    checkout.edit("website.py", "tables=(", 'domain=Domain(name="example.com"), tables=(')
    before = checkout.groat("review")
    assert not hosted_zones(checkout), "a review makes none"
    first = checkout.groat("deploy")
    again = checkout.groat("review")
    (checkout.root / "website.py").write_text(text, "utf-8")
    assert len(before.of("reviewed")) == 3
    assert [event["review"] for event in again.of("reviewed")] == [None] * 3
    assert len(hosted_zones(checkout)) == 1
    assert "tracks-certificate" in first.changed
    assert first.of("ready")[0]["outputs"]["Url"] == "https://example.com"
    assert asked(first.url + "/api/health")[0] == 200


@pytest.mark.slow
def test_a_bucket_that_was_deleted_by_hand_is_told_with_the_command_that_makes_it_again(checkout: Checkout) -> None:
    """The bucket is gone behind the stack's back; the stack itself has no changes."""
    outputs = checkout.groat("deploy").of("ready")[0]["outputs"]
    running = json.loads((checkout.root / ".groat/local_cloud/pid.json").read_text("utf-8"))
    s3 = boto3.client("s3", endpoint_url=running["endpoint"])
    for item in s3.list_objects_v2(Bucket=outputs["FrontendBucketName"])["Contents"]:
        s3.delete_object(Bucket=outputs["FrontendBucketName"], Key=item["Key"])
    s3.delete_bucket(Bucket=outputs["FrontendBucketName"])
    command = [sys.executable, "-m", "groat", "deploy"]
    done = subprocess.run(command, cwd=checkout.root, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"deleted by hand: {outputs['FrontendBucketName']}" in done.stderr
    assert done.stderr.endswith("hint: groat deploy --revert-drift\n")
    again = checkout.groat("deploy", "--revert-drift", "--yes")
    assert b"<html" in asked(again.url + "/")[1]
