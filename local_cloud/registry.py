"""A container registry of your own behind the local ECR: what Docker pushes there is in ECR.

The rule: ECR's answers stay moto's. Before an operation that reads images, what has been pushed since is added to moto,
each tag once, so that an image that is deleted here stays deleted. The authorization token, which names the account's
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
VALID_SECONDS = 12 * 60 * 60
MEDIA_TYPES = (
    "application/vnd.docker.distribution.manifest.v2+json", "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.oci.image.index.v1+json",
)  # fmt: skip


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
        self._known: set[tuple[str, str, str]] = set()
        self._lock = threading.Lock()

    def __call__(self, ecr: "WSGIApplication") -> "WSGIApplication":
        """The middleware in front of moto."""

        def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            operation = str(environ.get("HTTP_X_AMZ_TARGET", "")).removeprefix(TARGET)
            if operation == "GetAuthorizationToken":
                return self._token()(environ, start_response)
            if operation in READING:
                self._before(environ)
            return ecr(environ, start_response)

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

    def _before(self, environ: "WSGIEnvironment") -> None:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        scope = CloudRequest(environ).scope
        if scope and (repository := json.loads(body or b"{}").get("repositoryName")):
            with self._lock:
                self._take_in(scope.region, repository)

    def _take_in(self, region: str, repository: str) -> None:
        client = self._services.client("ecr", region)
        for manifest in self._pushed(region, repository):
            with suppress(ClientError):  # there is no such repository; ECR will say so itself
                client.put_image(
                    repositoryName=repository, imageManifest=manifest.text, imageTag=manifest.tag,
                    imageManifestMediaType=manifest.media_type, imageDigest=manifest.digest,
                )  # fmt: skip
                self._known.add((region, repository, manifest.tag))

    def _pushed(self, region: str, repository: str) -> Iterator[Manifest]:
        """What was pushed and is not yet known here."""
        listed = self._get(f"{repository}/tags/list", lambda answer: json.load(answer).get("tags") or ())
        for tag in listed or ():
            if (region, repository, tag) in self._known:
                continue
            if found := self._get(f"{repository}/manifests/{tag}", partial(read_manifest, tag)):
                yield found

    def _get(self, path: str, read: Callable[[Any], Any]) -> Any:
        """None if the registry does not have it, or does not answer."""
        request = urllib.request.Request(f"http://{self.address}/v2/{path}", headers={"Accept": ", ".join(MEDIA_TYPES)})
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(request, timeout=10) as answer:
                return read(answer)
        except urllib.error.HTTPError as error:
            error.close()
            return None
        except OSError:
            return None


def read_manifest(tag: str, answer: Any) -> Manifest:
    headers = answer.headers
    return Manifest(tag, headers["Docker-Content-Digest"], headers["Content-Type"], answer.read().decode())
