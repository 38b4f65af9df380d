"""A permission that a role lost, lent until the rollback is over: one inline policy of ours on that role.

The rule: lent is exactly the action on exactly the resource of which AWS's own text says that no identity-based policy
of the role allows it. Any other denial (explicit, a boundary, a session, an organization's policy, the resource's own)
is somebody's decision, and so is what a custom resource says of itself. The policy's name follows from the stack's id:
whoever looks after an interruption knows it again, and takes it away.

Source: IAM user guide, "Troubleshoot access denied error messages"; IAM API reference, PutRolePolicy.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Protocol

from changesets.errors import AccessDenied, ChangeSetsError, Refused
from changesets.events import since_stable
from changesets.kinds import NESTED_STACK, is_custom
from changesets.mending import Repair
from changesets.models import StackEvent

MOST = 20  # lent to one role for one rollback; an inline policy has 10,240 characters
_DENIED = re.compile(
    r"arn:[\w-]+:sts::(?P<account>\d{12}):assumed-role/(?!AWSReservedSSO_)(?P<role>[\w+=,.@-]+)/\S+ "
    r"is not authorized to perform: (?P<action>[\w-]+:\w+) on resource: [\\\"]*(?P<resource>arn:[^\s\"\\]+)[\\\"]* "
    r"because no identity-based policy allows"
)
_NO_POLICY = re.compile(r"role policy with name|Policy Document")  # and not: "The role with name ... cannot be found."


class Told(Protocol):
    """What lending needs of the gateway."""

    def events(self, stack_id: str, /) -> Iterator[StackEvent]: ...

    def ask(self, service: str, operation: str, **arguments: Any) -> Any: ...


@dataclass(frozen=True, slots=True, order=True)
class Denied:
    """An action that AWS denied a role on a resource, for want of a policy that allows it."""

    role: str
    action: str
    resource: str
    logical_id: str
    type: str

    @property
    def statement(self) -> dict[str, str]:
        return {"Effect": "Allow", "Action": self.action, "Resource": self.resource}


@dataclass(frozen=True, slots=True)
class Loan:
    """Our policy on a role: the statements that it has now, () where there is none."""

    role: str
    policy: str
    statements: tuple[Mapping[str, Any], ...]

    def more(self, denied: Iterable[Denied]) -> Repair:
        """All that it has, and what is denied."""
        new = list(denied)
        document = {"Version": "2012-10-17", "Statement": [*self.statements, *(each.statement for each in new)]}
        return Repair(
            service="iam",
            operation="PutRolePolicy",
            arguments={"RoleName": self.role, "PolicyName": self.policy, "PolicyDocument": json.dumps(document)},
            logical_id=new[0].logical_id,
            why=f"the rollback is denied what the role {self.role} lost; lent until it is over",
            differs=False,
        )

    @property
    def end(self) -> Repair:
        return Repair(
            service="iam",
            operation="DeleteRolePolicy",
            arguments={"RoleName": self.role, "PolicyName": self.policy},
            logical_id=self.role,
            why=f"what was lent to the role {self.role} for the rollback is taken away again",
            differs=False,
        )

    @property
    def command(self) -> str:
        return f"aws iam delete-role-policy --role-name {self.role} --policy-name {self.policy}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a role lacks, and what it has been lent so far."""

    loan: Loan
    denied: tuple[Denied, ...]

    @property
    def step(self) -> Repair:
        return self.loan.more(self.denied)


def policy_name(stack_id: str) -> str:
    """`groat-rollback-` and the stack's own uuid: roles serve several stacks, and names come again."""
    return f"groat-rollback-{stack_id.rpartition('/')[2]}"


def denials(stack_id: str, events: Iterable[StackEvent]) -> tuple[Denied, ...]:
    """Of roles in the stack's own account, each once."""
    account = stack_id.split(":")[4]
    told = ((event, _DENIED.search(event.reason)) for event in events if not is_custom(event.type))
    return tuple(
        dict.fromkeys(
            Denied(found["role"], found["action"], found["resource"], event.logical_id, event.type)
            for event, found in told
            if found and found["account"] == account
        )
    )


def wanted(door: Told, stack_id: str, failed: Iterable[StackEvent]) -> tuple[Wanted, ...]:
    """By role, what could be lent; nothing that was lent already and did not help, or where we may not look."""
    every = sorted(denials(stack_id, failed))
    loans = [_loan(door, role, stack_id) for role in dict.fromkeys(each.role for each in every)]
    asked = (Wanted(loan, tuple(_missing(loan, every))) for loan in loans if loan)
    return tuple(each for each in asked if each.denied)


def _missing(loan: Loan, every: Iterable[Denied]) -> list[Denied]:
    new = [each for each in every if each.role == loan.role and each.statement not in loan.statements]
    return new if len(loan.statements) + len(new) <= MOST else []


def outstanding(door: Told, stack_id: str) -> tuple[Loan, ...]:
    """What was lent to roles that were denied something since the stack was last stable, and is there still."""
    events: list[StackEvent] = []
    with suppress(AccessDenied):  # whoever may not look has lent nothing
        events += _since_stable(door, stack_id)
    roles = dict.fromkeys(each.role for each in denials(stack_id, events))
    loans = (_loan(door, role, stack_id) for role in roles)
    return tuple(each for each in loans if each and each.statements)


def _since_stable(door: Told, stack_id: str) -> Iterator[StackEvent]:
    """Of the stack and of those nested in it, back to where it was healthy before what it went through last."""
    own = list(since_stable(door.events(stack_id)))
    yield from own
    nested = {event.physical_id for event in own if event.type == NESTED_STACK and not event.is_of_stack}
    for child in sorted(each for each in nested if each.startswith("arn:")):
        yield from takewhile(lambda event: event.at >= own[-1].at, door.events(child))


def _loan(door: Told, role: str, stack_id: str) -> Loan | None:
    """None where we may not look, or where there is no such role."""
    name = policy_name(stack_id)
    try:
        document = door.ask("iam", "GetRolePolicy", RoleName=role, PolicyName=name)["PolicyDocument"]
    except ChangeSetsError as error:
        absent = isinstance(error, Refused) and error.code == "NoSuchEntity" and _NO_POLICY.search(str(error))
        return Loan(role, name, ()) if absent else None
    return Loan(role, name, tuple(document["Statement"]))
