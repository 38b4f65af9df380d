"""CORS as an HTTP API does it itself when CorsConfiguration (or SAM's body extension) is set.

The rule: then the API decides alone. It answers preflights without asking the function, and takes the function's own
CORS headers off every response. Source: "Configure CORS for HTTP APIs" in the API Gateway developer guide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local_cloud.edge.messages import Headers, Request, Response
from local_cloud.edge.policies import truth
from local_cloud.edge.wildcards import matches


@dataclass(frozen=True, slots=True, kw_only=True)
class Cors:
    """What the API allows other origins. `max_age` in seconds."""

    origins: Sequence[str]
    methods: Sequence[str]
    headers: Sequence[str]
    exposed: Sequence[str]
    credentials: bool
    max_age: int | None


def rules(properties: Mapping[str, Any]) -> Cors | None:
    """From the API's CorsConfiguration, or from x-amazon-apigateway-cors in its body."""
    body = properties.get("Body") or {}
    raw = properties.get("CorsConfiguration") or body.get("x-amazon-apigateway-cors")
    if not raw:
        return None
    config = {key[:1].lower() + key[1:]: value for key, value in raw.items()}
    return Cors(
        origins=config.get("allowOrigins", []),
        methods=config.get("allowMethods", []),
        headers=config.get("allowHeaders", []),
        exposed=config.get("exposeHeaders", []),
        credentials=truth(config.get("allowCredentials")),
        max_age=config.get("maxAge"),
    )


def preflight(cors: Cors | None, request: Request) -> Response | None:
    """The API's own answer to a preflight; None when the request is none."""
    if not cors or request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
        return None
    if not (allowed := _allowed(cors, request)):
        return Response(status=204)
    named = (
        ("Access-Control-Allow-Methods", ",".join(cors.methods)),
        ("Access-Control-Allow-Headers", ",".join(cors.headers)),
        ("Access-Control-Max-Age", str(cors.max_age) if cors.max_age is not None else ""),
    )
    return Response(status=204, headers=Headers((*allowed, *(field for field in named if field[1]))))


def answered(cors: Cors | None, request: Request, response: Response) -> Response:
    if not cors:
        return response
    theirs = [name for name, _ in response.headers if name.lower().startswith("access-control-")]
    exposed = [("Access-Control-Expose-Headers", ",".join(cors.exposed))] if cors.exposed else []
    allowed = _allowed(cors, request)
    return response.but(headers=response.headers.without(*theirs).adding(*allowed, *(exposed if allowed else ())))


def _allowed(cors: Cors, request: Request) -> list[tuple[str, str]]:
    origin = request.headers.get("Origin")
    if not origin or not any(matches(each, origin) for each in cors.origins):
        return []
    shown = "*" if "*" in cors.origins and not cors.credentials else origin
    return [
        ("Access-Control-Allow-Origin", shown),
        *([("Access-Control-Allow-Credentials", "true")] if cors.credentials else []),
    ]
