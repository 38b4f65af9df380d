"""Every AWS service but CloudFormation: moto, in this process.

The rule: one way in. A request over HTTP and a boto3 client of our own handlers reach moto through the same WSGI
application, dispatched by the service in the request's signature, so both see the same buckets. moto is imported when
the first request comes, and of its services only the one that is asked for: a health check must not wait for it.
"""

import os
import threading
from collections.abc import Callable, Iterable
from functools import cache, partial
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    Middleware = Callable[[WSGIApplication], WSGIApplication]

ACCOUNT = "111111111111"
SECRET = "local"
MORE = "For more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
OF_AWS = "local_cloud.of_aws"  # in the environment of a request that AWS itself makes; no header can say so
FIRST_ASKED = {  # in the order in which a deployment comes to them
    "ecr": "describe_repositories",
    "s3": "list_buckets",
    "dynamodb": "list_tables",
    "logs": "describe_log_groups",
    "iam": "list_roles",
    "lambda": "list_functions",
    "cloudfront": "list_distributions",
}


_MAKING = threading.RLock()


class UrlError(ValueError):
    """A TemplateURL that cannot be read; the text is CloudFormation's."""


class Services:
    """moto's services as a WSGI application and as boto3 clients. moto keeps one world per process: so does this."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._front: Middleware = lambda moto: moto
        self._clients: dict[tuple[str, str, bool], Any] = {}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        return self._front(_moto())(_object(environ), start_response)

    def behind(self, front: "Middleware") -> None:
        """Let every request pass `front` first on its way to moto."""
        inner = self._front
        self._front = lambda moto: front(inner(moto))

    def client(self, service: str, region: str = "us-east-1", *, of_aws: bool = False) -> Any:
        """A boto3 client whose requests never leave the process; one `of_aws` may do what only AWS itself may."""
        key = service, region, of_aws
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._connected(*key)
            return self._clients[key]

    def reset(self) -> None:
        """Empty every service."""
        _moto()
        from moto.moto_api._internal.models import moto_api_backend

        moto_api_backend.reset()

    def warm(self) -> Callable[[], None]:
        """Import in the background what a site's first deployment needs; whoever comes earlier waits as ever.

        What is returned ends it, and waits for that.
        """
        stop = threading.Event()
        thread = threading.Thread(target=self._warm, args=[stop], name="warm", daemon=True)
        thread.start()

        def end() -> None:
            stop.set()
            thread.join()

        return end

    def _warm(self, stop: threading.Event) -> None:
        for service, question in FIRST_ASKED.items():
            if not stop.is_set():
                getattr(self.client(service), question)()

    def read_url(self, url: str) -> str:
        """The text behind a TemplateURL: an object of the local S3, whatever host its URL names.

        Raises UrlError with CloudFormation's text.
        """
        where = urlsplit(url)
        bucket, key = _bucket_and_key(where.hostname or "", unquote(where.path).lstrip("/"))
        if where.scheme not in ("http", "https"):
            raise UrlError("TemplateURL must be a supported URL.")
        if not key or not _of_s3(where.hostname or ""):
            raise UrlError(f"S3 error: Domain name specified in {where.hostname} is not a valid S3 domain")
        versions = parse_qs(where.query).get("versionId", [])[:1]
        try:
            found = self.client("s3").get_object(
                Bucket=bucket, Key=key, **({"VersionId": versions[0]} if versions else {})
            )
        except ClientError as error:
            raise UrlError(f"S3 error: {error.response['Error']['Message']}\n{MORE}") from None
        return str(found["Body"].read().decode())

    def _connected(self, service: str, region: str, of_aws: bool) -> Any:
        from botocore.config import Config

        config = Config(
            s3={"addressing_style": "path"},
            retries={"total_max_attempts": 1},
            request_checksum_calculation="when_required",
            parameter_validation=False,  # the provider schemas have had their say, and know more defaults
        )
        endpoint = f"https://{service}.{region}.amazonaws.com"
        client = _session().client(service, region_name=region, config=config, endpoint_url=endpoint)
        client.meta.events.register("before-send.*", partial(self._answer, of_aws))
        return client

    def _answer(self, of_aws: bool, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        """botocore's `before-send`: what is returned here is the response, and nothing is sent."""
        from werkzeug.test import EnvironBuilder, run_wsgi_app

        environ = EnvironBuilder(
            path=request.url, method=request.method, headers=_text_headers(request), data=_bytes(request.body)
        ).get_environ()
        body, status, headers = run_wsgi_app(self, {**environ, OF_AWS: of_aws}, buffered=True)
        answered = HTTPHeaders.from_pairs(headers.items())
        return AWSResponse(request.url, int(status.split()[0]), answered, _Raw(b"".join(body)))


def _object(environ: "WSGIEnvironment") -> "WSGIEnvironment":
    """What is PUT is an object, also where curl calls it a form: moto would take it apart and lose what is no text."""
    if environ["REQUEST_METHOD"] != "PUT" or "x-www-form-urlencoded" not in environ.get("CONTENT_TYPE", ""):
        return environ
    return {**environ, "CONTENT_TYPE": "binary/octet-stream"}


def _moto() -> "WSGIApplication":
    """One for the process, and one thread at a time that makes it or any of its services.

    On CPython 3.11 two threads in `ast.parse`, which werkzeug's routes are made with, can fail with "AST constructor
    recursion depth mismatch" (a counter that threads share).
    """
    with _MAKING:
        return _moto_application()


@cache
def _moto_application() -> "WSGIApplication":
    os.environ.setdefault("MOTO_ACCOUNT_ID", ACCOUNT)  # moto reads it once, when it is imported
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from moto.utilities.id_generator import moto_id_manager

    from local_cloud.lacking import naming_what_it_lacks, no_such_service
    from local_cloud.moto_gaps import fill
    from local_cloud.moto_ids import hosted_zone_id

    moto_id_manager.add_id_source(hosted_zone_id)

    def backend(service: str | None) -> "WSGIApplication":
        if not service:
            return no_such_service
        with _MAKING:
            fill(service)
            return _FirstAlone(naming_what_it_lacks(create_backend_app(service)))

    application: WSGIApplication = DomainDispatcherApplication(backend)
    return application


class _FirstAlone:
    """A service of moto's, which makes the other half of its routes while it answers its first request."""

    def __init__(self, service: "WSGIApplication") -> None:
        self._service = service
        self._ready = False

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if self._ready:
            return self._service(environ, start_response)
        with _MAKING:
            answer = self._service(environ, start_response)
            self._ready = True
            return answer


@cache
def _session() -> Any:
    """One for all, as it keeps what it read of botocore's data; Any, for the caller names the service."""
    import boto3

    return boto3.Session(aws_access_key_id=ACCOUNT, aws_secret_access_key=SECRET, region_name="us-east-1")


class _Raw(BytesIO):
    """What botocore expects of urllib3's response: a file that can also be streamed."""

    def stream(self, amt: int = 65536, **_: Any) -> Iterable[bytes]:
        while chunk := self.read(amt):
            yield chunk


def _of_s3(host: str) -> bool:
    """AWS's own, or this machine, by whatever name: a client that knows one endpoint only writes its URLs with that."""
    return host.endswith((".amazonaws.com", ".amazonaws.com.cn", "localhost")) or "." not in host or host[-1].isdigit()


def _bucket_and_key(host: str, path: str) -> tuple[str, str]:
    """Virtual-hosted (`bucket.s3.region.amazonaws.com/key`) and path style (`s3.region…/bucket/key`) alike."""
    bucket, marker, _ = host.partition(".s3")
    if marker:
        return bucket, path
    bucket, _, key = path.partition("/")
    return bucket, key


def _text_headers(request: AWSPreparedRequest) -> list[tuple[str, str]]:
    return [
        (name, value.decode() if isinstance(value, bytes) else str(value)) for name, value in request.headers.items()
    ]


def _bytes(body: Any) -> bytes:
    if hasattr(body, "read"):
        body = body.read()
    return body.encode() if isinstance(body, str) else bytes(body or b"")
