"""`make deploy ENV=prod`, end to end: build, push, digest, change sets, frontend, smoke test; an edit; the way back.

AWS is the local cloud, reached as any AWS is (AWS_ENDPOINT_URL and credentials); its ECR is Debian's docker-registry,
and its functions run in the containers that were pushed.
"""

import json
import re
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import httpx
import pytest

from tests.checkout import Checkout, Events
from tests.containers.checkout import ACCOUNT, asked, checkout
from tests.containers.machine import ARCHITECTURE

pytestmark = [pytest.mark.docker, pytest.mark.slow]
GPX = b"""<?xml version="1.0"?><gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
<trkpt lat="47.0" lon="8.0"><ele>400</ele><time>2026-01-01T10:00:00Z</time></trkpt>
<trkpt lat="47.1" lon="8.0"><ele>450</ele><time>2026-01-01T11:00:00Z</time></trkpt></trkseg></trk></gpx>"""


Make = Callable[[str], Checkout]
PROD = '[prod.deploy.parameters]\nstack_name = "tracks"\nregion = '


@pytest.fixture
def clone(cloud: str, base: str, tmp_path: Path) -> Make:
    """A clone in a folder of that name, with the local cloud as its AWS."""

    def made(name: str) -> Checkout:
        (tmp_path / name).mkdir()
        environment = {**ACCOUNT, "AWS_ENDPOINT_URL": cloud}
        return checkout(tmp_path / name, architecture=ARCHITECTURE, base=base, environment=environment)

    return made


OTHER = {"x86_64": "arm64", "arm64": "amd64"}[ARCHITECTURE]  # as Docker names it
BASE_OF_OTHER = "FROM scratch\nCOPY Dockerfile /\n"  # where nothing is run, any machine can build
ON_OTHER = """\
FROM {platform} {base} AS any
COPY handler.py /var/task/app/
CMD ["app.handler.handler"]
"""

AN_IMAGE_OF_OTHER = f"""\
The function runs on {ARCHITECTURE}, and the image was built for: {OTHER}

hint: name a base image of that architecture, or say Site(architecture=...)
"""
NO_BASE_OF_OURS = "hint: name a base image that this machine can get"  # containerd's image store asks for ours


@pytest.fixture
def base_of_other(docker: None, tmp_path: Path) -> Iterator[str]:
    """A base image of the other architecture, under a name of this test's own. Not from the classic builder's cache:
    that takes an image of the same files for the same, whatever its architecture.
    """
    name, folder = f"groat-other-processor:{uuid.uuid4().hex}", tmp_path / "other"
    folder.mkdir()
    (folder / "Dockerfile").write_text(BASE_OF_OTHER, encoding="utf-8")
    build = ["docker", "build", "--quiet", "--no-cache", "--platform", f"linux/{OTHER}", "--tag", name, str(folder)]
    subprocess.run(build, capture_output=True, check=True)
    yield name
    subprocess.run(["docker", "rmi", "--force", name], capture_output=True, check=True)


def with_domain(clone: Checkout, zone: str) -> Checkout:
    """The site under its own name, in Frankfurt."""
    clone.edit("website.py", "import Architecture, Key", "import Architecture, Domain, Key")
    clone.edit("website.py", 'name="tracks",', 'name="tracks",\n    domain=Domain(name="example.com"),')
    values = f'"eu-central-1"\nparameter_overrides = ["HostedZoneId={zone}"]\n#'
    clone.edit("samconfig.toml", PROD, PROD + values)
    return clone


def test_from_a_clone_to_production_then_an_edit_then_the_way_back(clone: Make, registry: str) -> None:
    prod = clone("prod")
    first = prod.groat("deploy", "--env", "prod", "--yes")
    assert where(first) == {"tracks-registry": "us-east-1", "tracks": "us-east-1"}
    image = first.stage("image")
    assert re.fullmatch(r"111111111111\.dkr\.ecr\.us-east-1\.amazonaws\.com/[a-z0-9-]+@sha256:[0-9a-f]{64}", image)
    assert manifest(registry, image)["mediaType"] == "application/vnd.docker.distribution.manifest.v2+json"
    assert json.loads(asked(f"{first.url}/api/health")[1]) == {"status": "ok"}
    assert asked(f"{first.url}/api/activities", GPX)[0] == 201
    assert b"<html" in asked(f"{first.url}/")[1]

    again = clone("elsewhere").groat("deploy", "--env", "prod", "--yes")
    assert len(again.of("no_changes")) == 2
    assert again.stage("image") == image
    assert not again.changed

    edited = an_edit(prod)
    back = the_way_back(prod)
    assert back.stage("image") == image != edited.stage("image")

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


def test_with_a_domain_there_is_a_third_stack_in_another_region(clone: Make, cloud: str) -> None:
    dns = boto3.client("route53", endpoint_url=cloud)
    zone = dns.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"].rpartition("/")[2]
    prod = with_domain(clone("prod"), zone)
    first = prod.groat("deploy", "--env", "prod", "--yes")
    assert where(first) == {
        "tracks-registry": "eu-central-1",
        "tracks-certificate": "us-east-1",
        "tracks": "eu-central-1",
    }
    assert ".dkr.ecr.eu-central-1." in first.stage("image")
    outputs = first.of("ready")[0]["outputs"]
    assert outputs["Url"] == "https://example.com"
    site = boto3.client("cloudfront", endpoint_url=cloud).get_distribution(Id=outputs["DistributionId"])
    served = site["Distribution"]["DistributionConfig"]
    assert set(served["Aliases"]["Items"]) == {"example.com", "www.example.com"}
    assert served["ViewerCertificate"]["ACMCertificateArn"].startswith("arn:aws:acm:us-east-1:")
    records = dns.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    assert {("example.com.", "A"), ("www.example.com.", "AAAA")} <= {(each["Name"], each["Type"]) for each in records}
    assert redirected(first.url, "www.example.com") == "https://example.com/api/health"

    again = prod.groat("deploy", "--env", "prod", "--yes")
    assert (len(again.of("no_changes")), again.changed) == (3, set())

    assert an_edit(prod).stage("image") != first.stage("image")
    back = the_way_back(prod)
    assert back.stage("image") == first.stage("image")
    certificate = boto3.client("cloudformation", region_name="us-east-1", endpoint_url=cloud)
    events = certificate.describe_stack_events(StackName="tracks-certificate")["StackEvents"]
    assert not [event for event in events if "UPDATE" in event["ResourceStatus"]], "every version has the same one"


def an_edit(prod: Checkout) -> Events:
    """Of the app and of a page: deployed, seen, and nothing else touched."""
    prod.edit("app/routes/health.py", '"ok"', '"edited"')
    prod.edit("app/frontend/index.html", "</body>", "<!-- edited --></body>")
    edited = prod.groat("deploy", "--env", "prod", "--yes")
    assert edited.changed == {"tracks", "Function"}
    assert json.loads(asked(f"{edited.url}/api/health")[1]) == {"status": "edited"}
    assert b"<!-- edited -->" in asked(f"{edited.url}/")[1]
    return edited


def the_way_back(prod: Checkout) -> Events:
    back = prod.groat("rollback", "--env", "prod", "--yes")
    assert back.changed == {"tracks", "Function"}
    assert json.loads(asked(f"{back.url}/api/health")[1]) == {"status": "ok"}
    assert b"<!-- edited -->" not in asked(f"{back.url}/")[1]
    return back


def where(events: Events) -> dict[str, str]:
    """The region of each stack that was deployed, in order."""
    return {each["stack"]["name"]: each["stack"]["id"].split(":")[3] for each in events.of("deployed")}


def redirected(url: str, host: str) -> str:
    """Where a visitor who asks for the health check under that name is sent."""
    answer = httpx.get(f"{url}/api/health", headers={"Host": host})
    assert answer.status_code == 308, answer.text
    return answer.headers["Location"]


@pytest.mark.parametrize("platform", ["", f"--platform=linux/{OTHER}"])
def test_an_image_for_another_processor_is_refused_before_anything_is_pushed(
    clone: Make, base_of_other: str, registry_folder: Path, platform: str
) -> None:
    prod = clone("another")
    prod.edit("samconfig.toml", PROD, PROD.replace("tracks", "another"))
    (prod.root / "app/Dockerfile").write_text(ON_OTHER.format(platform=platform, base=base_of_other), encoding="utf-8")
    said = prod.refused("deploy", "--env", "prod", "--yes")
    assert any(each in said for each in (AN_IMAGE_OF_OTHER, NO_BASE_OF_OURS))
    assert not list((registry_folder / "data/docker/registry/v2").glob("repositories/another-*"))


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
