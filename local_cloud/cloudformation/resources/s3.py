"""Buckets in moto: a site's frontend is uploaded to one, and one that is not empty cannot be deleted."""

import json
from typing import Any

from botocore.exceptions import ClientError

from local_cloud.cloudformation.resources.base import (
    Backed,
    Properties,
    physical_id,
    picked,
    refused,
    undone,
)
from local_cloud.cloudformation.resources.fitting import call
from local_cloud.cloudformation.resources.handlers import HandlerError, HandlerErrorCode, Request, State

# Property -> the operations that set it, unset it ("" where S3 can only suspend it) and tell it.
SETTINGS = {
    "VersioningConfiguration": ("PutBucketVersioning", "", "GetBucketVersioning"),
    "PublicAccessBlockConfiguration": ("PutPublicAccessBlock", "DeletePublicAccessBlock", "GetPublicAccessBlock"),
    "OwnershipControls": (
        "PutBucketOwnershipControls",
        "DeleteBucketOwnershipControls",
        "GetBucketOwnershipControls",
    ),
}
BLOCKED = (
    "User: arn:aws:iam::{account}:user/local is not authorized to perform: s3:PutBucketPolicy on "
    'resource: "arn:aws:s3:::{bucket}" because public policies are prevented by the BlockPublicPolicy setting in '
    "S3 Block Public Access."
)
PUBLIC = ("*", {"AWS": "*"}, {"AWS": ["*"]})


class Bucket(Backed):
    """AWS::S3::Bucket. Names are global: a name that exists anywhere is taken."""

    def create(self, request: Request) -> State:
        name = self.name(request)
        if self._exists(request, name):
            raise HandlerError(HandlerErrorCode.ALREADY_EXISTS, f"{name} already exists", plain=True, taken=name)
        elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": request.region}}
        self.client("s3", request).create_bucket(Bucket=name, **(elsewhere if request.region != "us-east-1" else {}))
        with undone(lambda: self.client("s3", request).delete_bucket(Bucket=name)):
            self._set(request, name)
        return self.state(request, name)

    def update(self, request: Request) -> State:
        name = physical_id(request)
        self._set(request, name)
        return self.state(request, name)

    def delete(self, request: Request) -> None:
        try:
            self.client("s3", request).delete_bucket(Bucket=physical_id(request))
        except ClientError as error:
            if error.response["Error"]["Code"] != "BucketNotEmpty":
                raise
            text = "The bucket you tried to delete is not empty"
            versioned = self._setting(request, "GetBucketVersioning")
            text += ". You must delete all versions in the bucket." if versioned else ""
            raise refused(HandlerErrorCode.GENERAL_SERVICE_EXCEPTION, text, "S3", 409) from error

    def read(self, request: Request) -> Properties | None:
        if not self._exists(request, physical_id(request)):
            return None
        actual = {
            name: self._setting(request, get) for name, (_, _, get) in SETTINGS.items() if name in request.properties
        }
        return {name: value for name, value in {**request.properties, **actual}.items() if value}

    def _exists(self, request: Request, name: str) -> bool:
        buckets = self.client("s3", request).list_buckets()["Buckets"]
        return any(bucket["Name"] == name for bucket in buckets)

    def _set(self, request: Request, name: str) -> None:
        client, wanted, previous = self.client("s3", request), request.properties, request.previous or {}
        for setting, (put, unset, _) in SETTINGS.items():
            if setting in wanted:
                call(client, put, {"Bucket": name, **picked(wanted, setting)})
            elif setting in previous and unset:
                call(client, unset, {"Bucket": name})

    def _setting(self, request: Request, get: str) -> Any:
        """What S3 has configured, or None."""
        try:
            answer = call(self.client("s3", request), get, {"Bucket": physical_id(request)})
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                raise
            return None
        settings = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
        return settings.get("PublicAccessBlockConfiguration") or settings.get("OwnershipControls") or settings


class BucketPolicy(Backed):
    """AWS::S3::BucketPolicy. A public policy is refused while the bucket blocks public policies."""

    def create(self, request: Request) -> State:
        return self._put(request)

    def update(self, request: Request) -> State:
        return self._put(request)

    def delete(self, request: Request) -> None:
        self.client("s3", request).delete_bucket_policy(Bucket=request.properties["Bucket"])

    def read(self, request: Request) -> Properties | None:
        found = json.loads(self.client("s3", request).get_bucket_policy(Bucket=request.properties["Bucket"])["Policy"])
        known = _enforceable(request.properties["PolicyDocument"])
        return request.properties if found == known else {**request.properties, "PolicyDocument": found}

    def _put(self, request: Request) -> State:
        bucket, document = request.properties["Bucket"], request.properties["PolicyDocument"]
        client = self.client("s3", request)
        if _is_public(document) and self._blocks_public_policies(client, bucket):
            text = BLOCKED.format(account=request.account, bucket=bucket)
            raise refused(HandlerErrorCode.ACCESS_DENIED, text, "S3", 403)
        policy = {"Bucket": bucket, "Policy": _enforceable(document)}
        call(client, "PutBucketPolicy", policy)
        return self.state(request, bucket)

    def _blocks_public_policies(self, client: Any, bucket: str) -> bool:
        try:
            block = client.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        except ClientError:  # a bucket without a configuration of its own blocks since April 2023
            return True
        return bool(block["BlockPublicPolicy"])


def _is_public(document: Properties) -> bool:
    """Whether everyone is allowed without a condition. Which conditions S3 counts as narrowing is not modelled."""
    return any(
        statement["Effect"] == "Allow" and statement.get("Principal") in PUBLIC and not statement.get("Condition")
        for statement in _statements(document)
    )


def _statements(document: Properties) -> list[Properties]:
    found = document["Statement"]
    return found if isinstance(found, list) else [found]


def _enforceable(document: Properties) -> Properties:
    """Without conditional denials: moto ignores conditions, so that "no one without TLS" would shut out everyone."""
    kept = [each for each in _statements(document) if not (each["Effect"] == "Deny" and each.get("Condition"))]
    return {**document, "Statement": kept}
