"""Roles and policies in moto: a role to which somebody else attached a policy cannot be deleted."""

from collections.abc import Mapping
from typing import Any

from local_cloud.cloudformation.resources.base import (
    Backed,
    Properties,
    given_or_generated,
    physical_id,
    refused,
    undone,
)
from local_cloud.cloudformation.resources.fitting import call
from local_cloud.cloudformation.resources.handlers import HandlerErrorCode, Request, State
from local_cloud.cloudformation.resources.managed_policies import make_known

OLDER = "2008-10-17"


class Role(Backed):
    """AWS::IAM::Role with its inline and attached policies. Roles are global: one name in all regions."""

    def create(self, request: Request) -> State:
        client, name = self.client("iam", request), self.name(request)
        call(client, "CreateRole", {**request.properties, "RoleName": name})
        with undone(lambda: self._remove(client, name)):
            self._set_policies(request, name)
        return self._state(request, name)

    def update(self, request: Request) -> State:
        client, name, wanted = self.client("iam", request), physical_id(request), request.properties
        call(client, "UpdateRole", {**wanted, "RoleName": name})
        document = {"RoleName": name, "PolicyDocument": wanted["AssumeRolePolicyDocument"]}
        call(client, "UpdateAssumeRolePolicy", document)
        self._unset_policies(request, name)
        self._set_policies(request, name)
        return self._state(request, name)

    def delete(self, request: Request) -> None:
        client, name = self.client("iam", request), physical_id(request)
        self._detach(client, name, request.properties)
        if client.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            text = "Cannot delete entity, must detach all policies first."
            raise refused(HandlerErrorCode.RESOURCE_CONFLICT, text, "Iam", 409)
        client.delete_role(RoleName=name)

    def read(self, request: Request) -> Properties | None:
        client, name = self.client("iam", request), physical_id(request)
        role = client.get_role(RoleName=name)["Role"]
        attached = client.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        live: dict[str, Any] = {"AssumeRolePolicyDocument": role["AssumeRolePolicyDocument"]}
        if arns := [policy["PolicyArn"] for policy in attached]:
            live["ManagedPolicyArns"] = arns
        return {**{k: v for k, v in request.properties.items() if k != "ManagedPolicyArns"}, **live}

    def _set_policies(self, request: Request, name: str) -> None:
        client, wanted = self.client("iam", request), request.properties
        for policy in wanted.get("Policies", []):
            _put(client, policy, name)
        make_known(request.account, wanted.get("ManagedPolicyArns", []))
        for arn in wanted.get("ManagedPolicyArns", []):
            client.attach_role_policy(RoleName=name, PolicyArn=arn)

    def _unset_policies(self, request: Request, name: str) -> None:
        self._detach(self.client("iam", request), name, request.previous or {})

    def _detach(self, client: Any, name: str, properties: Properties) -> None:
        """Remove the policies that CloudFormation attached; it leaves those of somebody else."""
        attached = {
            policy["PolicyArn"] for policy in client.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        }
        for arn in attached.intersection(properties.get("ManagedPolicyArns", [])):
            client.detach_role_policy(RoleName=name, PolicyArn=arn)
        inline = set(client.list_role_policies(RoleName=name)["PolicyNames"])
        for policy in inline.intersection(policy["PolicyName"] for policy in properties.get("Policies", [])):
            client.delete_role_policy(RoleName=name, PolicyName=policy)

    def _remove(self, client: Any, name: str) -> None:
        for policy in client.list_role_policies(RoleName=name)["PolicyNames"]:
            client.delete_role_policy(RoleName=name, PolicyName=policy)
        for attached in client.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            client.detach_role_policy(RoleName=name, PolicyArn=attached["PolicyArn"])
        client.delete_role(RoleName=name)

    def _state(self, request: Request, name: str) -> State:
        role = self.client("iam", request).get_role(RoleName=name)["Role"]
        return self.state(request, name, Arn=role["Arn"], RoleId=role["RoleId"])


def _put(client: Any, policy: Properties, role: str) -> None:
    """An inline policy. IAM takes an older Version, and none, as SAM's policy templates have none; moto does not."""
    document = policy["PolicyDocument"]
    if isinstance(document, Mapping) and document.get("Version", OLDER) == OLDER:
        policy = {**policy, "PolicyDocument": {**document, "Version": "2012-10-17"}}
    call(client, "PutRolePolicy", {**policy, "RoleName": role})


class RolePolicy(Backed):
    """AWS::IAM::Policy: inline, in the roles it names. (Users and groups are not backed.)"""

    def create(self, request: Request) -> State:
        client = self.client("iam", request)
        for role in request.properties.get("Roles", []):
            _put(client, request.properties, role)
        return self.state(request, request.physical_id or self.name(request))

    def update(self, request: Request) -> State:
        left = set((request.previous or {}).get("Roles", [])) - set(request.properties.get("Roles", []))
        self._remove(request, left)
        return self.create(request)

    def delete(self, request: Request) -> None:
        self._remove(request, set(request.properties.get("Roles", [])))

    def read(self, request: Request) -> Properties | None:
        return request.properties

    def _remove(self, request: Request, roles: set[str]) -> None:
        client, name = self.client("iam", request), (request.previous or request.properties)["PolicyName"]
        for role in roles:
            if name in client.list_role_policies(RoleName=role)["PolicyNames"]:
                client.delete_role_policy(RoleName=role, PolicyName=name)


class ManagedPolicy(Backed):
    """AWS::IAM::ManagedPolicy."""

    def create(self, request: Request) -> State:
        client, name = self.client("iam", request), given_or_generated(request, "ManagedPolicyName")
        arn = call(client, "CreatePolicy", {**request.properties, "PolicyName": name})["Policy"]["Arn"]
        for role in request.properties.get("Roles", []):
            client.attach_role_policy(RoleName=role, PolicyArn=arn)
        return self.state(request, arn)

    def update(self, request: Request) -> State:
        client, arn = self.client("iam", request), physical_id(request)
        for version in client.list_policy_versions(PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                client.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
        document = {**request.properties, "PolicyArn": arn, "SetAsDefault": True}
        call(client, "CreatePolicyVersion", document)
        return self.state(request, arn)

    def delete(self, request: Request) -> None:
        client, arn = self.client("iam", request), physical_id(request)
        attached = {role["RoleName"] for role in client.list_entities_for_policy(PolicyArn=arn)["PolicyRoles"]}
        for role in attached.intersection(request.properties.get("Roles", [])):
            client.detach_role_policy(RoleName=role, PolicyArn=arn)
        for version in client.list_policy_versions(PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                client.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
        client.delete_policy(PolicyArn=arn)

    def read(self, request: Request) -> Properties | None:
        client, arn = self.client("iam", request), physical_id(request)
        version = client.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        found = client.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
        return {**request.properties, "PolicyDocument": found["Document"]}
