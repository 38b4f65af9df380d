"""The function: the website's own code in a container image, started when somebody visits.

It has a role of its own with exactly the grants of its stores, and a log group of its own, which is deleted with the
stack and keeps logs for `LogRetention` days. The image is named by digest, so that a deployment changes the function
exactly when the code changes, and a rollback finds the image that it goes back to.
"""

from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, Ref, Select, Split, Sub, awslambda, iam, logs, serverless

from template_gen import policies
from template_gen.api import Door
from template_gen.options import Api
from template_gen.policies import Grant
from template_gen.site import LOG_RETENTION_DAYS, MAX_TIMEOUT, MIN_MEMORY, MIN_TIMEOUT, Site
from template_gen.stores import Access
from template_gen.suppressions import suppress
from template_gen.template import Template

IMAGE_URI = r"^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/[a-z0-9._/-]+@sha256:[0-9a-f]{64}$"
UNKNOWN = "unknown"

INLINE_POLICIES = suppress(
    {"IAM_NO_INLINE_POLICY_CHECK": "each grant is for this role alone, and is best read with it"}
)
WITHOUT = {
    "CKV_AWS_115 LAMBDA_CONCURRENCY_CHECK": "reserving concurrency fails in new accounts, which only have 10; the "
    "throttle is the ceiling",
    "CKV_AWS_116 LAMBDA_DLQ_CHECK": "visitors' requests are synchronous: a failure is reported, not queued",
    "CKV_AWS_117 LAMBDA_INSIDE_VPC": "a VPC needs a NAT gateway ($32 a month) to reach the internet; nothing here is "
    "in one",
    "CKV_AWS_173": "no secret is in the environment, and AWS encrypts it with its own key",
}


class Function(serverless.Function):  # type: ignore[misc] # troposphere has no annotations
    """The SAM function with the properties that troposphere does not know yet."""

    props = {  # noqa: RUF012
        **serverless.Function.props,
        "AutoPublishAliasAllProperties": (bool, False),
        "VersionDeletionPolicy": (str, False),
    }


@dataclass(frozen=True, slots=True)
class Code:
    """What all functions of the site share: the image, tags that say where it is from, and how long logs are kept."""

    image: Ref
    origin: dict[str, Any]
    retention: Ref


@dataclass(frozen=True, slots=True)
class Website:
    """The function; `arn` is what to call: its alias, if it has one."""

    resource: Function
    log_group: logs.LogGroup
    arn: Any


def add_code(template: Template, site: Site) -> Code:
    image = template.parameter(
        "ImageUri",
        Type="String",
        Description="The app's image as repository@sha256:digest, in the registry stack of the same region",
        AllowedPattern=IMAGE_URI,
        ConstraintDescription="must be <account>.dkr.ecr.<region>.amazonaws.com/<repository>@sha256:<64 hex digits>",
    )
    retention = template.parameter(
        "LogRetention",
        Type="Number",
        Description="Days until logs are deleted",
        Default=site.log_retention_days,
        AllowedValues=list(LOG_RETENTION_DAYS),
    )
    return Code(image, _origin(template, image), retention)


def _origin(template: Template, image: Ref) -> dict[str, Any]:
    """Tags of the functions, not of the stack: CloudFormation copies a stack's tags to all that takes some, so each
    commit would be an update of everything, the distribution too. A function changes with its image anyway.
    """
    commit = template.parameter(
        "Commit", Type="String", Description="The git commit that the image was first deployed from", Default=UNKNOWN
    )
    version = template.parameter(
        "GroatVersion", Type="String", Description="The version of groat that first deployed the image", Default=UNKNOWN
    )
    digest = Select(1, Split("@", image))
    return {"groat:commit": commit, "groat:image": digest, "groat:version": version}


def add_function(template: Template, site: Site, code: Code, access: Access, door: Door) -> Website:
    template.section("Function: the app's image, its logs and what it may do")
    group = add_log_group(template, "Function", code)
    role = add_role(template, "Function", group, access.grants)
    resource = template.add(
        Function(
            "Function",
            PackageType="Image",
            ImageUri=code.image,
            Tags=code.origin,
            Architectures=[site.architecture.value],
            MemorySize=_memory(template, site),
            Timeout=_timeout(template, site),
            Role=GetAtt(role, "Arn"),
            LoggingConfig=awslambda.LoggingConfig(LogGroup=Ref(group)),
            **environment(site, access),
            **_snap_start(site, access),
            **door.on_the_function,
            Metadata={**image_metadata(site), **suppress(WITHOUT)["Metadata"]},
        )
    )
    return Website(resource, group, Ref("Function.Alias") if site.snap_start else GetAtt(resource, "Arn"))


def add_log_group(template: Template, owner: str, code: Code) -> logs.LogGroup:
    return template.add(
        logs.LogGroup(
            f"{owner}Logs",
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Delete",
            RetentionInDays=code.retention,
            **suppress(
                {
                    "CKV_AWS_158 CLOUDWATCH_LOG_GROUP_ENCRYPTED": "a key of your own is $1 a month; CloudWatch "
                    "encrypts logs anyway",
                    "CW_LOGGROUP_RETENTION_PERIOD_CHECK": "the retention is a parameter with these allowed values",
                }
            ),
        ),
        "Created here, because the one that Lambda creates by itself never expires and outlives the stack.",
    )


def add_role(template: Template, owner: str, group: logs.LogGroup, grants: tuple[Grant, ...]) -> iam.Role:
    every = (policies.write_logs(group), *grants)
    return template.add(
        iam.Role(
            f"{owner}Role",
            AssumeRolePolicyDocument=policies.assumed_by("lambda.amazonaws.com"),
            Policies=[grant.policy for grant in every],
            **INLINE_POLICIES,
        )
    )


def image_metadata(site: Site) -> dict[str, str]:
    """Read by `sam build`, which builds the image that it runs locally."""
    return {"Dockerfile": "Dockerfile", "DockerContext": "../app", "DockerTag": site.name}


def _memory(template: Template, site: Site) -> Ref:
    return template.parameter(
        "MemorySize",
        Type="Number",
        Description="The function's memory in MB; CPU is proportional to it, 1769 MB is one processor",
        Default=site.memory,
        MinValue=MIN_MEMORY,
        MaxValue=10240,
    )


def _timeout(template: Template, site: Site) -> Ref:
    limits = {Api.HTTP_API: "an HTTP API gives up after 30", Api.FUNCTION_URL: "CloudFront waits at most 60"}
    return template.parameter(
        "Timeout",
        Type="Number",
        Description=f"Seconds that a request may take; {limits[site.api]}",
        Default=site.timeout,
        MinValue=MIN_TIMEOUT,
        MaxValue=MAX_TIMEOUT[site.api],
    )


def environment(site: Site, access: Access) -> dict[str, Any]:
    variables = {**site.environment, **access.environment}
    return {"Environment": awslambda.Environment(Variables=variables)} if variables else {}


def _snap_start(site: Site, access: Access) -> dict[str, Any]:
    """Snapshots belong to published versions: an alias follows the newest, and old ones, which cost money, are deleted.

    SAM publishes when the template's text or the image changes. A changed parameter is neither; it changes the
    version's description, and CloudFormation then replaces the version, which publishes the new configuration.
    """
    if not site.snap_start:
        return {}
    values = "${MemorySize} MB, ${Timeout} s" + (", ${SecretsPath}" if "SSM_PATH" in access.environment else "")
    return {
        "SnapStart": awslambda.SnapStart(ApplyOn="PublishedVersions"),
        "AutoPublishAlias": "live",
        "AutoPublishAliasAllProperties": True,
        "VersionDeletionPolicy": "Delete",
        "VersionDescription": Sub(values),
    }
