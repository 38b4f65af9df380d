"""What only a person can give back: a permission, a service role. The stop names the command, and it helps."""

import json
import re
import shlex
from collections.abc import Callable

import pytest

import changesets
from changesets import Allowed, Deployed, Recovered, Stuck
from local_cloud.cloudformation.faults import DeleteRole, FailResource, On
from tests.changesets.cloud import SERVICES, Cloud, ending_with_another, template, topic
from tests.scenarios.test_repairs import allow

NO_ONE = Allowed()
SERVICE_ROLE, OTHER_ROLE = (f"arn:aws:iam::111111111111:role/{name}" for name in ("deployer", "other"))


@pytest.mark.parametrize("verb", ["apply", "recover"])
def test_a_permission_that_the_service_role_lost_is_named_with_the_command_after_which_the_same_verb_helps(
    verb: str,
) -> None:
    cloud = Cloud(real=True)
    cloud.apply(template(Topic=topic("before")), role_arn=SERVICE_ROLE)
    denied = (
        "User: arn:aws:sts::111111111111:assumed-role/deployer/AWSCloudFormation is not authorized to perform: "
        "sns:SetTopicAttributes on resource: arn:aws:sns:us-east-1:111111111111:demo because no identity-based policy "
        "allows the sns:SetTopicAttributes action (Service: Sns, Status Code: 403, Request ID: 1)"
    )
    lost = FailResource(resource="Topic", on=On.ROLLBACK, reason=denied, times=None)
    cloud.cloud.faults.add(FailResource(resource="Last", on=On.CREATE), lost)
    wanted = ending_with_another({"Topic": topic("after")})
    stopped = cloud.apply(wanted, consent=NO_ONE)
    assert isinstance(stopped, Stuck), stopped
    obey: Callable[[], changesets.Outcome] = {
        "apply": lambda: cloud.apply(wanted, consent=NO_ONE),
        "recover": lambda: cloud.recover(consent=NO_ONE),
    }[verb]
    assert isinstance(obey(), Stuck)  # nothing has changed: the same stop
    aws, service, operation, *options = shlex.split(stopped.diagnosis.command)
    assert (aws, service, operation) == ("aws", "iam", "put-role-policy")
    given = {re.sub(r"(?:^-|)-(\w)", lambda found: found[1].upper(), key): value for key, value in pairs(options)}
    client = SERVICES.client("iam")
    client.create_role(RoleName="deployer", AssumeRolePolicyDocument=json.dumps(allow("sts:AssumeRole", None)))
    client.put_role_policy(**given)
    (name,) = client.list_role_policies(RoleName="deployer")["PolicyNames"]
    (statement,) = client.get_role_policy(RoleName="deployer", PolicyName=name)["PolicyDocument"]["Statement"]
    assert statement["Action"] == "sns:SetTopicAttributes"
    cloud.cloud.faults.clear()
    assert isinstance(obey(), Deployed | Recovered)
    assert cloud.status in ("UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
    assert not any(plan.hazards for plan in cloud.plans)


def pairs(words: list[str]) -> list[tuple[str, str]]:
    return list(zip(words[::2], words[1::2], strict=True))


@pytest.mark.parametrize("verb", ["apply", "recover", "delete"])
def test_a_deleted_service_role_stops_a_stuck_stack_with_the_flag_that_helps_and_it_does(verb: str) -> None:
    cloud = Cloud()
    cloud.apply(template(Topic=topic("before")), role_arn=SERVICE_ROLE)
    once = FailResource(resource="Topic", on=On.ROLLBACK)
    cloud.cloud.faults.add(FailResource(resource="Last", on=On.CREATE), once, DeleteRole(role=SERVICE_ROLE))
    for _ in cloud.applying(ending_with_another({"Topic": topic("after")}), role_arn=OTHER_ROLE):
        if cloud.status == "UPDATE_ROLLBACK_FAILED":
            break
    cloud.cloud.faults.add(DeleteRole(role=OTHER_ROLE))
    obey: Callable[..., changesets.Outcome] = getattr(cloud, verb)
    stopped = obey()
    assert isinstance(stopped, Stuck), stopped
    assert stopped.diagnosis.page == "role-cannot-be-assumed.md"
    assert stopped.diagnosis.command == f"{verb} --role-arn ARN"
    assert isinstance(obey(role_arn="arn:aws:iam::111111111111:role/good"), Deployed | Recovered | changesets.Deleted)


def test_a_healthy_stack_without_its_role_is_deleted_with_the_flag_that_the_stop_names() -> None:
    cloud = Cloud()
    cloud.apply(template(Topic=topic("before")), role_arn=SERVICE_ROLE)
    cloud.cloud.faults.add(DeleteRole(role=SERVICE_ROLE))
    stopped = cloud.delete()
    assert isinstance(stopped, Stuck), stopped
    assert stopped.diagnosis.command == "delete --role-arn ARN"
    assert isinstance(cloud.delete(role_arn=OTHER_ROLE), changesets.Deleted)
