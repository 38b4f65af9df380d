"""The edge as the local cloud composes it: one object for all distributions, one WSGI application for each.

The rule: here ids become values; the modules behind get them as arguments, and ask only `Live`. A visit is a log line.
"""

import logging
import time
from typing import TYPE_CHECKING

from local_cloud.edge.answers import BAD_REQUEST, cloudfront_error
from local_cloud.edge.cloudfront import CloudFront
from local_cloud.edge.invoke import Invoke
from local_cloud.edge.live import Find, Live
from local_cloud.edge.messages import Request, Response
from local_cloud.edge.origins import Origins
from local_cloud.edge.policies import truth
from local_cloud.edge.reading import read
from local_cloud.edge.s3_origin import Services
from local_cloud.edge.wsgi import wsgi

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

DISTRIBUTION = "AWS::CloudFront::Distribution"
LOG = logging.getLogger("local_cloud")


class Edge:
    """What is deployed, served. `deployed` is the engine's; `invoke` calls a function by name."""

    def __init__(self, deployed: Find, *, services: Services, invoke: Invoke) -> None:
        self._deployed = deployed
        self._services = services
        self._invoke = invoke

    def handle(self, distribution_id: str, request: Request) -> Response:
        """The answer of a distribution to a viewer; one that is not deployed, or disabled, refuses."""
        started = time.perf_counter()
        response = self._answer(distribution_id, request)
        milliseconds = (time.perf_counter() - started) * 1000
        LOG.info("%s %s %d %.0f ms", request.method, request.target, response.status, milliseconds)
        return response

    def wsgi(self, distribution_id: str) -> "WSGIApplication":
        """A distribution as a WSGI application."""
        return wsgi(lambda request: self.handle(distribution_id, request))

    def _answer(self, distribution_id: str, request: Request) -> Response:
        live = Live(self._deployed)
        found = live.one(DISTRIBUTION, distribution_id)
        if not found or not truth(found.properties["DistributionConfig"].get("Enabled")):
            return cloudfront_error(403, BAD_REQUEST)
        return CloudFront(read(found, live), Origins(live, self._services, self._invoke)).handle(request)
