"""The edge in front of a site: CloudFront, HTTP API and Function URL, as the *deployed* stack says.

The rule: nothing here knows a template. The engine is asked what is deployed at each request (`deployed(type)`), so an
update shows at once; values in, values out, and the only I/O is S3 (a boto3 client) and the function (`Invoke`).

    edge = Edge(engine.deployed, services=services, invoke=runtime.invoke)
    edge.handle("E2ABC…", Request(method="GET", path="/", headers=Headers((("Host", "127.0.0.1:8080"),))))
    Server(edge.wsgi("E2ABC…"))      # one loopback port per distribution

Differences from CloudFront, all deliberate: nothing is cached (X-Cache is always `Miss from cloudfront`); http plays
https, so that viewer protocol policies never redirect and `https://<this host>` in a Location comes back as http; the
viewer's Host is the loopback one, since that is what the browser sends.
"""

from local_cloud.edge.invoke import FunctionError, Invoke, TooSlow
from local_cloud.edge.live import Deployed
from local_cloud.edge.messages import Headers, Request, Response
from local_cloud.edge.server import Edge

__all__ = ["Deployed", "Edge", "FunctionError", "Headers", "Invoke", "Request", "Response", "TooSlow"]
