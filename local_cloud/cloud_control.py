"""Cloud Control API, as far as it reads: what CloudFormation made, by type and identifier.

The rule: it knows what stacks know and nothing else, and changes nothing. `sam list endpoints` asks it.
Source: the API reference of CloudControl, GetResource and ListResources.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from local_cloud.cloudformation import Deployed
from local_cloud.cloudformation.schemas.provider import schema
from local_cloud.develop import Find
from local_cloud.server import CloudRequest

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TARGET = "CloudApiService."
JSON = "application/x-amz-json-1.0"
Json = Mapping[str, Any]


class _Refused(Exception):
    """The code and the text of an answer."""


class CloudControl:
    """A middleware: answers what is asked of Cloud Control; everything else goes on. `find` is the engine's."""

    def __init__(self, find: Find) -> None:
        self._find = find

    def __call__(self, others: "WSGIApplication") -> "WSGIApplication":
        def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            operation = str(environ.get("HTTP_X_AMZ_TARGET", ""))
            if not operation.startswith(TARGET):
                return others(environ, start_response)
            return self._answer(operation.removeprefix(TARGET), CloudRequest(environ))(environ, start_response)

        return application

    def _answer(self, operation: str, request: CloudRequest) -> Response:
        asked, region = json.loads(request.get_data() or b"{}"), request.scope.region if request.scope else ""
        try:
            return Response(json.dumps(self._told(operation, asked, region)), content_type=JSON)
        except _Refused as refused:
            code, message = refused.args
            body = json.dumps({"__type": code, "message": message})
            return Response(body, 400, {"x-amzn-ErrorType": code}, content_type=JSON)

    def _told(self, operation: str, asked: Json, region: str) -> Json:
        kind = str(asked.get("TypeName"))
        there = [each for each in self._find(kind) if each.stack_id.split(":")[3] == region]
        match operation:
            case "GetResource":
                return {"TypeName": kind, "ResourceDescription": _one(there, kind, str(asked.get("Identifier")))}
            case "ListResources":
                return {"TypeName": kind, "ResourceDescriptions": list(map(_description, there))}
        raise _Refused("UnsupportedActionException", f"The local cloud does not have CloudControl's {operation}")


def _one(there: Sequence[Deployed], kind: str, identifier: str) -> Json:
    for each in there:
        name = each.physical_id.rpartition(":")[2]  # of what is known by an ARN; sam asks so for a function's URL
        if identifier in (each.physical_id, name, _identifier(each)):
            return _description(each)
    text = f"Resource of type '{kind}' with identifier '{identifier}' was not found."
    raise _Refused("ResourceNotFoundException", text)


def _description(resource: Deployed) -> Json:
    values = {**resource.attributes, **resource.properties}
    return {"Identifier": _identifier(resource), "Properties": json.dumps(values)}


def _identifier(resource: Deployed) -> str:
    """The parts of the primary identifier; what has an id that AWS assigns is known by that."""
    return "|".join(_parts(resource)) or resource.physical_id


def _parts(resource: Deployed) -> Iterator[str]:
    for name in schema(resource.type).primary_identifier:
        yield str(resource.attributes.get(name) or resource.properties.get(name) or resource.physical_id)
