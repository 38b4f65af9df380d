"""Names and data: what a second stack, a replacement or a deletion meets, and what never expires."""

from collections.abc import Iterator
from typing import Final

from template_gen.rules.graph import Graph
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, known

_GUIDE: Final = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference"
# Type -> the mapping and the key that hold its name.
_NAMES: Final = {
    "AWS::Serverless::Function": ("", "FunctionName"),
    "AWS::Lambda::Function": ("", "FunctionName"),
    "AWS::S3::Bucket": ("", "BucketName"),
    "AWS::IAM::Role": ("", "RoleName"),
    "AWS::DynamoDB::Table": ("", "TableName"),
    "AWS::Logs::LogGroup": ("", "LogGroupName"),
    "AWS::ECR::Repository": ("", "RepositoryName"),
    "AWS::CloudFront::Function": ("", "Name"),
    "AWS::CloudFront::OriginAccessControl": ("OriginAccessControlConfig", "Name"),
    "AWS::CloudFront::CachePolicy": ("CachePolicyConfig", "Name"),
    "AWS::CloudFront::OriginRequestPolicy": ("OriginRequestPolicyConfig", "Name"),
    "AWS::CloudFront::ResponseHeadersPolicy": ("ResponseHeadersPolicyConfig", "Name"),
}
# What cfn-lint leaves out of its own I3011.
_DATA: Final = ("AWS::Serverless::SimpleTable", "AWS::S3::Bucket")


@rule(
    "I9196",
    "The website's data would be deleted with its stack",
    symptom="A renamed or removed resource is gone with everything in it.",
    fix="Set DeletionPolicy and UpdateReplacePolicy to Retain.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html",
)
def data_deleted(graph: Graph) -> Iterator[Place]:
    """Informational, as cfn-lint's own rule for other types (I3011). Only what a function behind a distribution knows;
    the frontend's own files can be uploaded again."""
    for function in graph.website_functions:
        for value in function.variables.values():
            store = graph.named(value, *_DATA)
            if store and not store.retained and store not in graph.website_buckets:
                yield at(store.body, "DeletionPolicy")


@rule(
    "I9197",
    "The resource has a name of its own",
    symptom="A second stack, or a replacement of the resource, fails: it already exists.",
    fix="Leave the name out, or put ${AWS::StackName} into it.",
    source=f"{_GUIDE}/aws-properties-name.html",
)
def explicit_names(graph: Graph) -> Iterator[Place]:
    """Informational, and only beside a website: one may want a name that lasts."""
    for kind, (holder, key) in _NAMES.items():
        for resource in graph.of(kind) if graph.is_website else ():
            properties = resource.properties.object(holder) if holder else resource.properties
            name = properties.text(key)
            if name and "${" not in name:
                yield at(properties, key)


@rule(
    "E9350",
    "The index is to include attributes, and names none",
    symptom="The deployment fails: One or more parameter values were invalid: ProjectionType is INCLUDE, but "
    "NonKeyAttributes is not specified.",
    fix="Set NonKeyAttributes, or ProjectionType: ALL.",
    source="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.Projections",
)
def index_without_attributes(graph: Graph) -> Iterator[Place]:
    for table in graph.of("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"):
        for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
            for index in table.properties.objects(kind):
                projection = index.object("Projection")
                included, named = (
                    projection.get("ProjectionType") == "INCLUDE",
                    bool(projection.get("NonKeyAttributes")),
                )
                if known(projection.get("ProjectionType")) and included is not named and projection:
                    yield at(projection, "ProjectionType")


@rule(
    "W9228",
    "The attribute that items expire by is a text",
    symptom="Nothing ever expires: DynamoDB only reads numbers (seconds since 1970) there.",
    fix="Name a number attribute of its own in TimeToLiveSpecification.",
    source="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html",
)
def expiry_is_text(graph: Graph) -> Iterator[Place]:
    """Only keys have a type in the template."""
    for table in graph.of("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"):
        kinds = {
            one.text("AttributeName"): one.get("AttributeType")
            for one in table.properties.objects("AttributeDefinitions")
        }
        expiry = table.properties.object("TimeToLiveSpecification")
        if kinds.get(expiry.text("AttributeName")) in ("S", "B") and expiry.flag("Enabled") is not False:
            yield at(expiry, "AttributeName")
