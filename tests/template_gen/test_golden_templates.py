"""Every shape of website, generated: the same bytes, clean for each judge, and never a lost table by a renamed id."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from template_gen import Frontend, build, lint
from tests.template_gen.site_shapes import SHAPES

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "templates"
TEMPLATES = [(shape, name) for shape, site in SHAPES.items() for name in build(site)]
NO_BUDGET = "I9311"  # advice: a budget watches the whole account, so only one of its sites has it
HOLDS_DATA = {"AWS::DynamoDB::Table"}
IMAGE = "111111111111.dkr.ecr.us-east-1.amazonaws.com/app@sha256:" + 64 * "0"


class NoManagedPolicies:
    """The translator's loader of AWS's managed policies: our roles name none."""

    def load(self) -> dict[str, str]:
        return {}


def parsed(shape: str, name: str) -> dict[str, Any]:
    body: dict[str, Any] = yaml_parse((GOLDEN / shape / name).read_text(encoding="utf-8"))
    return body


@pytest.mark.parametrize(("shape", "name"), TEMPLATES)
def test_a_shape_generates_the_template_that_was_reviewed(
    shape: str, name: str, golden: Callable[[str, str], None]
) -> None:
    golden(f"templates/{shape}/{name}", build(SHAPES[shape])[name])


def test_every_golden_template_belongs_to_a_shape() -> None:
    files = {tuple(path.relative_to(GOLDEN).parts) for path in GOLDEN.rglob("*.yaml")}
    assert files == set(TEMPLATES)


@pytest.mark.slow
@pytest.mark.parametrize(("shape", "name"), TEMPLATES)
def test_a_shape_is_clean_for_the_linter_and_our_own_rules_even_for_their_advice(shape: str, name: str) -> None:
    found = lint((GOLDEN / shape / name).read_text(encoding="utf-8"), name=name, informational=True)
    assert [finding for finding in found if finding.rule != NO_BUDGET] == []


@pytest.mark.slow
@pytest.mark.parametrize(("shape", "found"), [("everything", set()), ("free-plan", {"E9301"})])
def test_only_the_free_plan_binds_a_website_to_one_region(shape: str, found: set[str]) -> None:
    text = (GOLDEN / shape / "website.yaml").read_text(encoding="utf-8")
    assert {finding.rule for finding in lint(text, name=shape, region="eu-west-1")} == found


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_is_accepted_by_the_sam_translator(shape: str) -> None:
    parameters = {"ImageUri": IMAGE, "HostedZoneId": "Z1", "CertificateArn": "arn", "AlertEmail": "me@example.com"}
    expanded = transform(parsed(shape, "website.yaml"), parameters, NoManagedPolicies())
    types = {resource["Type"] for resource in expanded["Resources"].values()}
    assert not {kind for kind in types if kind.startswith("AWS::Serverless")}
    assert "AWS::Lambda::Function" in types


def test_logical_ids_never_change_by_accident(golden: Callable[[str, str], None]) -> None:
    """A renamed logical id is a new resource and a deleted one: an empty table, another domain name."""
    ids = [
        f"{shape} {name} {logical_id} {resource['Type']}\n"
        for shape, name in TEMPLATES
        for logical_id, resource in parsed(shape, name)["Resources"].items()
    ]
    golden("logical-ids.txt", "".join(sorted(ids)))


@pytest.mark.parametrize("shape", SHAPES)
def test_the_outputs_tell_the_deployer_what_it_needs(shape: str) -> None:
    outputs = parsed(shape, "website.yaml")["Outputs"].keys()
    always = {"Url", "DistributionId", "DistributionDomainName", "FunctionName", "ApiEndpoint"}
    files = set() if SHAPES[shape].frontend is Frontend.NONE else {"FrontendBucketName"}
    assert outputs == always | files
    assert "RepositoryUri" in parsed(shape, "registry.yaml")["Outputs"]


@pytest.mark.parametrize("shape", SHAPES)
def test_only_what_differs_between_accounts_has_no_default(shape: str) -> None:
    parameters = parsed(shape, "website.yaml")["Parameters"]
    required = {name for name, parameter in parameters.items() if "Default" not in parameter}
    assert required <= {"ImageUri", "HostedZoneId", "CertificateArn", "AlertEmail"}


@pytest.mark.parametrize(("shape", "name"), TEMPLATES)
def test_nothing_is_exported_and_no_physical_name_is_fixed(shape: str, name: str) -> None:
    body = parsed(shape, name)
    assert not [output for output in body["Outputs"].values() if "Export" in output]
    names = {
        "TableName",
        "BucketName",
        "QueueName",
        "RoleName",
        "FunctionName",
        "LogGroupName",
        "RepositoryName",
        "TopicName",
    }
    fixed = [
        (logical_id, sorted(names & resource.get("Properties", {}).keys()))
        for logical_id, resource in body["Resources"].items()
        if not resource["Type"].startswith("AWS::Lambda::")
    ]
    assert fixed
    assert not [found for found in fixed if found[1]]


@pytest.mark.parametrize("shape", SHAPES)
def test_what_holds_data_is_retained_on_deletion_and_on_replacement(shape: str) -> None:
    resources = parsed(shape, "website.yaml")["Resources"]
    holders = {
        logical_id: resource
        for logical_id, resource in resources.items()
        if resource["Type"] in HOLDS_DATA or (resource["Type"] == "AWS::S3::Bucket" and logical_id != "FrontendBucket")
    }
    stores = [*SHAPES[shape].tables, *SHAPES[shape].buckets]
    assert len(holders) == len(stores)
    for resource in holders.values():
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


@pytest.mark.parametrize("shape", SHAPES)
def test_no_statement_allows_every_action_or_every_resource(shape: str) -> None:
    statements = [
        statement
        for resource in parsed(shape, "website.yaml")["Resources"].values()
        if resource["Type"] == "AWS::IAM::Role"
        for policy in resource["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    assert statements
    for statement in statements:
        assert not [action for action in statement["Action"] if "*" in action]
        assert "*" not in statement["Resource"]
