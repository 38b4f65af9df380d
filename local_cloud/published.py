"""Published versions of functions keep the code that they were published with, as on AWS.

In moto a version shares its dictionary of the code with the function, and an update writes into it, so that the version
would run the new image. The rule: as a middleware in front of moto, give the function a dictionary of its own before
its code changes, so that versions stay as they are for every client. Source: "Manage Lambda function versions" in the
Lambda developer guide: code and settings of a version are locked.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import unquote

from local_cloud.server import CloudRequest
from local_cloud.services import ACCOUNT

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = re.compile(r"/2015-03-31/functions/(?P<name>.+)/code/?")


def published(moto: "WSGIApplication") -> "WSGIApplication":
    """The middleware."""

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = CloudRequest(environ)
        called = PATH.fullmatch(unquote(request.path)) if request.method == "PUT" else None
        if called and (scope := request.scope):
            own_code(called["name"], scope.region)
        return moto(environ, start_response)

    return application


def own_code(name: str, region: str) -> None:
    """Does nothing for a function that does not exist; moto says so itself."""
    from moto.awslambda.exceptions import UnknownFunctionException
    from moto.awslambda.models import lambda_backends

    try:
        function = lambda_backends[ACCOUNT][region].get_function(name)
    except UnknownFunctionException:
        return
    function.code = dict(function.code)
