"""A published version of a function keeps its image when the function gets another; moto alone would change both."""

from typing import Any

import pytest

from local_cloud.published import published
from local_cloud.services import Services

ASSUMED_BY_LAMBDA = """{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"""
OLD, NEW, NEWEST = (f"111111111111.dkr.ecr.us-east-1.amazonaws.com/app@sha256:{digit * 64}" for digit in "abc")


@pytest.fixture
def functions(services: Services) -> Any:
    """A client of Lambda, and a function `site` that runs the old image."""
    services.behind(published)
    iam, made = services.client("iam"), services.client("lambda")
    role = iam.create_role(RoleName="site", AssumeRolePolicyDocument=ASSUMED_BY_LAMBDA)["Role"]["Arn"]
    made.create_function(FunctionName="site", PackageType="Image", Code={"ImageUri": OLD}, Role=role)
    return made


def images(functions: Any, *qualifiers: str) -> list[str]:
    found = (functions.get_function(FunctionName="site", Qualifier=qualifier) for qualifier in qualifiers)
    return [each["Code"]["ImageUri"] for each in found]


def test_a_version_stays_with_the_image_that_it_was_published_with(functions: Any) -> None:
    functions.publish_version(FunctionName="site")
    functions.create_alias(FunctionName="site", Name="live", FunctionVersion="1")
    functions.update_function_code(FunctionName="site", ImageUri=NEW)
    assert images(functions, "1", "live", "$LATEST") == [OLD, OLD, NEW]

    functions.publish_version(FunctionName="site")
    functions.update_alias(FunctionName="site", Name="live", FunctionVersion="2")
    functions.update_function_code(FunctionName="site", ImageUri=NEWEST)
    assert images(functions, "1", "2", "live", "$LATEST") == [OLD, NEW, NEW, NEWEST]


def test_a_function_that_is_not_there_is_refused_as_before(functions: Any) -> None:
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        functions.update_function_code(FunctionName="another", ImageUri=NEW)
