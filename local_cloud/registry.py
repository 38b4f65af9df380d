"""A container registry of your own behind the local ECR: what Docker pushes there is in ECR.

The rule: ECR's answers stay moto's. Before an operation that reads images, what has been pushed since is added to moto,
each tag once with each image. An image that is deleted here is deleted there, too, where the registry allows that, so
that it can be pushed again; otherwise it only stays deleted here. The authorization token, which names the account's
own host on AWS, names this registry.
"""

import base64
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import ClientError
from werkzeug.wrappers import Response

from local_cloud.container_images import ImageName
from local_cloud.server import CloudRequest
from local_cloud.services import Services

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TARGET = "AmazonEC2ContainerRegistry_V20150921."
READING = frozenset({"DescribeImages", "ListImages", "BatchGetImage"})
DELETING = "BatchDeleteImage"
VALID_SECONDS = 12 * 60 * 60
MEDIA_TYPES = (
    "application/vnd.docker.distribution.manifest.v2+json", "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.oci.image.index.v1+json",
)  # fmt: skip


class Where(NamedTuple):
    region: str
    repository: str


class Manifest(NamedTuple):
    tag: str
    digest: str
    media_type: str
    text: str


class Registry:
    """`address` is host:port of a registry that speaks HTTP on loopback, as Docker allows without TLS."""

    def __init__(self, address: str, services: Services) -> None:
        self.address = address
        self._services = services
        self._known: dict[tuple[Where, str], str] = {}  # the digest of each tag
        self._lock = threading.Lock()

    def __call__(self, ecr: "WSGIApplication") -> "WSGIApplication":
        """The middleware in front of moto."""

        def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            operation = str(environ.get("HTTP_X_AMZ_TARGET", "")).removeprefix(TARGET)
            if operation == "GetAuthorizationToken":
                return self._token()(environ, start_response)
            where = _asked(environ) if operation in (*READING, DELETING) else None
            if where is None:
                return ecr(environ, start_response)
            if operation in READING:
                self._take_in(where)
            answer = b"".join(ecr(environ, start_response))
            if operation == DELETING:
                self._forget(where, json.loads(answer).get("imageIds", ()))
            return [answer]

        return application

    def reference(self, uri: str) -> str | None:
        """Docker's name for ECR's image in this registry; None if the URI has no digest."""
        image = ImageName.parse(uri)
        return f"{self.address}/{image.repository}@{image.digest}" if image and image.digest else None

    def _token(self) -> Response:
        token = {
            "authorizationToken": base64.b64encode(b"AWS:local").decode(),
            "expiresAt": time.time() + VALID_SECONDS,
            "proxyEndpoint": f"http://{self.address}",
        }
        return Response(json.dumps({"authorizationData": [token]}), content_type="application/x-amz-json-1.1")

    def _take_in(self, where: Where) -> None:
        client = self._services.client("ecr", where.region)
        with self._lock, suppress(ClientError):  # there is no such repository; ECR will say so itself
            for manifest in self._pushed(where):
                client.put_image(
                    repositoryName=where.repository, imageManifest=manifest.text, imageTag=manifest.tag,
                    imageManifestMediaType=manifest.media_type, imageDigest=manifest.digest,
                )  # fmt: skip
                self._known[where, manifest.tag] = manifest.digest

    def _pushed(self, where: Where) -> Iterator[Manifest]:
        """What was pushed and is not yet known here: a tag may have moved to another image."""
        listed = self._ask(f"{where.repository}/tags/list", lambda answer: json.load(answer).get("tags") or ())
        for tag in listed or ():
            path, known = f"{where.repository}/manifests/{tag}", self._known.get((where, tag))
            if known and known == self._ask(path, lambda answer: answer.headers["Docker-Content-Digest"], "HEAD"):
                continue
            if found := self._ask(path, partial(read_manifest, tag)):
                yield found

    def _forget(self, where: Where, images: Iterable[dict[str, str]]) -> None:
        """What was deleted here goes there, too, if no other tag or region has it."""
        with self._lock:
            for image in images:
                left = {key: each for key, each in self._known.items() if key != (where, image.get("imageTag"))}
                path = f"{where.repository}/manifests/{image['imageDigest']}"
                if image["imageDigest"] not in left.values() and self._ask(path, lambda _: True, "DELETE"):
                    self._known = left

    def _ask(self, path: str, read: Callable[[Any], Any], method: str = "GET") -> Any:
        """None if the registry does not have it, or does not answer."""
        accept = {"Accept": ", ".join(MEDIA_TYPES)}
        request = urllib.request.Request(f"http://{self.address}/v2/{path}", headers=accept, method=method)
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(request, timeout=10) as answer:
                return read(answer)
        except urllib.error.HTTPError as error:
            error.close()
            return None
        except OSError:
            return None


def _asked(environ: "WSGIEnvironment") -> Where | None:
    """What a call is about; the body stays readable for ECR."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = BytesIO(body)
    scope, repository = CloudRequest(environ).scope, json.loads(body or b"{}").get("repositoryName")
    return Where(scope.region, repository) if scope and repository else None


def read_manifest(tag: str, answer: Any) -> Manifest:
    headers = answer.headers
    return Manifest(tag, headers["Docker-Content-Digest"], headers["Content-Type"], answer.read().decode())
