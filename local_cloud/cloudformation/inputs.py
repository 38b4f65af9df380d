"""Turns a call's parameters into a `Definition`: template, parameters and capabilities, checked in AWS's order."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from local_cloud.cloudformation.constraints import broken, refusal
from local_cloud.cloudformation.errors import validation_error
from local_cloud.cloudformation.model import Definition, Stack
from local_cloud.cloudformation.refusals import CAPABILITIES, RESERVED_TAG
from local_cloud.cloudformation.schemas.provider import unrecognized
from local_cloud.cloudformation.template.loading import load
from local_cloud.cloudformation.template.model import Environment, Template, TemplateError
from local_cloud.cloudformation.template.order import check_export_names, dependencies
from local_cloud.cloudformation.template.parameters import Parameters, parameter_values
from local_cloud.cloudformation.template.rules import check_rules
from local_cloud.cloudformation.template.transforms import transform
from local_cloud.cloudformation.world import World

Params = Mapping[str, Any]
LONGEST_BODY = 51_200
LARGEST_OBJECT = 1024 * 1024
LONGEST_NAME = 128
NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]*")
IAM_NAMES = {
    "AWS::IAM::AccessKey": None,
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Policy": None,
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::UserToGroupAddition": None,
}


def template_of(world: World, params: Params, stack: Stack | None = None) -> Template:
    """TemplateBody, TemplateURL or UsePreviousTemplate. Raises AWS's ValidationError."""
    if params.get("UsePreviousTemplate") and stack is not None and stack.definition is not None:
        return stack.definition.source
    body = params.get("TemplateBody")
    if body is None and "TemplateURL" in params:
        body = read_url(world, params["TemplateURL"])
        if len(body.encode()) > LARGEST_OBJECT:
            raise validation_error(f"Template may not exceed {LARGEST_OBJECT} bytes in size.")
    elif body is None:
        raise validation_error("Either Template URL or Template Body must be specified.")
    elif len(body.encode()) > LONGEST_BODY:
        raise refusal(broken("templateBody", body, f"Member must have length less than or equal to {LONGEST_BODY}"))
    lenient = params.get("TemplateSummaryConfig", {}).get("TreatUnrecognizedResourceTypesAsWarnings", False)
    try:
        template = load(body, any_type=lenient)
    except TemplateError as problem:
        raise validation_error(str(problem)) from None
    return template


def read_url(world: World, url: str) -> str:
    """The text behind a URL that a call names. Raises AWS's ValidationError."""
    try:
        return world.surroundings.read_url(url)
    except ValueError as problem:
        raise validation_error(str(problem)) from None


def check_name(field: str, value: str) -> None:
    """Raise unless the name of a stack or change set is valid."""
    if not NAME.fullmatch(value):
        text = "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
    elif len(value) > LONGEST_NAME:
        text = f"Member must have length less than or equal to {LONGEST_NAME}"
    else:
        return
    raise refusal(broken(field, value, text))


def definition_of(world: World, params: Params, stack: Stack, source: Template) -> Definition:
    """What the call wants the stack to be; `template` is still untransformed. Raises AWS's refusals."""
    current = stack.definition
    try:
        values = parameter_values(
            source, params.get("Parameters", []), current.parameters.raw if current else {},
            lambda name: world.surroundings.ssm(stack.region, name),
        )  # fmt: skip
        check_rules(source, environment_of(world, stack, values))
        if not source.transforms:  # what a transform makes is checked when it ran
            processed(world, stack, source, values)
    except TemplateError as problem:
        raise validation_error(str(problem)) from None
    return Definition(
        source=source,
        template=source,
        parameters=values,
        tags=_tags(params, current),
        capabilities=tuple(params.get("Capabilities", ())),
        notification_arns=tuple(params.get("NotificationARNs", current.notification_arns if current else ())),
        rollback_configuration=_rollback_configuration(params, current),
    )


def _rollback_configuration(params: Params, current: Definition | None) -> Mapping[str, Any]:
    """Triggers that are left out stay, an empty list removes them; the monitoring time is the call's (documented)."""
    saved = current.rollback_configuration if current else {}
    if "RollbackConfiguration" not in params:
        return saved
    kept = {key: value for key, value in saved.items() if key == "RollbackTriggers"}
    return {**kept, **params["RollbackConfiguration"]}


def _tags(params: Params, current: Definition | None) -> Mapping[str, str]:
    """Omitted means unchanged, an empty list means none (documented)."""
    if "Tags" not in params:
        return current.tags if current else {}
    if any(tag["Key"].lower().startswith("aws:") for tag in params["Tags"]):
        raise RESERVED_TAG.error()
    return {tag["Key"]: tag["Value"] for tag in params["Tags"]}


def processed(world: World, stack: Stack, source: Template, parameters: Parameters) -> Template:
    """The template with its transforms applied, its types known and its references in order. Raises TemplateError."""
    environment = environment_of(world, stack, parameters)
    template = transform(source, environment)
    if unknown := unrecognized(resource.type for resource in template.resources.values()):
        listed = ", ".join(dict.fromkeys(unknown))
        raise TemplateError(f"Template format error: Unrecognized resource types: [{listed}]")
    dependencies(template, environment)
    check_export_names(template, environment)
    return template


def environment_of(world: World, stack: Stack, parameters: Parameters) -> Environment:
    """What a template is resolved in before the stack has resources; an export has its own name as its value."""
    return Environment(
        parameters=parameters.values, account=world.account, region=stack.region,
        stack_name=stack.name, stack_id=stack.id, exports=lambda name: name, outputs=lambda _region, _stack, key: key,
        include=world.surroundings.snippet, dynamic=partial(_early, world, stack.region),
    )  # fmt: skip


def _early(world: World, region: str, service: str, key: str) -> str:
    """A parameter must be there when the call is made, a secret only when the resource is (public issues)."""
    return key if service == "secretsmanager" else world.surroundings.dynamic(region, service, key)


def needed_capabilities(template: Template) -> tuple[str, Sequence[str]] | None:
    """The IAM capability that a template needs, and the resource types that are the reason."""
    found = [resource for resource in template.resources.values() if resource.type in IAM_NAMES]
    if not found:
        return None
    named = any(IAM_NAMES[resource.type] in resource.properties for resource in found)
    return "CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM", list({resource.type: None for resource in found})


def check_capabilities(template: Template, given: Iterable[str], *, expands: bool = False) -> None:
    """Raise InsufficientCapabilitiesException; `expands` for a call that runs transforms without a change set."""
    given = set(given)
    if needed := needed_capabilities(template):
        enough = {"CAPABILITY_IAM": {"CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"}}.get(needed[0], {needed[0]})
        if not enough & given:
            raise CAPABILITIES.error(capability=needed[0])
    if expands and template.transforms and "CAPABILITY_AUTO_EXPAND" not in given:
        raise CAPABILITIES.error(capability="CAPABILITY_AUTO_EXPAND")


def fingerprint(params: Params) -> str:
    """The input of a call, which tells a retry from another call with the same token."""
    return json.dumps({key: value for key, value in params.items() if "Token" not in key}, sort_keys=True, default=str)
