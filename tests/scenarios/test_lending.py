"""A permission that a role lost: lent with consent for the time of the rollback, and taken away when that is over."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

import changesets
from changesets import Allowed, CloudFormation, Deployed, HazardKind, Noticed, Recovered, RolledBack, StepStarted, Stuck
from changesets.lending import policy_name
from local_cloud.cloudformation.faults import FailResource, On
from tests.changesets.cloud import SERVICES, YES, Cloud, ending_with_another, template, topic
from tests.scenarios.test_repairs import NO_ONE, allow

ROLE = "deployer"
WHO = f"arn:aws:sts::111111111111:assumed-role/{ROLE}/AWSCloudFormation"
TOPIC = "arn:aws:sns:us-east-1:111111111111:demo"
UNKNOWN = "because no identity-based policy allows the action"
LEND = Allowed(names=frozenset({"Topic"}))


def denial(action: str, who: str = WHO, why: str = UNKNOWN) -> str:
    text = f"User: {who} is not authorized to perform: {action} on resource: {TOPIC} {why}"
    return f"{text} (Service: Sns, Status Code: 403, Request ID: 1)"


class Asked:
    """IAM as the caller may ask it; what is denied in a rollback follows each answer."""

    def __init__(self, lost: "Lost") -> None:
        self._lost = lost

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            if operation in self._lost.refused:
                raise ClientError({"Error": {"Code": "AccessDenied", "Message": f"Not you: {operation}"}}, operation)
            answer = getattr(self._lost.iam, operation)(**arguments)
            self._lost.deny()
            return answer

        return call


class Lost:
    """A stack whose service role lost permissions: its rollback is denied by turns what IAM does not allow."""

    def __init__(self, *actions: str, reason: str = "") -> None:
        self.cloud, self.actions, self.reason = Cloud(real=True), actions, reason
        self.iam = SERVICES.client("iam")
        trust = allow("sts:AssumeRole", None, Principal={"Service": "cloudformation.amazonaws.com"})
        self.iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(trust))
        self.refused = frozenset[str]()
        self.helps = True
        self.cloud.gateway = CloudFormation(self.cloud.client, clients=self.clients)
        self.before, self.after = (self.edition(each) for each in ("one", "two"))
        assert isinstance(self.cloud.apply(template(**self.before)), Deployed)

    def edition(self, name: str) -> dict[str, Any]:
        return {"Topic": topic(name)}

    def clients(self, service: str) -> Any:
        return Asked(self) if service == "iam" else SERVICES.client(service)

    def deny(self) -> None:
        """From now on what IAM does not allow, the first of it."""
        held = [(each["Action"], each["Resource"]) for each in self.held] if self.helps else []
        missing = [each for each in self.actions if (each, TOPIC) not in held]
        self.cloud.cloud.faults.clear()
        for action in missing[:1]:
            reason = self.reason or denial(action)
            self.cloud.cloud.faults.add(FailResource(resource="Topic", on=On.ROLLBACK, reason=reason, times=None))

    @property
    def policies(self) -> list[str]:
        return list(self.iam.list_role_policies(RoleName=ROLE)["PolicyNames"])

    @property
    def held(self) -> list[dict[str, str]]:
        documents = [self.iam.get_role_policy(RoleName=ROLE, PolicyName=each) for each in self.policies]
        return [statement for each in documents for statement in each["PolicyDocument"]["Statement"]]

    def roll_back(self, consent: Any = NO_ONE) -> changesets.Outcome:
        """An update that fails at its end; its rollback is denied."""
        self.deny()
        self.cloud.cloud.faults.add(FailResource(resource="Last", on=On.CREATE, reason="No room"))
        return self.cloud.apply(ending_with_another(self.after), consent=consent)

    @property
    def lending(self) -> list[changesets.Plan]:
        return [each for each in self.cloud.plans if each.rung.startswith("lend")]


def test_it_is_lent_with_consent_the_rollback_ends_and_it_is_taken_away_again() -> None:
    lost = Lost("sns:SetTopicAttributes")
    outcome = lost.roll_back(LEND)
    assert isinstance(outcome, RolledBack), outcome
    assert outcome.diagnosis.cause == "No room"
    (plan,) = lost.lending
    (hazard,) = plan.hazards
    assert (hazard.kind, hazard.logical_id) == (HazardKind.ACCESS, "Topic")
    assert f"{ROLE} may sns:SetTopicAttributes on {TOPIC}" in hazard.message
    operations = ["PutRolePolicy", "Pause", "ContinueUpdateRollback", "DescribeStackEvents"]
    assert [step.operation for step in plan.steps] == operations
    (statement,) = json.loads(plan.steps[0].arguments["PolicyDocument"])["Statement"]
    assert statement == {"Effect": "Allow", "Action": "sns:SetTopicAttributes", "Resource": TOPIC}
    assert lost.cloud.steps[-1] == "DeleteRolePolicy"
    assert lost.policies == []
    assert not any(step in ("CreateChangeSet", "ExecuteChangeSet") for step in lost.cloud.steps[3:])


@pytest.mark.parametrize("verb", ["apply", "recover"])
def test_without_consent_it_stops_with_the_command_and_the_way_out_and_nothing_is_lent(verb: str) -> None:
    lost = Lost("sns:SetTopicAttributes")
    stopped = lost.roll_back()
    assert isinstance(stopped, Stuck), stopped
    assert stopped.diagnosis.command.startswith(f"aws iam put-role-policy --role-name {ROLE} ")
    assert stopped.recovery.steps[0].operation == "PutRolePolicy"
    assert lost.policies == []
    text, cloud = ending_with_another(lost.after), lost.cloud
    again = cloud.apply(text, consent=LEND) if verb == "apply" else cloud.recover(consent=LEND)
    assert isinstance(again, Deployed | Recovered), again
    assert lost.policies == []


DENIED = "sns:SetTopicAttributes"
OTHERS = {
    "an explicit denial": denial(DENIED, why="with an explicit deny in an identity-based policy"),
    "a boundary": denial(DENIED, why="because no permissions boundary allows the action"),
    "a session policy": denial(DENIED, why="because no session policy allows the action"),
    "an organization's policy": denial(DENIED, why="because no service control policy allows the action"),
    "the resource's policy": denial(DENIED, why="because no resource-based policy allows the action"),
    "another account's role": denial(DENIED, WHO.replace("1" * 12, "2" * 12)),
    "a role of the identity center": denial(DENIED, WHO.replace(ROLE, "AWSReservedSSO_Admin_1")),
    "a user": denial(DENIED, "arn:aws:iam::111111111111:user/me"),
}


@pytest.mark.parametrize("reason", OTHERS.values(), ids=list(OTHERS))
def test_what_somebody_decided_or_is_nobodys_role_is_not_offered(reason: str) -> None:
    lost = Lost("sns:SetTopicAttributes", reason=reason)
    stopped = lost.roll_back(LEND)
    assert lost.lending == []
    assert "PutRolePolicy" not in lost.cloud.steps
    assert isinstance(stopped, Stuck | RolledBack)


def test_what_a_custom_resource_says_of_itself_widens_nothing() -> None:
    cloud = Cloud(real=True)
    lender = {"Type": "Custom::Lender", "Properties": {"ServiceToken": TOPIC}}
    failed = changesets.StackEvent(
        id="1", stack_id="arn:aws:cloudformation:us-east-1:111111111111:stack/demo/1", stack_name="demo",
        logical_id="Lender", physical_id="1", type=str(lender["Type"]), status="UPDATE_FAILED",
        reason=denial("iam:*"), at=cloud.clock.now(),
    )  # fmt: skip
    assert changesets.lending.denials(failed.stack_id, [failed]) == ()


def test_a_refusal_of_iam_ends_in_the_command_and_not_in_a_skip() -> None:
    lost = Lost("sns:SetTopicAttributes")
    lost.refused = frozenset({"put_role_policy"})
    stopped = lost.roll_back(YES)
    assert isinstance(stopped, Stuck), stopped
    assert stopped.diagnosis.command.startswith("aws iam put-role-policy ")
    assert len(lost.lending) == 1
    assert any("Not you" in each.message for each in lost.cloud.events if isinstance(each, Noticed))
    assert not any(plan.rung.startswith("skip") for plan in lost.cloud.plans)


def test_where_nobody_may_look_nothing_is_lent() -> None:
    lost = Lost("sns:SetTopicAttributes")
    lost.refused = frozenset({"get_role_policy"})
    assert isinstance(lost.roll_back(), Stuck)
    assert lost.lending == []


def test_a_loan_that_does_not_help_is_asked_for_once_and_does_not_stay() -> None:
    lost = Lost("sns:SetTopicAttributes")
    lost.helps = False
    stopped = lost.roll_back(lambda plan: not plan.hazards or plan.rung.startswith("lend"))
    assert isinstance(stopped, Stuck), stopped
    assert stopped.recovery.rung == "skip Topic"
    assert len(lost.lending) == 1
    (told,) = [each.message for each in lost.cloud.events if isinstance(each, Noticed)]
    name = policy_name(lost.cloud.stack().id)
    assert told.endswith(f"aws iam delete-role-policy --role-name {ROLE} --policy-name {name}")
    assert isinstance(lost.cloud.recover(consent=YES), Recovered)
    assert lost.lending == []
    assert lost.policies == []


def test_permissions_lost_one_after_the_other_are_lent_together_at_the_end() -> None:
    actions = ("sns:GetTopicAttributes", "sns:SetTopicAttributes", "sns:TagResource")
    lost = Lost(*actions)
    outcome = lost.roll_back(LEND)
    assert isinstance(outcome, RolledBack), outcome
    documents = [json.loads(plan.steps[0].arguments["PolicyDocument"])["Statement"] for plan in lost.lending]
    assert [tuple(each["Action"] for each in document) for document in documents] == [
        actions[:1],
        actions[:2],
        actions[:3],
    ]
    assert all(len(plan.hazards) == 1 for plan in lost.lending)
    assert lost.policies == []


@pytest.mark.parametrize("verb", ["apply", "recover", "delete"])
@pytest.mark.parametrize("step", ["Pause", "ContinueUpdateRollback", "DescribeStackEvents", "DeleteRolePolicy"])
def test_after_a_kill_the_next_run_asks_for_nothing_and_takes_it_away(step: str, verb: str) -> None:
    lost = Lost("sns:SetTopicAttributes")
    lost.deny()
    lost.cloud.cloud.faults.add(FailResource(resource="Last", on=On.CREATE, reason="No room"))
    lent = False
    for event in lost.cloud.applying(ending_with_another(lost.after), consent=LEND):
        lent = lent or bool(lost.policies)
        if lent and isinstance(event, StepStarted) and event.step.operation == step:
            break
    assert lost.policies == [policy_name(lost.cloud.stack().id)]
    goals: dict[str, Callable[[], changesets.Outcome]] = {
        "apply": lambda: lost.cloud.apply(ending_with_another(lost.after), consent=NO_ONE),
        "recover": lambda: lost.cloud.recover(consent=NO_ONE),
        "delete": lost.cloud.delete,
    }
    outcome = goals[verb]()
    assert isinstance(outcome, Deployed | Recovered | changesets.Deleted), outcome
    assert lost.policies == []
    assert lost.lending == []


def test_what_cannot_be_taken_away_is_told_with_the_command_and_does_not_stop_the_deployment() -> None:
    lost = Lost("sns:SetTopicAttributes")
    lost.refused = frozenset({"delete_role_policy"})
    lost.roll_back(LEND)
    outcome = lost.cloud.apply(ending_with_another(lost.after), consent=NO_ONE)
    assert isinstance(outcome, Deployed), outcome
    told = [each.message for each in lost.cloud.events if isinstance(each, Noticed)]
    assert "Not you: delete_role_policy" in told[0]
    assert f"aws iam delete-role-policy --role-name {ROLE} " in told[-1]


def test_a_policy_that_is_not_of_this_stack_stays() -> None:
    lost = Lost("sns:SetTopicAttributes")
    other = policy_name("arn:aws:cloudformation:us-east-1:111111111111:stack/demo/00000000-other")
    lost.iam.put_role_policy(RoleName=ROLE, PolicyName=other, PolicyDocument=json.dumps(allow("sns:Publish", "*")))
    assert isinstance(lost.roll_back(LEND), RolledBack)
    assert lost.policies == [other]


class Nested(Lost):
    """The same, in a stack inside."""

    def edition(self, name: str) -> dict[str, Any]:
        client = SERVICES.client("s3")
        client.create_bucket(Bucket="templates")
        body = template(Topic=topic(name)) if name == "one" else ending_with_another({"Topic": topic(name)})
        client.put_object(Bucket="templates", Key=f"{name}.json", Body=body.encode())
        url = f"https://templates.s3.us-east-1.amazonaws.com/{name}.json"
        return {"Child": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}}


@pytest.mark.parametrize("killed", [False, True])
def test_in_a_nested_stack_it_is_lent_and_taken_away_too(killed: bool) -> None:
    lost = Nested("sns:SetTopicAttributes")
    lost.deny()
    lost.cloud.cloud.faults.add(FailResource(resource="Last", on=On.CREATE, reason="No room"))
    lent = False
    for _ in lost.cloud.applying(template(**lost.after), consent=LEND):
        lent = lent or bool(lost.policies)
        if killed and lent and lost.cloud.status == "UPDATE_ROLLBACK_COMPLETE":
            break
    assert lent
    assert lost.policies == ([policy_name(lost.cloud.stack().id)] if killed else [])
    assert isinstance(lost.cloud.apply(template(**lost.after), consent=NO_ONE), Deployed)
    assert lost.policies == []


def test_whoever_may_not_read_events_sees_the_status_of_a_stack_that_was_rolled_back() -> None:
    lost = Lost("sns:SetTopicAttributes")
    assert isinstance(lost.roll_back(LEND), RolledBack)

    def deny(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "Not you"}}, "DescribeStackEvents")

    lost.cloud.client.meta.events.register("before-parameter-build.cloudformation.DescribeStackEvents", deny)
    assert changesets.status(lost.cloud.gateway, "demo").meaning == "healthy"
