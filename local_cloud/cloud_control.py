"""Cloud Control API, as far as it reads: what CloudFormation made, by type and identifier.

The rule: it knows what stacks know and nothing else, and changes nothing. `sam list endpoints` asks it.
Source: the API reference of CloudControl, GetResource and ListResources.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from werkzeug.wrappers import Response

from local_cloud.cloudformation import Deployed, Find
from local_cloud.cloudformation.schemas.provider import schema
from local_cloud.edge.live import region
from local_cloud.fronts import refused_in_json
from local_cloud.server import CloudRequest

TARGET = "CloudApiService."
JSON = "application/x-amz-json-1.0"
Json = Mapping[str, Any]


class _Refused(Exception):
    """The code and the text of an answer."""


def cloud_control(find: Find, request: CloudRequest) -> Response | None:
    """The answer to what is asked of Cloud Control; `find` is the engine's."""
    operation = request.headers.get("X-Amz-Target", "")
    if not operation.startswith(TARGET):
        return None
    asked, where = json.loads(request.get_data() or b"{}"), request.scope.region if request.scope else ""
    try:
        return Response(json.dumps(_told(find, operation.removeprefix(TARGET), asked, where)), content_type=JSON)
    except _Refused as refused:
        return refused_in_json(*refused.args, content_type=JSON)


def _told(find: Find, operation: str, asked: Json, where: str) -> Json:
    kind = str(asked.get("TypeName"))
    there = [each for each in find(kind) if region(each) == where]
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
