"""What CloudFormation itself asks of other services: parameters, secrets, and templates in buckets.

Source of the key formats: the user guide's "Get values stored in other services using dynamic references".
"""

import json
from collections.abc import Callable
from functools import partial

from botocore.exceptions import ClientError

from local_cloud.cloudformation.template.model import TemplateError
from local_cloud.cloudformation.world import Surroundings
from local_cloud.services import Services


def around(services: Services) -> Surroundings:
    """What the engine asks, answered by these services."""
    return Surroundings(
        ssm=partial(_parameter, services),
        dynamic=partial(_dynamic, services),
        read_url=services.read_url,
        holds=partial(_holds, services),
        alarm=partial(_alarm, services),
    )


def _parameter(services: Services, region: str, name: str) -> str | None:
    try:
        found = services.client("ssm", region).get_parameter(Name=name, WithDecryption=True)
    except ClientError:
        return None
    return str(found["Parameter"]["Value"])


def _dynamic(services: Services, region: str, service: str, key: str) -> str:
    resolve = RESOLVERS.get(service)
    if not resolve:
        raise TemplateError(f"Dynamic references to this service are not supported: {service}")
    return resolve(services, region, key)


def _required_parameter(service: str, services: Services, region: str, key: str) -> str:
    value = _parameter(services, region, key)
    if value is None:
        raise TemplateError(f"Parameters: [{service}:{key}] cannot be found.")
    return value


def _secret(services: Services, region: str, key: str) -> str:
    """`name-or-arn:SecretString:json-key:…`; an ARN has seven parts of its own."""
    parts = key.split(":")
    own = 7 if key.startswith("arn:") else 1
    name, (_, json_key) = ":".join(parts[:own]), [*parts[own:], "", ""][:2]
    try:
        text = services.client("secretsmanager", region).get_secret_value(SecretId=name)["SecretString"]
        return str(json.loads(text)[json_key] if json_key else text)
    except ClientError as error:
        raise TemplateError(error.response["Error"]["Message"]) from error
    except (KeyError, json.JSONDecodeError):
        raise TemplateError(f"Could not find a value associated with JSONKey in SecretString: {json_key}") from None


def _holds(services: Services, region: str, type: str, physical_id: str) -> bool:
    """Whether there is anything in a bucket (old versions count) or in a repository; one that is gone is empty."""
    try:
        if type == "AWS::S3::Bucket":
            page = services.client("s3", region).list_object_versions(Bucket=physical_id, MaxKeys=1)
            return bool(page.get("Versions") or page.get("DeleteMarkers"))
        return bool(services.client("ecr", region).list_images(repositoryName=physical_id, maxResults=1)["imageIds"])
    except ClientError:
        return False


def _alarm(services: Services, region: str, arn: str) -> str | None:
    kinds, name = ["MetricAlarm", "CompositeAlarm"], arn.rpartition(":alarm:")[2]
    found = services.client("cloudwatch", region).describe_alarms(AlarmNames=[name], AlarmTypes=kinds)
    states = [str(alarm["StateValue"]) for kind in kinds for alarm in found.get(f"{kind}s", [])]
    return states[0] if states else None


RESOLVERS: dict[str, Callable[[Services, str, str], str]] = {
    "ssm": partial(_required_parameter, "ssm"),
    "ssm-secure": partial(_required_parameter, "ssm-secure"),
    "secretsmanager": _secret,
}
