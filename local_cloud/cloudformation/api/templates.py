"""The calls that read templates: as they were sent, as they were processed, and in summary."""

import json
from collections.abc import Mapping
from typing import Any

from local_cloud.cloudformation.api.calls import Answer, Calls
from local_cloud.cloudformation.api.change_sets import find
from local_cloud.cloudformation.api.shown import present
from local_cloud.cloudformation.inputs import Params, needed_capabilities, template_of
from local_cloud.cloudformation.machine import StackStatus
from local_cloud.cloudformation.model import Definition
from local_cloud.cloudformation.refusals import NO_STACK_NAMED, NO_STACK_WITH_ID, SUMMARY_IN_REVIEW
from local_cloud.cloudformation.schemas.provider import known, schema, unrecognized
from local_cloud.cloudformation.template.model import Template
from local_cloud.cloudformation.template.order import check_cycles
from local_cloud.cloudformation.template.parameters import no_echo
from local_cloud.cloudformation.world import World

STAGES = ["Original", "Processed"]


def get_template(world: World, region: str, params: Params) -> Answer:
    """GetTemplate, of a stack or a change set; after a rolled back update it is the old template again."""
    if params.get("ChangeSetName"):
        definition: Definition | None = find(world, region, params)[0].definition
    elif "StackName" in params:
        definition = world.require(region, params["StackName"], NO_STACK_WITH_ID).definition
    else:
        raise NO_STACK_NAMED.error(names="StackName or ChangeSetName")
    body = "" if definition is None else _body(definition, params.get("TemplateStage", "Original"))
    return {"TemplateBody": body, "StagesAvailable": STAGES}


def _body(definition: Definition, stage: str) -> str:
    """The text that was sent, or as JSON what a transform made of it; boto3 turns JSON into an object."""
    if stage == "Processed" and definition.source.transforms:
        return json.dumps(definition.template.body)
    return definition.source.original


def get_template_summary(world: World, region: str, params: Params) -> Answer:
    """GetTemplateSummary, of a stack or of a template."""
    if "StackName" in params:
        stack = world.require(region, params["StackName"], NO_STACK_WITH_ID)
        if stack.status is StackStatus.REVIEW_IN_PROGRESS:
            raise SUMMARY_IN_REVIEW.error()
        template = stack.defined.source
    else:
        template = template_of(world, params)
    types = list(dict.fromkeys(resource.type for resource in template.resources.values()))
    optional = {
        "Metadata": _metadata(template),
        "Version": template.body.get("AWSTemplateFormatVersion"),
        "Warnings": _warnings(template, types),
    }
    return (
        {
            "Parameters": [_declaration(key, each) for key, each in template.parameters.items()],
            "ResourceTypes": types,
            "ResourceIdentifierSummaries": [_identifiers(type, template) for type in types if known(type)],
        }
        | _described(template)
        | present(optional)
    )


def validate_template(world: World, region: str, params: Params) -> Answer:  # noqa: ARG001 - every call has a region
    """ValidateTemplate: checks the template's structure, not its properties."""
    template = template_of(world, params)
    check_cycles(template)
    rows = [
        {"ParameterKey": key, "NoEcho": no_echo(each)} | present(
            {"DefaultValue": _default(each), "Description": each.get("Description")})
        for key, each in template.parameters.items()
    ]  # fmt: skip
    return {"Parameters": rows} | _described(template)


def _described(template: Template) -> Answer:
    needed = needed_capabilities(template)
    capabilities = [needed[0]] if needed else []
    reason = needed and f"The following resource(s) require capabilities: [{', '.join(needed[1])}]"
    if template.transforms:
        capabilities.append("CAPABILITY_AUTO_EXPAND")
        reason = reason or f"The following transforms require capabilities: [{', '.join(template.transforms)}]"
    return present(
        {
            "Description": template.description,
            "Capabilities": capabilities,
            "CapabilitiesReason": reason,
            "DeclaredTransforms": list(template.transforms),
        }
    )


def _declaration(key: str, parameter: Mapping[str, Any]) -> Answer:
    allowed = [str(value) for value in parameter.get("AllowedValues", ())]
    return {
        "ParameterKey": key,
        "ParameterType": parameter["Type"],
        "NoEcho": no_echo(parameter),
        "ParameterConstraints": {"AllowedValues": allowed} if allowed else {},
    } | present({"DefaultValue": _default(parameter), "Description": parameter.get("Description")})


def _default(parameter: Mapping[str, Any]) -> str | None:
    return None if "Default" not in parameter else str(parameter["Default"])


def _warnings(template: Template, types: list[str]) -> Answer | None:
    """Unknown resource types, where the call lets them pass; a transform may still replace them."""
    unknown = [] if template.transforms else unrecognized(types)
    return {"UnrecognizedResourceTypes": unknown} if unknown else None


def _metadata(template: Template) -> str | None:
    found = template.body.get("Metadata")
    return json.dumps(found) if found else None


def _identifiers(type: str, template: Template) -> Answer:
    return {
        "ResourceType": type,
        "LogicalResourceIds": [name for name, each in template.resources.items() if each.type == type],
        "ResourceIdentifiers": list(schema(type).primary_identifier),
    }


CALLS: Calls = {
    "GetTemplate": get_template,
    "GetTemplateSummary": get_template_summary,
    "ValidateTemplate": validate_template,
}
