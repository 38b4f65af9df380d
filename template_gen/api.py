"""The API: the door between CloudFront and the function.

The door is created before the function, whose SAM definition names it (`on_the_function`); CloudFront gets access once
the distribution exists. CloudFront must not forward the viewer's Host: both kinds of door only know their own.
"""

from dataclasses import dataclass
from typing import Any, assert_never

from troposphere import GetAtt, Ref, Select, Split, Sub, awslambda, cloudfront, serverless
from troposphere.apigatewayv2 import RouteSettings

from template_gen import policies
from template_gen.options import Api
from template_gen.site import Site
from template_gen.suppressions import suppress
from template_gen.template import Template


@dataclass(frozen=True, slots=True)
class Door:
    """Where CloudFront reaches the function.

    Attributes:
        domain_name: the origin's host, without scheme and path.
        endpoint: the same as a URL, for people.
        on_the_function: properties that the function must have for this door.
        access_control: the origin access control that signs CloudFront's requests, if the door requires signatures.
    """

    domain_name: Any
    endpoint: Any
    on_the_function: dict[str, Any]
    access_control: cloudfront.OriginAccessControl | None = None


def add_api(template: Template, site: Site) -> Door:
    match site.api:
        case Api.HTTP_API:
            return _add_http_api(template, site)
        case Api.FUNCTION_URL:
            return _add_function_url(template)
        case _:
            assert_never(site.api)


def _add_http_api(template: Template, site: Site) -> Door:
    template.section("API: every request to the function passes this throttle, the ceiling of the bill")
    api = template.add(
        serverless.HttpApi(
            "Api",
            DefaultRouteSettings=RouteSettings(
                ThrottlingRateLimit=_limit(
                    template, "ThrottleRate", site.limits.rate, "Requests per second in the long run"
                ),
                ThrottlingBurstLimit=_limit(
                    template, "ThrottleBurst", site.limits.burst, "Requests that the API lets through at once"
                ),
            ),
            FailOnWarnings=True,
            **suppress({"CKV_AWS_95": "the function's log names every request; access logs would be paid twice"}),
        ),
        "One route, $default: the app does its own routing. The stage is $default too, so no path is prefixed.",
    )
    host = f"${{{api.title}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}"
    event = {"Type": "HttpApi", "Properties": {"ApiId": Ref(api), "PayloadFormatVersion": "2.0"}}
    return Door(Sub(host), Sub(f"https://{host}"), {"Events": {"Api": event}})


def _limit(template: Template, name: str, default: int, description: str) -> Ref:
    return template.parameter(
        name,
        Type="Number",
        Description=f"{description}; more get 429",
        Default=default,
        MinValue=1,
        MaxValue=10000,
    )


def _add_function_url(template: Template) -> Door:
    template.section("API: a function URL that only this distribution may call")
    control = template.add(
        cloudfront.OriginAccessControl(
            "ApiAccess",
            OriginAccessControlConfig=cloudfront.OriginAccessControlConfig(
                Name=Sub("${AWS::StackName}-${AWS::Region}-api"),
                OriginAccessControlOriginType="lambda",
                SigningBehavior="always",
                SigningProtocol="sigv4",
            ),
        ),
        "Lambda checks the body's hash in the signature: browsers send x-amz-content-sha256 with POST, PUT and PATCH.",
    )
    url = GetAtt("FunctionUrl", "FunctionUrl")
    config = {"FunctionUrlConfig": serverless.FunctionUrlConfig(AuthType="AWS_IAM")}
    return Door(Select(2, Split("/", url)), url, config, control)


def allow_distribution(template: Template, door: Door, function_arn: Any, distribution: Any) -> None:
    """Let the distribution call a function URL. Since October 2025 a URL needs both permissions."""
    if door.access_control is None:
        return
    caller = {
        "FunctionName": function_arn,
        "Principal": "cloudfront.amazonaws.com",
        "SourceArn": policies.distribution_arn(distribution),
    }
    template.add(
        awslambda.Permission(
            "CloudFrontCallsUrl",
            Action="lambda:InvokeFunctionUrl",
            FunctionUrlAuthType="AWS_IAM",
            **caller,
            **suppress({"LAMBDA_PERMISSION_INVOKE_FUNCTION_ACTION": "the URL is what may be called"}),
        ),
        "Since October 2025 a function URL needs both permissions; with only one, every request is a 403.",
    )
    template.add(
        awslambda.Permission(
            "CloudFrontCallsFunction", Action="lambda:InvokeFunction", InvokedViaFunctionUrl=True, **caller
        )
    )
