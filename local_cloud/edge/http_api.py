"""API Gateway's HTTP API: from a request on an execute-api name to the function's answer.

The rule: what stands in the way on AWS stands in the way here, in AWS's order: host name, disabled endpoint, stage,
route, size, permission, the function itself. Routes come from the API's OpenAPI body, as SAM writes it, or from Route
and Integration resources. Not simulated: authorizers, throttling, custom domain names, payload format 1.0.
Sources: "Working with routes for HTTP APIs", "Quotas for HTTP APIs" (10 MB, 30 s) in the API Gateway developer guide.
"""

import logging
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from local_cloud.edge import cors, payload, permissions
from local_cloud.edge.answers import api_error
from local_cloud.edge.invoke import TOO_LARGE, FunctionError, Invoke, TooSlow
from local_cloud.edge.live import Deployed, Live, account, region
from local_cloud.edge.messages import Request, Response
from local_cloud.edge.policies import truth

LARGEST = 10 * 1024 * 1024
SLOWEST = 30.0
FUNCTION = re.compile(r"arn:aws[\w-]*:lambda:[^:]+:\d+:function:([^:/]+)")
LOG = logging.getLogger("local_cloud")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`key` is as in the console: `GET /items/{id}`, `ANY /api/{proxy+}`, `$default`."""

    key: str
    function: str
    seconds: float

    @property
    def method(self) -> str:
        return self.key.partition(" ")[0] if " " in self.key else "ANY"

    @property
    def path(self) -> str:
        return self.key.partition(" ")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    route: Route
    parameters: Mapping[str, str]


class HttpApi:
    """One deployed AWS::ApiGatewayV2::Api."""

    def __init__(self, api: Deployed, live: Live, invoke: Invoke) -> None:
        self._api = api
        self._live = live
        self._invoke = invoke
        self.domain = f"{api.physical_id}.execute-api.{region(api)}.amazonaws.com"

    def handle(self, request: Request, *, seconds: float = SLOWEST) -> Response:
        """The API's answer; `seconds` is how long the caller waits. Raises TooSlow when only the caller gave up."""
        if request.headers.get("Host").partition(":")[0].lower() != self.domain:
            return api_error(403)
        if truth(self._api.properties.get("DisableExecuteApiEndpoint")):
            return api_error(404)
        rules = cors.rules(self._api.properties)
        if preflight := cors.preflight(rules, request):
            return preflight
        return cors.answered(rules, request, self._staged(request, seconds))

    def _staged(self, request: Request, seconds: float) -> Response:
        stages = {stage.properties["StageName"] for stage in self._live.where(STAGE, ApiId=self._api.physical_id)}
        first, _, rest = unquote(request.path).removeprefix("/").partition("/")
        if first in stages:
            return self._routed(request, first, f"/{rest}", seconds)
        if "$default" in stages:
            return self._routed(request, "$default", unquote(request.path), seconds)
        return api_error(404)

    def _routed(self, request: Request, stage: str, path: str, seconds: float) -> Response:
        matched = match(tuple(routes(self._api, self._live)), request.method, path)
        if not matched:
            return api_error(404)
        if len(request.body) > LARGEST:
            return api_error(413, "Request Entity Too Large")
        source = f"arn:aws:execute-api:{region(self._api)}:{account(self._api)}:{self._api.physical_id}/{stage}"
        sources = (f"{source}/{matched.route.key}", f"{source}/{request.method}{path}")
        if not permissions.invocable(self._live, matched.route.function, "apigateway.amazonaws.com", sources):
            LOG.warning("%s may not invoke %s: no AWS::Lambda::Permission", self.domain, matched.route.function)
            return api_error(500)
        return self._invoked(request, self._call(matched, stage, path), matched.route, seconds)

    def _invoked(self, request: Request, call: payload.Call, route: Route, seconds: float) -> Response:
        """A function that fails or runs into its own timeout is a 500; only the API's own limit is a 503."""
        patience = min(route.seconds, seconds)
        try:
            answer = payload.response(self._invoke(route.function, payload.event(request, call), seconds=patience))
            return answer.but(headers=answer.headers.adding(("Apigw-Requestid", call.request_id)))
        except TooSlow:
            if patience < route.seconds:
                raise
            return api_error(503)
        except (FunctionError, payload.PayloadError) as error:
            LOG.warning("%s %s: %s", request.method, request.path, error)
            too_large = isinstance(error, FunctionError) and error.kind == TOO_LARGE
            return api_error(413, "Request Entity Too Large") if too_large else api_error(500)

    def _call(self, matched: Matched, stage: str, path: str) -> payload.Call:
        return payload.Call(
            account=account(self._api),
            api_id=self._api.physical_id,
            domain=self.domain,
            stage=stage,
            route_key=matched.route.key,
            raw_path=path if stage == "$default" else f"/{stage}{path}",
            request_id=str(uuid.uuid4()),
            at=datetime.now(UTC),
            path_parameters=matched.parameters,
        )


STAGE = "AWS::ApiGatewayV2::Stage"


def routes(api: Deployed, live: Live) -> Iterator[Route]:
    """Every route of the API, of its OpenAPI body and of Route resources."""
    for path, methods in (api.properties.get("Body") or {}).get("paths", {}).items():
        for method, operation in methods.items():
            if integration := operation.get("x-amazon-apigateway-integration"):
                yield _route(_key(method, path), integration["uri"], integration.get("timeoutInMillis"))
    for resource in live.where("AWS::ApiGatewayV2::Route", ApiId=api.physical_id):
        target = resource.properties.get("Target", "").removeprefix("integrations/")
        if integrated := live.one("AWS::ApiGatewayV2::Integration", target):
            properties = integrated.properties
            yield _route(
                resource.properties["RouteKey"], properties["IntegrationUri"], properties.get("TimeoutInMillis")
            )


def match(routes: tuple[Route, ...], method: str, path: str) -> Matched | None:
    """The most specific route: a full path before a greedy one, a named method before ANY, $default last."""
    found = [
        (_rank(route), Matched(route=route, parameters=parameters))
        for route in routes
        if route.method in (method, "ANY") and (parameters := _parameters(route, path)) is not None
    ]
    return min(found, key=lambda each: each[0])[1] if found else None


def _rank(route: Route) -> tuple[bool, bool, int, bool]:
    greedy, variables = "+}" in route.path, route.path.count("{")
    return (route.key == "$default", greedy, -len(route.path) if greedy else variables, route.method == "ANY")


def _parameters(route: Route, path: str) -> dict[str, str] | None:
    if route.key == "$default":
        return {}
    pattern = "".join(_segment(part) for part in re.split(r"(\{[^}]+\})", route.path))
    found = re.fullmatch(pattern, path)
    names = re.findall(r"\{([^}+]+)\+?\}", route.path)
    return dict(zip(names, found.groups(), strict=True)) if found else None


def _segment(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    return "(.+)" if part.endswith("+}") else "([^/]+)"


def _key(method: str, path: str) -> str:
    named = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
    # SAM writes the default route as "/$default"
    return "$default" if path.removeprefix("/") == "$default" else f"{named} {path}"


def _route(key: str, uri: Any, milliseconds: Any) -> Route:
    function = FUNCTION.search(str(uri))
    name = function[1] if function else str(uri)
    return Route(key=key, function=name, seconds=min(float(milliseconds or SLOWEST * 1000) / 1000, SLOWEST))
