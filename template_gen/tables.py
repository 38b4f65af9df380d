"""DynamoDB tables: what the site must never lose.

Every table is retained: by DeletionPolicy when its stack is deleted or the table is removed from the `Site`, by
UpdateReplacePolicy when a change of its key would replace it. Its logical id is `<name>Table`; a rename is a new, empty
table.
"""

from dataclasses import dataclass
from typing import Any

from troposphere import Ref, dynamodb

from template_gen import policies
from template_gen.checks import environment_name
from template_gen.options import Index, Key, Table
from template_gen.site import Site
from template_gen.stores import Access
from template_gen.suppressions import suppress
from template_gen.template import Template


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables by their name in the `Site`, and the access that the website's code gets."""

    resources: dict[str, dynamodb.Table]
    access: Access


def add_tables(template: Template, site: Site) -> Tables:
    if site.tables:
        template.section("Tables: kept when the stack is deleted, and when a change would replace them")
    resources = {table.name: template.add(_table(table), _why(table)) for table in site.tables}
    return Tables(resources, _access(site, resources))


def _table(table: Table) -> dynamodb.Table:
    return dynamodb.Table(
        f"{table.name}Table",
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        AttributeDefinitions=[
            dynamodb.AttributeDefinition(AttributeName=key.name, AttributeType=key.type.value) for key in table.keys
        ],
        KeySchema=_key_schema(table),
        BillingMode="PAY_PER_REQUEST",
        **_optional(table),
        **_without(table),
    )


def _without(table: Table) -> dict[str, Any]:
    reasons = {
        "CKV_AWS_119 DYNAMODB_TABLE_MUST_BE_ENCRYPTED DYNAMODB_TABLE_ENCRYPTED_KMS": "a key of your own is $1 a "
        "month; AWS encrypts the table with its own key anyway"
    }
    if not table.backups:
        reasons["CKV_AWS_28 DYNAMODB_PITR_ENABLED"] = "the Site says backups=False for this table"
    return suppress(reasons)


def _optional(table: Table) -> dict[str, Any]:
    optional: dict[str, Any] = {}
    if table.indexes:
        optional["GlobalSecondaryIndexes"] = [_index(index) for index in table.indexes]
    if table.backups:
        optional["PointInTimeRecoverySpecification"] = dynamodb.PointInTimeRecoverySpecification(
            PointInTimeRecoveryEnabled=True
        )
    if table.expires:
        optional["TimeToLiveSpecification"] = dynamodb.TimeToLiveSpecification(
            AttributeName=table.expires, Enabled=True
        )
    return optional


def _index(index: Index) -> dynamodb.GlobalSecondaryIndex:
    return dynamodb.GlobalSecondaryIndex(
        IndexName=index.name, KeySchema=_key_schema(index), Projection=dynamodb.Projection(ProjectionType="ALL")
    )


def _key_schema(part: Table | Index) -> list[dynamodb.KeySchema]:
    keys: list[tuple[Key | None, str]] = [(part.partition_key, "HASH"), (part.sort_key, "RANGE")]
    return [dynamodb.KeySchema(AttributeName=key.name, KeyType=role) for key, role in keys if key]


def _why(table: Table) -> str:
    return f"DynamoDB deletes an item once its `{table.expires}` (epoch seconds) has passed." if table.expires else ""


def _access(site: Site, resources: dict[str, dynamodb.Table]) -> Access:
    if not site.tables:
        return Access()
    names = {environment_name(table.name, "TABLE"): Ref(resources[table.name]) for table in site.tables}
    return Access(names, (policies.use_items({resources[table.name]: bool(table.indexes) for table in site.tables}),))
