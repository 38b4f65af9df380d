"""From an origin's domain name to what answers there: a bucket, an HTTP API, a function URL, or this machine.

The rule: names decide, as in DNS. A name that nothing deployed has is CloudFront's 502.
"""

import http.client
import re
from collections.abc import Sequence

from local_cloud.edge import function_url
from local_cloud.edge.answers import NO_CONNECTION, NO_ORIGIN_NAME, TOO_SLOW, cloudfront_error
from local_cloud.edge.distribution import LOOPBACK, Distribution, Origin
from local_cloud.edge.http_api import HttpApi
from local_cloud.edge.invoke import Invoke, TooSlow
from local_cloud.edge.live import Live
from local_cloud.edge.messages import Headers, Request, Response
from local_cloud.edge.s3_origin import DOMAIN, Reader, S3Origin, Services

EXECUTE_API = re.compile(r"^([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com$")
LAMBDA_URL = re.compile(r"^[a-z0-9]+\.lambda-url\.[a-z0-9-]+\.on\.aws$")


class Origins:
    """Everything that a distribution can have as its origin here."""

    def __init__(self, live: Live, services: Services, invoke: Invoke) -> None:
        self._live = live
        self._invoke = invoke
        self._s3 = S3Origin(live, services)

    def fetch(self, origin: Origin, request: Request, site: Distribution) -> Response:
        """The origin's answer, or CloudFront's own page when there is none."""
        try:
            return self._fetch(origin, request, site)
        except TooSlow:
            return cloudfront_error(504, TOO_SLOW)
        except (OSError, http.client.HTTPException):
            return cloudfront_error(502, NO_CONNECTION)

    def _fetch(self, origin: Origin, request: Request, site: Distribution) -> Response:
        if bucket := DOMAIN.match(origin.domain):
            reader = Reader(arn=site.arn, account=site.account, signs=origin.signs == "s3")
            return self._s3.handle(bucket.groupdict(), request, reader, host=origin.domain)
        if origin.domain in LOOPBACK:
            return _proxied(origin, request)
        if origin.protocol == "http-only" and (EXECUTE_API.match(origin.domain) or LAMBDA_URL.match(origin.domain)):
            return cloudfront_error(502, NO_CONNECTION)  # nothing listens on port 80 there
        if (named := EXECUTE_API.match(origin.domain)) and (api := self._api(named[1])):
            return api.handle(request, seconds=origin.read_timeout)
        if LAMBDA_URL.match(origin.domain) and (url := function_url.find(self._live, origin.domain)):
            caller = function_url.Caller(arn=site.arn, signs=origin.signs == "lambda")
            called = function_url.FunctionUrl(url, self._live, self._invoke)
            return called.handle(request, caller, seconds=origin.read_timeout)
        return cloudfront_error(502, NO_ORIGIN_NAME)

    def _api(self, api_id: str) -> HttpApi | None:
        api = self._live.one("AWS::ApiGatewayV2::Api", api_id)
        return HttpApi(api, self._live, self._invoke) if api else None


def _proxied(origin: Origin, request: Request) -> Response:
    """A server on this machine, over plain HTTP: `groat dev` puts uvicorn there."""
    connection = http.client.HTTPConnection(origin.domain, origin.http_port, timeout=origin.read_timeout)
    try:
        connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
        for name, value in _sent(request):
            connection.putheader(name, value)
        connection.endheaders(request.body)
        answer = connection.getresponse()
        fields = Headers(tuple(answer.getheaders())).without("Connection", "Transfer-Encoding", "Keep-Alive")
        return Response(status=answer.status, headers=fields, body=answer.read())
    finally:
        connection.close()


def _sent(request: Request) -> Sequence[tuple[str, str]]:
    length = [("Content-Length", str(len(request.body)))] if request.body else []
    return [*request.headers.without("Content-Length"), *length]
