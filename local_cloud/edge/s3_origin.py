"""A bucket behind CloudFront: whether the distribution may read, and the object as S3 would answer.

The rule: permission first, existence second. Who may not list a bucket is told 403 for a key that does not exist.
Source: "Restrict access to an Amazon S3 origin" (CloudFront developer guide), GetObject's errors (S3 API reference).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import unquote

from botocore.exceptions import ClientError

from local_cloud.edge import permissions
from local_cloud.edge.answers import s3_error
from local_cloud.edge.live import Live, region
from local_cloud.edge.messages import Headers, Request, Response

DOMAIN = re.compile(r"^(?P<bucket>.+)\.s3(?:[.-](?P<region>[a-z]{2}(?:-[a-z]+)+-\d))?\.amazonaws\.com$")
CLOUDFRONT = "cloudfront.amazonaws.com"
SHOWN = {
    *("content-type", "content-language", "content-encoding", "content-disposition", "cache-control", "expires"),
    *("etag", "last-modified", "x-amz-version-id", "x-amz-server-side-encryption", "x-amz-website-redirect-location"),
}


class Services(Protocol):
    """boto3 clients of the local cloud's own services."""

    def client(self, service: str, region: str = ...) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """The distribution that reads; it signs when an origin access control says so."""

    arn: str
    account: str
    signs: bool


class S3Origin:
    """Every bucket of the local cloud."""

    def __init__(self, live: Live, services: Services) -> None:
        self._live = live
        self._services = services

    def handle(self, domain: Mapping[str, str | None], request: Request, reader: Reader, *, host: str) -> Response:
        """`domain` is what DOMAIN found in the origin's name; `host` is that name."""
        bucket = str(domain["bucket"])
        if request.headers.get("Host") != host and reader.signs:
            return s3_error(403, "SignatureDoesNotMatch", SIGNATURE)
        if moved := self._moved(bucket, domain["region"]):
            return moved
        if request.method == "OPTIONS":
            return s3_error(403, "AccessForbidden", "CORSResponse: CORS is not enabled for this bucket.")
        if request.method not in ("GET", "HEAD"):
            return s3_error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
        key = unquote(request.path).removeprefix("/")
        if not key or not self._may(reader, bucket, "s3:GetObject", f"/{key}") or self._is_encrypted_away(bucket):
            return s3_error(403, "AccessDenied", "Access Denied")
        return self._object(bucket, key, request, reader)

    def _object(self, bucket: str, key: str, request: Request, reader: Reader) -> Response:
        try:
            found = self._services.client("s3").get_object(Bucket=bucket, Key=key)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "NoSuchKey" and self._may(reader, bucket, "s3:ListBucket", ""):
                return s3_error(404, "NoSuchKey", "The specified key does not exist.")
            if code == "NoSuchBucket":
                return s3_error(404, "NoSuchBucket", "The specified bucket does not exist")
            return s3_error(403, "AccessDenied", "Access Denied")
        headers = found["ResponseMetadata"]["HTTPHeaders"].items()
        shown = [(name.title(), value) for name, value in headers if name in SHOWN or name.startswith("x-amz-meta-")]
        whole = Response(
            headers=Headers((*shown, ("Accept-Ranges", "bytes"), ("Server", "AmazonS3"))), body=found["Body"].read()
        )
        return ranged(request, conditional(request, whole))

    def _may(self, reader: Reader, bucket: str, action: str, path: str) -> bool:
        attempt = permissions.Attempt(
            service=CLOUDFRONT if reader.signs else None,
            action=action,
            resource=f"arn:aws:s3:::{bucket}{path}",
            source_arn=reader.arn,
            source_account=reader.account,
        )
        policies = self._live.where("AWS::S3::BucketPolicy", Bucket=bucket)
        return any(permissions.allows(policy.properties.get("PolicyDocument"), attempt) for policy in policies)

    def _is_encrypted_away(self, bucket: str) -> bool:
        """SSE-KMS under a key whose policy does not name CloudFront."""
        resource = self._live.one("AWS::S3::Bucket", bucket)
        rules = (resource.properties if resource else {}).get("BucketEncryption", {})
        defaults = [
            rule.get("ServerSideEncryptionByDefault", {}) for rule in rules.get("ServerSideEncryptionConfiguration", [])
        ]
        keys = [
            each.get("KMSMasterKeyID", "") for each in defaults if str(each.get("SSEAlgorithm")).startswith("aws:kms")
        ]
        return any(not self._names_cloudfront(key) for key in keys)

    def _names_cloudfront(self, key: str) -> bool:
        resource = self._live.one("AWS::KMS::Key", key)
        policy = resource.properties.get("KeyPolicy") if resource else None
        return any(CLOUDFRONT in str(statement.get("Principal")) for statement in permissions.statements(policy))

    def _moved(self, bucket: str, named: str | None) -> Response | None:
        """The global name of a bucket elsewhere than in us-east-1 redirects for its first hours."""
        resource = self._live.one("AWS::S3::Bucket", bucket)
        home = region(resource) if resource else "us-east-1"
        if named or home == "us-east-1":
            return None
        location = f"https://{bucket}.s3.{home}.amazonaws.com/"
        answer = s3_error(307, "TemporaryRedirect", "Please re-send this request to the specified temporary endpoint.")
        return answer.but(headers=answer.headers.adding(("Location", location)))


SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. Check your key and signing method."
)


def conditional(request: Request, response: Response) -> Response:
    """A 304 when the viewer has it already (If-None-Match before If-Modified-Since, RFC 9110)."""
    if known := request.headers.get("If-None-Match"):
        etag = response.headers.get("ETag").removeprefix("W/")
        fresh = known.strip() == "*" or etag in [each.strip().removeprefix("W/") for each in known.split(",")]
    else:
        since = _moment(request.headers.get("If-Modified-Since"))
        changed = _moment(response.headers.get("Last-Modified"))
        fresh = since is not None and changed is not None and changed <= since
    return response.but(status=304, body=b"", headers=response.headers.without("Content-Type")) if fresh else response


def ranged(request: Request, response: Response) -> Response:
    """A 206 with the one range asked for, 416 when there is nothing in it; several ranges get the whole."""
    asked = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("Range"))
    if response.status != 200 or not asked or not any(asked.groups()):
        return response
    size = len(response.body)
    first, last = (int(each) if each else None for each in asked.groups())
    start = max(size - (last or 0), 0) if first is None else first
    end = size if first is None or last is None else min(last + 1, size)
    if start >= size or start >= end:
        refused = s3_error(416, "InvalidRange", "The requested range is not satisfiable")
        return refused.but(headers=refused.headers.adding(("Content-Range", f"bytes */{size}")))
    part = ("Content-Range", f"bytes {start}-{end - 1}/{size}")
    return response.but(status=206, headers=response.headers.adding(part), body=response.body[start:end])


def _moment(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC) if text else None
    except ValueError:
        return None
