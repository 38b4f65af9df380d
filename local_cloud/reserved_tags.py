"""Tags that begin with `aws:` belong to AWS: callers of a service can neither add nor remove them.

The rule: it is a middleware in front of moto for calls about tags; CloudFormation's own calls pass.
Sources: "The aws: prefix is reserved" (user guide, resource tags); S3's words from public issues; the other services'
words are CloudFormation's for the same thing (assumed).
"""

import json
import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree

from botocore.exceptions import ClientError
from werkzeug.wrappers import Request, Response

from local_cloud.fronts import refused_in_json, refused_in_xml
from local_cloud.services import ACCOUNT, OF_AWS, Services

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    Called = tuple[WSGIEnvironment, StartResponse]

RESERVED = "aws: prefixed tag key names are not allowed for external use."
NOT_REMOVED = "System Tags cannot be removed by requester"
TAGGING = re.compile(r"(?:[^.]+\.)?(Tag|Untag|AddTags|RemoveTags)\w*")  # X-Amz-Target of JSON, Action of a form
FORM_KEY = re.compile(r"Tags\.member\.\d+\.Key|TagKeys\.member\.\d+")
LAMBDA = re.compile(r"/[\d-]+/tags/arn:[^/]+:function:[^/]+")
BUCKET = re.compile(r"/([^/]+)/?")
SEALS = ("HTTP_CONTENT_MD5", "HTTP_X_AMZ_CHECKSUM_CRC32", "HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM")

Tags = dict[str, str]


class ReservedTags:
    """The middleware: `services` are asked which of AWS's tags a bucket has."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def __call__(self, moto: "WSGIApplication") -> "WSGIApplication":
        def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            request, called = Request(environ), (environ, start_response)
            if environ.get(OF_AWS):
                return moto(*called)
            bucket = BUCKET.fullmatch(request.path)
            if bucket and "tagging" in request.args and request.method in ("PUT", "DELETE"):
                return self._bucket(bucket[1], request, called, moto)
            return (_refusal(request) or moto)(*called)

        return application

    def _bucket(self, name: str, request: Request, called: "Called", moto: "WSGIApplication") -> Iterable[bytes]:
        """PutBucketTagging sets all tags at once: it is allowed if AWS's are among them, and refused otherwise."""
        system = {key: value for key, value in self._tags(name).items() if key.startswith("aws:")}
        if not system:
            return moto(*called)
        if request.method == "PUT":
            root = ElementTree.fromstring(request.get_data())
            if system.items() - _written(root).items():
                return _xml_error("InvalidTag", NOT_REMOVED)(*called)
            _replace_body(called[0], _without(root, system))
        answer = list(moto(*called))
        self._give_back(name, system)
        return answer

    def _tags(self, bucket: str) -> Tags:
        try:
            found = self._services.client("s3", of_aws=True).get_bucket_tagging(Bucket=bucket)["TagSet"]
        except ClientError:
            return {}
        return {tag["Key"]: tag["Value"] for tag in found}

    def _give_back(self, bucket: str, tags: Tags) -> None:
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        client = self._services.client("s3control", of_aws=True)
        client.tag_resource(AccountId=ACCOUNT, ResourceArn=f"arn:aws:s3:::{bucket}", Tags=listed)


def _refusal(request: Request) -> Response | None:
    """The response to a call that adds or removes AWS's tags by their keys."""
    if request.mimetype == "application/x-www-form-urlencoded":
        return _form_refusal(dict(parse_qsl(_read(request).decode(errors="replace"))))
    if LAMBDA.fullmatch(request.path):
        keys = [*request.args.getlist("tagKeys"), *_keys(_body(request).get("Tags", {}))]
        code = "InvalidParameterValueException"
    elif TAGGING.fullmatch(request.headers.get("X-Amz-Target", "")):
        keys = [key for name, value in _body(request).items() if name.lower().startswith("tag") for key in _keys(value)]
        code = "ValidationException"
    else:
        return None
    return refused_in_json(code, RESERVED) if _reserved(keys) else None


def _form_refusal(form: Tags) -> Response | None:
    """The same for services that are asked by a form, and answer in XML."""
    keys = [value for name, value in form.items() if FORM_KEY.fullmatch(name)]
    refused = TAGGING.fullmatch(form.get("Action", "")) and _reserved(keys)
    return refused_in_xml("ValidationError", RESERVED) if refused else None


def _reserved(keys: Iterable[str]) -> bool:
    return any(key.lower().startswith("aws:") for key in keys)


def _read(request: Request) -> bytes:
    """The body, which stays readable for whoever is next."""
    data = request.get_data()
    request.environ["wsgi.input"] = BytesIO(data)
    return data


def _body(request: Request) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(_read(request) or b"{}")
    return read


def _keys(tags: Any) -> Iterator[str]:
    """The keys of tags in a map, in a list of Key and Value, or in a list of keys."""
    for each in tags:
        yield str(each.get("Key", "")) if isinstance(each, dict) else str(each)


def _written(root: ElementTree.Element) -> Tags:
    return {each.findtext("{*}Key", ""): each.findtext("{*}Value", "") for each in root.iterfind(".//{*}Tag")}


def _without(root: ElementTree.Element, tags: Tags) -> bytes:
    for parent in root.iterfind("{*}TagSet"):
        for each in [tag for tag in parent if tag.findtext("{*}Key") in tags]:
            parent.remove(each)
    namespace = root.tag.partition("}")[0].removeprefix("{") if root.tag.startswith("{") else None
    return bytes(ElementTree.tostring(root, encoding="utf-8", default_namespace=namespace))


def _replace_body(environ: "WSGIEnvironment", body: bytes) -> None:
    for seal in SEALS:
        environ.pop(seal, None)
    environ.update({"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))})


def _xml_error(code: str, message: str) -> Response:
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Response(body, 400, content_type="application/xml")
