"""The edge as the local cloud composes it: one object for all distributions and APIs, one WSGI application for each.

The rule: here ids become values; everything behind is told, and asks only `Live`.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from local_cloud.edge.answers import BAD_REQUEST, api_error, cloudfront_error
from local_cloud.edge.cloudfront import CloudFront
from local_cloud.edge.distribution import distribution
from local_cloud.edge.http_api import HttpApi
from local_cloud.edge.invoke import Invoke
from local_cloud.edge.live import Deployed, Live
from local_cloud.edge.messages import Request, Response
from local_cloud.edge.origins import Origins
from local_cloud.edge.policies import truth
from local_cloud.edge.s3_origin import Services
from local_cloud.edge.wsgi import wsgi

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

DISTRIBUTION = "AWS::CloudFront::Distribution"


class Edge:
    """What is deployed, served. `deployed` is the engine's; `invoke` calls a function by name."""

    def __init__(self, deployed: Callable[[str], Sequence[Deployed]], *, services: Services, invoke: Invoke) -> None:
        self._live = Live(deployed)
        self._invoke = invoke
        self._origins = Origins(self._live, services, invoke)

    def handle(self, distribution_id: str, request: Request) -> Response:
        """The answer of a distribution to a viewer; one that is not deployed, or disabled, refuses."""
        found = self._live.one(DISTRIBUTION, distribution_id)
        if not found or not truth(found.properties["DistributionConfig"].get("Enabled")):
            return cloudfront_error(403, BAD_REQUEST)
        return CloudFront(distribution(found), self._live, self._origins).handle(request)

    def handle_api(self, api_id: str, request: Request) -> Response:
        """The answer of an HTTP API as if called on its own execute-api name."""
        found = self._live.one("AWS::ApiGatewayV2::Api", api_id)
        if not found:
            return api_error(404)
        api = HttpApi(found, self._live, self._invoke)
        return api.handle(request.but(headers=request.headers.setting(("Host", api.domain))))

    def wsgi(self, distribution_id: str) -> "WSGIApplication":
        """A distribution as a WSGI application."""
        return wsgi(lambda request: self.handle(distribution_id, request))

    def api_wsgi(self, api_id: str) -> "WSGIApplication":
        """An HTTP API as a WSGI application."""
        return wsgi(lambda request: self.handle_api(api_id, request))
