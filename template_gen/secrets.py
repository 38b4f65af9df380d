"""Secrets: names of SSM parameters that the app reads when it runs.

No secret's value is in a template, a stack parameter or an environment variable. CloudFormation cannot create
SecureStrings, so they are created once by hand, below the parameter SecretsPath. The origin's secret is a plain String
beside them, because CloudFormation must be able to pass it to CloudFront.
"""

from dataclasses import dataclass
from typing import Any

from troposphere import Sub, cloudfront

from template_gen import policies
from template_gen.site import Site
from template_gen.stores import Access
from template_gen.template import Template

ORIGIN_SECRET = "ORIGIN_SECRET"
ORIGIN_HEADER = "x-origin-secret"


@dataclass(frozen=True, slots=True)
class Secrets:
    """Access to the parameters, and the header by which the app recognises CloudFront."""

    access: Access
    origin_headers: dict[str, Any]


def add_secrets(template: Template, site: Site) -> Secrets:
    names = (*site.secrets, *([ORIGIN_SECRET] if site.origin_secret else []))
    if not names:
        return Secrets(Access(), {})
    path = template.parameter(
        "SecretsPath",
        Type="String",
        Description=f"SSM path of the app's secrets, created outside of the stack: {', '.join(names)}",
        Default=f"/{site.name}",
        AllowedPattern=r"^(/[A-Za-z0-9_.-]+)+$",
        ConstraintDescription="must be a path like /tracks/prod",
    )
    grant = policies.read_parameters([f"${{SecretsPath}}/{name}" for name in names])
    checked = {"CHECK_ORIGIN": "true"} if site.origin_secret else {}
    return Secrets(Access({"SSM_PATH": path, **checked}, (grant,)), _origin_headers(site))


def _origin_headers(site: Site) -> dict[str, Any]:
    if not site.origin_secret:
        return {}
    value = Sub(f"{{{{resolve:ssm:${{SecretsPath}}/{ORIGIN_SECRET}}}}}")
    return {"OriginCustomHeaders": [cloudfront.OriginCustomHeader(HeaderName=ORIGIN_HEADER, HeaderValue=value)]}
