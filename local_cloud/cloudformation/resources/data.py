"""Tables, parameters, secrets and queues in moto: their contents survive an update, as they do on AWS."""

import json
from collections.abc import Mapping
from typing import Any

from local_cloud.cloudformation.resources.base import (
    Backed,
    Properties,
    given_or_generated,
    physical_id,
    picked,
    refused,
    undone,
)
from local_cloud.cloudformation.resources.fitting import call
from local_cloud.cloudformation.resources.handlers import HandlerErrorCode, Request, State
from local_cloud.cloudformation.values import text

MUTABLE_TABLE = ("AttributeDefinitions", "BillingMode", "ProvisionedThroughput", "SSESpecification", "TableClass",
                 "DeletionProtectionEnabled")  # fmt: skip
PROTECTED = (
    "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first."
)


class Table(Backed):
    """AWS::DynamoDB::Table. One index may be added or removed per update; a protected table cannot be deleted."""

    def create(self, request: Request) -> State:
        client, name = self.client("dynamodb", request), self.name(request)
        wanted = {**request.properties, "TableName": name}
        call(client, "CreateTable", _streamed(wanted))
        with undone(lambda: client.delete_table(TableName=name)):
            self._set_rest(request, name)
        return self._state(request, name)

    def update(self, request: Request) -> State:
        client, name = self.client("dynamodb", request), physical_id(request)
        changes = picked(request.properties, *MUTABLE_TABLE)
        if indexes := _index_changes(request):
            changes["GlobalSecondaryIndexUpdates"] = indexes
        call(client, "UpdateTable", {**changes, "TableName": name})
        self._set_rest(request, name)
        return self._state(request, name)

    def delete(self, request: Request) -> None:
        client, name = self.client("dynamodb", request), physical_id(request)
        if client.describe_table(TableName=name)["Table"].get("DeletionProtectionEnabled"):
            raise refused(HandlerErrorCode.INVALID_REQUEST, PROTECTED, "DynamoDb", 400)
        client.delete_table(TableName=name)

    def read(self, request: Request) -> Properties | None:
        client, name = self.client("dynamodb", request), physical_id(request)
        table = client.describe_table(TableName=name)["Table"]
        live = {"DeletionProtectionEnabled": table.get("DeletionProtectionEnabled", False)}
        if "BillingMode" in request.properties:
            live["BillingMode"] = table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
        return {**request.properties, **live}

    def _set_rest(self, request: Request, name: str) -> None:
        """The settings that have an operation of their own."""
        client, wanted, previous = self.client("dynamodb", request), request.properties, request.previous or {}
        lives = wanted.get("TimeToLiveSpecification")
        if lives and lives != previous.get("TimeToLiveSpecification"):
            call(client, "UpdateTimeToLive", {"TableName": name, "TimeToLiveSpecification": lives})
        if recovers := wanted.get("PointInTimeRecoverySpecification"):
            recovery = {"TableName": name, "PointInTimeRecoverySpecification": recovers}
            call(client, "UpdateContinuousBackups", recovery)

    def _state(self, request: Request, name: str) -> State:
        table = self.client("dynamodb", request).describe_table(TableName=name)["Table"]
        stream = {"StreamArn": table["LatestStreamArn"]} if "LatestStreamArn" in table else {}
        return self.state(request, name, **stream)


def _streamed(wanted: dict[str, Any]) -> dict[str, Any]:
    """CloudFormation's stream is on when it is named; the API has a flag."""
    stream = wanted.get("StreamSpecification")
    return {**wanted, "StreamSpecification": {**stream, "StreamEnabled": True}} if stream else wanted


def _index_changes(request: Request) -> list[dict[str, Any]]:
    """The indexes to add or remove. Raises HandlerError for more than one, as DynamoDB does."""
    before, after = (_indexes(properties) for properties in (request.previous or {}, request.properties))
    changes = [{"Create": after[name]} for name in after.keys() - before.keys()]
    changes += [{"Delete": {"IndexName": name}} for name in before.keys() - after.keys()]
    if len(changes) > 1:
        text = "Cannot perform more than one GSI creation or deletion in a single update"
        raise refused(HandlerErrorCode.INVALID_REQUEST, text, "DynamoDb", 400)
    return changes


def _indexes(properties: Properties) -> dict[str, Any]:
    return {index["IndexName"]: index for index in properties.get("GlobalSecondaryIndexes", [])}


class Parameter(Backed):
    """AWS::SSM::Parameter."""

    def create(self, request: Request) -> State:
        return self._put(request, self.name(request), overwrite=False)

    def update(self, request: Request) -> State:
        return self._put(request, physical_id(request), overwrite=True)

    def delete(self, request: Request) -> None:
        self.client("ssm", request).delete_parameter(Name=physical_id(request))

    def read(self, request: Request) -> Properties | None:
        found = self.client("ssm", request).get_parameter(Name=physical_id(request))["Parameter"]
        return {**request.properties, "Type": found["Type"], "Value": found["Value"]}

    def _put(self, request: Request, name: str, *, overwrite: bool) -> State:
        client, wanted = self.client("ssm", request), {k: v for k, v in request.properties.items() if k != "Tags"}
        call(client, "PutParameter", {**wanted, "Name": name, "Overwrite": overwrite})
        return self.state(request, name)


class Secret(Backed):
    """AWS::SecretsManager::Secret, with a value generated as its template asks."""

    def create(self, request: Request) -> State:
        client, name = self.client("secretsmanager", request), given_or_generated(request, "Name")
        return self.state(request, client.create_secret(Name=name, SecretString=self._value(request))["ARN"])

    def update(self, request: Request) -> State:
        client, arn = self.client("secretsmanager", request), physical_id(request)
        if "SecretString" in request.properties:
            client.put_secret_value(SecretId=arn, SecretString=str(request.properties["SecretString"]))
        return self.state(request, arn)

    def delete(self, request: Request) -> None:
        client = self.client("secretsmanager", request)
        client.delete_secret(SecretId=physical_id(request), ForceDeleteWithoutRecovery=True)

    def read(self, request: Request) -> Properties | None:
        self.client("secretsmanager", request).describe_secret(SecretId=physical_id(request))
        return request.properties

    def _value(self, request: Request) -> str:
        wanted = request.properties.get("GenerateSecretString")
        if wanted is None:
            return str(request.properties.get("SecretString", ""))
        client = self.client("secretsmanager", request)
        password: str = call(client, "GetRandomPassword", wanted)["RandomPassword"]
        key = wanted.get("GenerateStringKey")
        return json.dumps({**json.loads(wanted["SecretStringTemplate"]), key: password}) if key else password


class Queue(Backed):
    """AWS::SQS::Queue; its physical id is its URL."""

    def create(self, request: Request) -> State:
        client, wanted = self.client("sqs", request), request.properties
        name = given_or_generated(request, "QueueName")
        if wanted.get("FifoQueue") and not name.endswith(".fifo"):
            name += ".fifo"
        url = client.create_queue(QueueName=name, Attributes=_queue_attributes(wanted))["QueueUrl"]
        return self._state(request, url.replace("http://", "https://", 1))  # moto has the scheme of whoever asked first

    def update(self, request: Request) -> State:
        url = physical_id(request)
        self.client("sqs", request).set_queue_attributes(QueueUrl=url, Attributes=_queue_attributes(request.properties))
        return self._state(request, url)

    def delete(self, request: Request) -> None:
        self.client("sqs", request).delete_queue(QueueUrl=physical_id(request))

    def read(self, request: Request) -> Properties | None:
        url = physical_id(request)
        live = self.client("sqs", request).get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        given = _queue_attributes(request.properties)
        return {
            **request.properties,
            **{key: _like(request.properties[key], live[key]) for key in given if key in live},
        }

    def _state(self, request: Request, url: str) -> State:
        client = self.client("sqs", request)
        arn = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        return self.state(request, url, Arn=arn, QueueUrl=url, QueueName=arn.rpartition(":")[2])


def _queue_attributes(properties: Properties) -> dict[str, str]:
    given = {key: value for key, value in properties.items() if key not in ("QueueName", "Tags")}
    return {key: json.dumps(value) if isinstance(value, Mapping) else text(value) for key, value in given.items()}


def _like(given: Any, live: str) -> Any:
    """SQS answers text for everything; drift compares with what the template said."""
    if isinstance(given, Mapping):
        return json.loads(live)
    return given if text(given) == live else live
