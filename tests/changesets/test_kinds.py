"""What is known of resource types agrees with CloudFormation's registry, as cfn-lint has it."""

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from changesets.kinds import DATA

IDENTIFIED = {type_: kind.identifier for type_, kind in DATA.items() if kind.identifier}


@pytest.mark.parametrize("type_", IDENTIFIED)
def test_what_an_import_names_a_resource_by_is_its_primary_identifier(type_: str) -> None:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_).schema
    assert schema["primaryIdentifier"] == [f"/properties/{IDENTIFIED[type_]}"]
