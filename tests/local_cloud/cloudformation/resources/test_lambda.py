"""Functions, their versions and their aliases, behind CloudFormation: refused and published as Lambda does."""

from typing import Any

import pytest

from local_cloud.cloudformation.resources.handlers import HandlerErrorCode, Handlers
from local_cloud.services import Services
from tests.local_cloud.handling import MANIFEST, TRUST, changed, live, made, refusal, removed

DIGEST = "sha256:" + "a" * 64


class TestFunction:
    TYPE = "AWS::Lambda::Function"

    @pytest.fixture
    def role(self, handlers: Handlers) -> str:
        state = made(handlers, "AWS::IAM::Role", {"AssumeRolePolicyDocument": TRUST, "RoleName": "runs"})
        return str(state.attributes["Arn"])

    def image(self, uri: str, role: str) -> dict[str, Any]:
        return {"PackageType": "Image", "Code": {"ImageUri": uri}, "Role": role}

    @pytest.mark.parametrize(
        ("uri", "text"),
        [
            (f"111111111111.dkr.ecr.us-east-1.amazonaws.com/app@{DIGEST}", "does not exist"),
            ("111111111111.dkr.ecr.us-east-1.amazonaws.com/app:latest", "does not exist"),
            (f"111111111111.dkr.ecr.eu-west-1.amazonaws.com/app@{DIGEST}", "does not exist"),
            ("111111111111.dkr.ecr.us-east-1.amazonaws.com/app", "is not valid"),
            ("docker.io/library/python:3.12", "is not valid"),
        ],
    )
    def test_an_image_that_is_not_in_this_regions_registry_is_refused(
        self, handlers: Handlers, role: str, uri: str, text: str
    ) -> None:
        error = refusal(made, handlers, self.TYPE, self.image(uri, role))

        assert error.message.startswith(f"Source image {uri} {text}. Provide a valid source image.")
        assert error.code is HandlerErrorCode.INVALID_REQUEST

    def test_a_function_of_an_image_by_digest_is_made_and_updated(
        self, handlers: Handlers, services: Services, role: str
    ) -> None:
        made(handlers, "AWS::ECR::Repository", {"RepositoryName": "app"})
        put = services.client("ecr").put_image(repositoryName="app", imageManifest=MANIFEST)
        uri = f"111111111111.dkr.ecr.us-east-1.amazonaws.com/app@{put['image']['imageId']['imageDigest']}"
        before = {**self.image(uri, role), "MemorySize": 256}
        name = made(handlers, self.TYPE, before).physical_id

        changed(handlers, self.TYPE, name, before, {**before, "MemorySize": 512})

        assert services.client("lambda").get_function(FunctionName=name)["Configuration"]["MemorySize"] == 512

    def test_a_role_that_does_not_exist_cannot_be_assumed(self, handlers: Handlers) -> None:
        zip = {
            "Code": {"ZipFile": "def handler(event, context): ..."},
            "Handler": "index.handler",
            "Runtime": "python3.12",
            "Role": "arn:aws:iam::111111111111:role/nobody",
        }

        error = refusal(made, handlers, self.TYPE, zip)

        assert "The role defined for the function cannot be assumed by Lambda." in error.message


class TestVersions:
    VERSION, ALIAS = "AWS::Lambda::Version", "AWS::Lambda::Alias"

    @pytest.fixture
    def functions(self, handlers: Handlers, services: Services) -> Any:
        """A client of Lambda, and a function `site`."""
        role = made(handlers, "AWS::IAM::Role", {"AssumeRolePolicyDocument": TRUST, "RoleName": "runs"})
        function = {
            "FunctionName": "site",
            "Code": {"ZipFile": "def handler(event, context): ..."},
            "Handler": "index.handler",
            "Runtime": "python3.12",
            "Role": role.attributes["Arn"],
        }
        made(handlers, "AWS::Lambda::Function", function)
        return services.client("lambda")

    def test_an_alias_leads_to_the_version_that_the_stack_published(self, handlers: Handlers, functions: Any) -> None:
        of_site = {"FunctionName": "site"}
        alias = {**of_site, "Name": "live", "FunctionVersion": "1"}
        first = made(handlers, self.VERSION, of_site)
        live_one = made(handlers, self.ALIAS, alias)
        functions.update_function_configuration(FunctionName="site", MemorySize=512)
        second = made(handlers, self.VERSION, of_site)
        after = changed(handlers, self.ALIAS, live_one.physical_id, alias, {**alias, "FunctionVersion": "2"})

        assert [each.attributes["Version"] for each in (first, second)] == ["1", "2"]
        assert after.physical_id == live_one.physical_id == "arn:aws:lambda:us-east-1:111111111111:function:site:live"
        found = functions.get_function(FunctionName="site", Qualifier="live")["Configuration"]
        assert (found["Version"], found["MemorySize"]) == ("2", 512)
        assert live(handlers, self.ALIAS, after.physical_id, alias) == {**alias, "FunctionVersion": "2"}

    def test_a_version_of_what_did_not_change_is_refused(self, handlers: Handlers, functions: Any) -> None:
        made(handlers, self.VERSION, {"FunctionName": "site"})

        error = refusal(made, handlers, self.VERSION, {"FunctionName": "site"})

        assert error.plain
        assert error.message == (
            "A version for this Lambda function exists ( 1 ). Modify the function to create a new version."
        )

    def test_versions_and_aliases_go_and_the_function_stays(self, handlers: Handlers, functions: Any) -> None:
        version = made(handlers, self.VERSION, {"FunctionName": "site"})
        alias = {"FunctionName": "site", "Name": "live", "FunctionVersion": "1"}
        id = made(handlers, self.ALIAS, alias).physical_id

        for _ in range(2):
            removed(handlers, self.ALIAS, id, alias)
            removed(handlers, self.VERSION, version.physical_id, {"FunctionName": "site"})

        assert functions.list_aliases(FunctionName="site")["Aliases"] == []
        assert live(handlers, self.VERSION, version.physical_id, {"FunctionName": "site"}) is None
        versions = functions.list_versions_by_function(FunctionName="site")["Versions"]
        assert [each["Version"] for each in versions] == ["$LATEST"]

    def test_a_name_that_is_taken_is_refused(self, handlers: Handlers, functions: Any) -> None:
        made(handlers, self.VERSION, {"FunctionName": "site"})
        alias = {"FunctionName": "site", "Name": "live", "FunctionVersion": "1"}
        made(handlers, self.ALIAS, alias)

        error = refusal(made, handlers, self.ALIAS, alias)

        assert error.message.startswith(
            "Alias already exists: arn:aws:lambda:us-east-1:111111111111:function:site:live ("
        )
        assert error.code is HandlerErrorCode.ALREADY_EXISTS

    def test_a_function_may_have_a_layer_of_its_own_stack(
        self, handlers: Handlers, functions: Any, services: Services
    ) -> None:
        services.client("s3").create_bucket(Bucket="code")
        services.client("s3").put_object(Bucket="code", Key="layer.zip", Body=b"zipped")
        layer = {"LayerName": "shared", "Content": {"S3Bucket": "code", "S3Key": "layer.zip"}}
        function = "AWS::Lambda::Function"

        arn = made(handlers, "AWS::Lambda::LayerVersion", layer).physical_id
        before = {"Code": {"ZipFile": ""}, "Role": "r"}
        changed(handlers, function, "site", before, {**before, "Layers": [arn]})

        assert arn == "arn:aws:lambda:us-east-1:111111111111:layer:shared:1"
        assert functions.get_function(FunctionName="site")["Configuration"]["Layers"][0]["Arn"] == arn
        assert live(handlers, "AWS::Lambda::LayerVersion", arn, layer) == layer
        removed(handlers, "AWS::Lambda::LayerVersion", arn, layer)
        assert live(handlers, "AWS::Lambda::LayerVersion", arn, layer) is None
