"""What stands behind resource types: real things in moto, refused and kept as AWS does."""

import json
from typing import Any

import pytest

from local_cloud.cloudformation.resources.handlers import HandlerErrorCode, Handlers
from local_cloud.services import Services
from tests.local_cloud.handling import MANIFEST, TRUST, changed, live, made, refusal, removed


class TestRepository:
    TYPE = "AWS::ECR::Repository"

    def test_a_repository_with_images_stays(self, handlers: Handlers, services: Services) -> None:
        state = made(handlers, self.TYPE, {"RepositoryName": "app"})
        assert state.attributes["RepositoryUri"] == "111111111111.dkr.ecr.us-east-1.amazonaws.com/app"
        services.client("ecr").put_image(repositoryName="app", imageManifest=MANIFEST, imageTag="1")

        error = refusal(removed, handlers, self.TYPE, "app")

        assert (
            "The repository with name 'app' in registry with id '111111111111' cannot be deleted because it still "
            "contains images" in error.message
        )
        assert error.code is HandlerErrorCode.GENERAL_SERVICE_EXCEPTION

    def test_a_repository_that_may_be_emptied_goes(self, handlers: Handlers, services: Services) -> None:
        made(handlers, self.TYPE, {"RepositoryName": "app", "EmptyOnDelete": True})
        services.client("ecr").put_image(repositoryName="app", imageManifest=MANIFEST, imageTag="1")

        removed(handlers, self.TYPE, "app", {"EmptyOnDelete": True})

        assert services.client("ecr").describe_repositories()["repositories"] == []


class TestRole:
    TYPE = "AWS::IAM::Role"

    ALLOWS = {  # noqa: RUF012
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
    }

    def test_a_role_to_which_somebody_attached_a_policy_stays(self, handlers: Handlers, services: Services) -> None:
        role = made(handlers, self.TYPE, {"AssumeRolePolicyDocument": TRUST}).physical_id
        services.client("iam").create_policy(PolicyName="p", PolicyDocument=json.dumps(self.ALLOWS))
        services.client("iam").attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::111111111111:policy/p")

        error = refusal(removed, handlers, self.TYPE, role)

        assert error.message.startswith("Cannot delete entity, must detach all policies first.")

    def test_its_own_policies_go_with_it(self, handlers: Handlers) -> None:
        inline = {"PolicyName": "own", "PolicyDocument": self.ALLOWS}
        properties = {"AssumeRolePolicyDocument": TRUST, "Policies": [inline]}
        role = made(handlers, self.TYPE, properties).physical_id

        removed(handlers, self.TYPE, role, properties)

        assert live(handlers, self.TYPE, role, properties) is None

    @pytest.mark.parametrize("version", [{}, {"Version": "2008-10-17"}])
    def test_an_inline_policy_needs_no_version(self, handlers: Handlers, version: dict[str, str]) -> None:
        document = {**version, "Statement": self.ALLOWS["Statement"]}
        inline = {"PolicyName": "own", "PolicyDocument": document}
        properties = {"AssumeRolePolicyDocument": TRUST, "RoleName": "r", "Policies": [inline]}

        assert made(handlers, self.TYPE, properties).physical_id == "r"
        assert made(handlers, "AWS::IAM::Policy", {**inline, "Roles": ["r"]}).physical_id

    def test_a_name_that_is_taken_is_refused(self, handlers: Handlers) -> None:
        made(handlers, self.TYPE, {"AssumeRolePolicyDocument": TRUST, "RoleName": "r"})

        error = refusal(made, handlers, self.TYPE, {"AssumeRolePolicyDocument": TRUST, "RoleName": "r"})

        assert error.message == "Resource of type 'AWS::IAM::Role' with identifier 'r' already exists."

    def test_a_policy_of_awss_own_can_be_attached(self, handlers: Handlers) -> None:
        basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
        properties = {"AssumeRolePolicyDocument": TRUST, "ManagedPolicyArns": [basic]}
        role = made(handlers, self.TYPE, properties).physical_id
        assert live(handlers, self.TYPE, role, properties) == properties

        removed(handlers, self.TYPE, role, properties)

        assert live(handlers, self.TYPE, role, properties) is None

    def test_a_role_that_could_not_be_finished_leaves_nothing_behind(self, handlers: Handlers) -> None:
        unknown = "arn:aws:iam::111111111111:policy/unknown"
        properties = {"AssumeRolePolicyDocument": TRUST, "RoleName": "r", "ManagedPolicyArns": [unknown]}

        refusal(made, handlers, self.TYPE, properties)

        assert live(handlers, self.TYPE, "r", properties) is None


class TestLogGroup:
    def test_a_group_that_the_function_made_first_is_refused(self, handlers: Handlers, services: Services) -> None:
        services.client("logs").create_log_group(logGroupName="/aws/lambda/f")

        error = refusal(made, handlers, "AWS::Logs::LogGroup", {"LogGroupName": "/aws/lambda/f"})

        assert error.message == (
            "Resource of type 'AWS::Logs::LogGroup' with identifier "
            '\'{"/properties/LogGroupName":"/aws/lambda/f"}\' already exists.'
        )

    def test_its_retention_is_real(self, handlers: Handlers, services: Services) -> None:
        properties = {"RetentionInDays": 14}
        group = made(handlers, "AWS::Logs::LogGroup", properties).physical_id
        assert live(handlers, "AWS::Logs::LogGroup", group, properties) == properties

        services.client("logs").put_retention_policy(logGroupName=group, retentionInDays=1)

        assert live(handlers, "AWS::Logs::LogGroup", group, properties) == {"RetentionInDays": 1}


class TestTable:
    TYPE = "AWS::DynamoDB::Table"
    TABLE = {  # noqa: RUF012
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }

    def indexed(self, *names: str) -> dict[str, Any]:
        indexes = [
            {
                "IndexName": name,
                "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
            for name in names
        ]
        attributes = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", *names)]
        return {**self.TABLE, "AttributeDefinitions": attributes, "GlobalSecondaryIndexes": indexes}

    def test_what_is_in_a_table_survives_an_update(self, handlers: Handlers, services: Services) -> None:
        table = made(handlers, self.TYPE, self.TABLE).physical_id
        services.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "run"}})

        changed(handlers, self.TYPE, table, self.TABLE, self.indexed("day"))

        described = services.client("dynamodb").describe_table(TableName=table)["Table"]
        assert [index["IndexName"] for index in described["GlobalSecondaryIndexes"]] == ["day"]
        assert services.client("dynamodb").scan(TableName=table)["Count"] == 1

    def test_two_indexes_at_once_are_refused(self, handlers: Handlers) -> None:
        table = made(handlers, self.TYPE, self.TABLE).physical_id

        error = refusal(changed, handlers, self.TYPE, table, self.TABLE, self.indexed("day", "month"))

        assert error.message.startswith("Cannot perform more than one GSI creation or deletion in a single update")

    def test_a_protected_table_stays(self, handlers: Handlers) -> None:
        protected = {**self.TABLE, "DeletionProtectionEnabled": True}
        table = made(handlers, self.TYPE, protected).physical_id

        error = refusal(removed, handlers, self.TYPE, table, protected)

        assert error.message.startswith("Resource cannot be deleted as it is currently protected against deletion.")


class TestSmallThings:
    def test_a_parameter_has_cloudformations_own_kind_of_name(self, handlers: Handlers, services: Services) -> None:
        name = made(handlers, "AWS::SSM::Parameter", {"Type": "String", "Value": "v"}).physical_id

        assert name.startswith("CFN-Thing-")
        assert services.client("ssm").get_parameter(Name=name)["Parameter"]["Value"] == "v"

    def test_a_queue_is_known_by_its_url(self, handlers: Handlers, services: Services) -> None:
        properties = {"VisibilityTimeout": 60, "QueueName": "work"}
        state = made(handlers, "AWS::SQS::Queue", properties)
        assert state.attributes["QueueName"] == "work"
        assert live(handlers, "AWS::SQS::Queue", state.physical_id, properties) == properties

        removed(handlers, "AWS::SQS::Queue", state.physical_id)

        assert live(handlers, "AWS::SQS::Queue", state.physical_id, properties) is None

    def test_a_secret_is_generated_into_its_template(self, handlers: Handlers, services: Services) -> None:
        wanted = {
            "GenerateSecretString": {
                "SecretStringTemplate": '{"username": "me"}',
                "GenerateStringKey": "password",
                "PasswordLength": 20,
            }
        }

        arn = made(handlers, "AWS::SecretsManager::Secret", wanted).physical_id

        secret = json.loads(services.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
        assert (secret["username"], len(secret["password"])) == ("me", 20)
