"""What Docker pushes to a registry of one's own, the local ECR has. Here the registry is three answers of its API."""

import base64
import json
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError
from werkzeug.wrappers import Request, Response

from local_cloud.container_images import ImageName, exists
from local_cloud.registry import Registry
from local_cloud.server import Server
from local_cloud.services import Services

DIGEST, OTHER = ("sha256:" + letter * 64 for letter in "ab")
MEDIA_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
URI = f"111111111111.dkr.ecr.us-east-1.amazonaws.com/app@{DIGEST}"


def manifest(digest: str) -> str:
    return json.dumps({"schemaVersion": 2, "mediaType": MEDIA_TYPE, "config": {"digest": digest}, "layers": []})


class Pushed:
    """A registry that holds app:one; `deletes` is whether it allows that its images are deleted."""

    def __init__(self) -> None:
        self.tags = {"one": DIGEST}
        self.deletes = True

    def __call__(self, request: Request) -> Response:
        """The three answers of its API."""
        name = request.path.removeprefix("/v2/app/manifests/")
        if request.path == "/v2/app/tags/list":
            return Response(json.dumps({"name": "app", "tags": list(self.tags)}))
        if request.method == "DELETE" and self.deletes:
            self.tags = {tag: digest for tag, digest in self.tags.items() if digest != name}
            return Response(status=202)
        if name in self.tags and request.method != "DELETE":
            digest = self.tags[name]
            return Response(manifest(digest), content_type=MEDIA_TYPE, headers={"Docker-Content-Digest": digest})
        return Response("{}", 405 if request.method == "DELETE" else 404)


@pytest.fixture
def registry() -> Pushed:
    return Pushed()


@pytest.fixture
def services(registry: Pushed) -> Iterator[Services]:
    services = Services()
    services.reset()
    services.client("ecr").create_repository(repositoryName="app")
    with Server(Request.application(registry)) as server:
        services.behind(Registry(f"127.0.0.1:{server.port}", services))
        yield services
    services.reset()


def images(services: Services) -> list[dict[str, str]]:
    found: list[dict[str, str]] = services.client("ecr").list_images(repositoryName="app")["imageIds"]
    return found


def test_a_pushed_image_is_described_with_its_tag_digest_and_media_type(services: Services) -> None:
    (found,) = services.client("ecr").describe_images(repositoryName="app", imageIds=[{"imageTag": "one"}])[
        "imageDetails"
    ]
    assert (found["imageDigest"], found["imageTags"], found["imageManifestMediaType"]) == (DIGEST, ["one"], MEDIA_TYPE)


def test_a_function_may_name_what_was_pushed(services: Services) -> None:
    known, unknown = ImageName.parse(URI), ImageName.parse(URI.replace("a" * 64, "b" * 64))
    assert known
    assert unknown
    assert exists(services, known)
    assert not exists(services, unknown)


@pytest.mark.parametrize("deletes", [True, False])
def test_an_image_that_is_deleted_here_stays_deleted(services: Services, registry: Pushed, deletes: bool) -> None:
    registry.deletes = deletes
    assert images(services) == [{"imageDigest": DIGEST, "imageTag": "one"}]
    services.client("ecr").batch_delete_image(repositoryName="app", imageIds=[{"imageDigest": DIGEST}])
    assert images(services) == []


def test_an_image_that_was_deleted_can_be_pushed_again(services: Services, registry: Pushed) -> None:
    assert images(services)
    services.client("ecr").batch_delete_image(repositoryName="app", imageIds=[{"imageTag": "one"}])
    assert registry.tags == {}

    registry.tags = {"one": DIGEST}

    assert images(services) == [{"imageDigest": DIGEST, "imageTag": "one"}]


def test_an_image_that_another_tag_has_is_not_deleted_from_the_registry(services: Services, registry: Pushed) -> None:
    registry.tags = {"one": DIGEST, "two": DIGEST}
    assert len(images(services)) == 2
    services.client("ecr").batch_delete_image(repositoryName="app", imageIds=[{"imageTag": "one"}])
    assert (registry.tags, images(services)) == (
        {"one": DIGEST, "two": DIGEST},
        [{"imageDigest": DIGEST, "imageTag": "two"}],
    )


def test_a_tag_that_was_pushed_again_is_another_image(services: Services, registry: Pushed) -> None:
    assert images(services)
    registry.tags = {"one": OTHER}
    assert images(services) == [{"imageDigest": OTHER, "imageTag": "one"}]


def test_the_token_is_for_the_registry(services: Services) -> None:
    (token,) = services.client("ecr").get_authorization_token()["authorizationData"]
    assert token["proxyEndpoint"].startswith("http://127.0.0.1:")
    assert base64.b64decode(token["authorizationToken"]).startswith(b"AWS:")


def test_a_repository_that_is_not_in_ecr_is_not_there_however_much_was_pushed(services: Services) -> None:
    with pytest.raises(ClientError, match="RepositoryNotFound"):
        services.client("ecr").describe_images(repositoryName="other")


def test_a_registry_that_does_not_answer_has_nothing(services: Services) -> None:
    alone = Services()
    alone.behind(Registry("127.0.0.1:1", alone))
    assert alone.client("ecr").list_images(repositoryName="app")["imageIds"] == []


def test_docker_asks_the_registry_by_repository_and_digest(services: Services) -> None:
    registry = Registry("127.0.0.1:5000", services)
    assert registry.reference(URI) == f"127.0.0.1:5000/app@{DIGEST}"
    assert registry.reference(URI.replace(f"@{DIGEST}", ":latest")) is None
