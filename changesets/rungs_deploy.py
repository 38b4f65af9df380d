"""The rungs that lead to a deployed stack: ask for a change set, import what survived, execute. Pure; see planner.py.

A change set is named by the digest of everything that was asked for. So the same request finds its own change set again
after an interruption (CreateChangeSet answers the same id), and different requests never collide.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace

from changesets import templates
from changesets.kinds import DATA, NESTED_STACK
from changesets.models import TOKEN_PREFIX, Action, ChangeSet, Deployment, Profile, Resource
from changesets.plans import Hazard, HazardKind, Plan, Review
from changesets.situation import Goal, Situation
from changesets.statuses import WayOut, lives
from changesets.steps import (
    CreateChangeSet,
    ExecuteChangeSet,
    Import,
    SetStackPolicy,
    SetTerminationProtection,
    Step,
    Wait,
)

ASK = "change set"
REALIGNS = "makes what was skipped agree with the template again"
DEPLOYING = (ASK, "import ", "execute ", "fix forward", "realign")  # prefixes of rungs that a run takes at most once


def change_set_name(step: CreateChangeSet) -> str:
    """At most 128 characters of [a-zA-Z0-9-]."""
    digest = hashlib.sha256(json.dumps(step.arguments, sort_keys=True).encode()).hexdigest()
    return TOKEN_PREFIX + digest[:24]


def named(step: CreateChangeSet) -> CreateChangeSet:
    """The step with its change set's name, which is always the same for the same request."""
    return replace(step, name=change_set_name(step))


def ask_for_change_set(situation: Situation) -> Plan | None:
    """CREATE if nothing lives there, else UPDATE. Brings what a recovery skipped in line with the template again."""
    wanted = situation.deployment
    if wanted is None or situation.review is not None:
        return None
    if situation.may_differ and not _hides_changes(wanted):
        wanted = replace(wanted, revert_drift=True)
    new = not lives(situation.status)
    express = wanted.express or (situation.express and not new)
    wanted = replace(wanted, express=express, revert_drift=wanted.revert_drift and not new)  # what is new has no drift
    step = CreateChangeSet(
        stack=situation.stack_name if new else situation.address,
        name="",
        type="CREATE" if new else "UPDATE",
        deployment=_with_declared_parameters(wanted),
        kept_parameters=frozenset() if new else _kept_parameters(situation, wanted),
        paused=situation.way_out is WayOut.FIX_FORWARD,
        why="there is no such stack yet" if new else "to see what would change",
    )
    rung = f"{ASK} to {situation.way_out}"  # what a rollback or a deletion led to is asked about anew
    return Plan(stack_name=situation.stack_name, rung=rung, steps=(named(step),))


def _hides_changes(wanted: Deployment) -> bool:
    """Reverting drift, CloudFormation shows nothing of what changes in nested stacks."""
    return templates.has_nested(templates.read(wanted.template))


def _with_declared_parameters(wanted: Deployment) -> Deployment:
    """CloudFormation refuses parameters that the template does not declare, and files of values often have some."""
    declared = templates.parameters(templates.read(wanted.template))
    given = {key: value for key, value in wanted.parameters.items() if key in declared or not declared}
    return replace(wanted, parameters=given)


def _kept_parameters(situation: Situation, wanted: Deployment) -> frozenset[str]:
    """Parameters that are not given keep their values, instead of CloudFormation's fallback to the default."""
    declared = templates.parameters(templates.read(wanted.template))
    current = situation.stack.parameters.keys() if situation.stack else frozenset()
    return frozenset(declared & current - wanted.parameters.keys())


def import_survivors(situation: Situation) -> Plan | None:
    """First take over the data that outlived an earlier stack, by an IMPORT change set. That gives a new stack neither
    a role nor tags ("As part of the import operation, you cannot modify or add [RoleArn, Tags]"), but the update that
    follows does.
    """
    found = situation.taken_over
    if situation.deployment is None or situation.review is not None or not found:
        return None
    body = templates.part(templates.read(situation.deployment.template), frozenset(each.logical_id for each in found))
    wanted = replace(
        situation.deployment, template=body, role_arn=None, tags=None, import_existing=False, revert_drift=False
    )
    step = CreateChangeSet(
        stack=situation.address if lives(situation.status) else situation.stack_name,
        name="",
        type="IMPORT",
        deployment=_with_declared_parameters(wanted),
        imports=tuple(map(_to_import, found)),
        why="keeps the data of the previous stack: " + ", ".join(each.physical_id for each in found),
    )
    return Plan(stack_name=situation.stack_name, rung="import survivors", steps=(named(step),))


def _to_import(each: Resource) -> Import:
    identifier = {DATA[each.type].identifier or "": each.physical_id}
    return Import(logical_id=each.logical_id, type=each.type, identifier=identifier)


def execute(situation: Situation) -> Plan | None:
    """Execute the very change set that was reviewed."""
    review, wanted = situation.review, situation.deployment
    if review is None or wanted is None or review.change_set.is_realignment:
        return None
    paused = situation.way_out is WayOut.FIX_FORWARD
    replaces = any(change.replaces for change in review.changes)
    if paused and replaces:
        return None  # CloudFormation: "Replacement type updates not supported on stack with disable-rollback."
    keep_failure = paused or (wanted.profile is Profile.DEVELOPMENT and not replaces)
    change_set = review.change_set
    guards = _guards(situation, change_set.stack_id)
    policy = tuple(each for each in guards if isinstance(each, SetStackPolicy) and lives(situation.status))
    steps: tuple[Step, ...] = (
        *policy,  # the new policy applies to this very update
        ExecuteChangeSet(
            stack=change_set.stack_id,
            change_set=change_set.id,
            token=situation.token,
            disable_rollback=keep_failure and not (wanted.express or situation.express),
            retain_except_on_create=not _imports(review),
            why=_why(len(review.changes), paused=paused),
        ),
        Wait(stack=change_set.stack_id, token=situation.token, why="until CloudFormation is done"),
        *(each for each in guards if each not in policy),
    )
    rung = "fix forward" if paused else f"execute {change_set.name}"
    return Plan(stack_name=situation.stack_name, rung=rung, steps=steps, hazards=review.hazards, review=review)


def _imports(review: Review) -> bool:
    """RetainExceptOnCreate would let a rollback delete what was imported, but that existed before."""
    return review.change_set.is_import or bool(review.of(Action.IMPORT))


def _why(changes: int, *, paused: bool) -> str:
    count = {0: "only outputs, tags or settings", 1: "1 change"}.get(changes, f"{changes} changes")
    return f"fixes forward, keeping what was built: {count}" if paused else f"as reviewed: {count}"


def _guards(situation: Situation, stack_id: str) -> tuple[Step, ...]:
    """What a change set cannot set: termination protection and the stack policy."""
    wanted = situation.deployment
    if wanted is None:
        return ()
    protect = wanted.profile is Profile.PRODUCTION and not (situation.stack and situation.stack.protected)
    steps: list[Step] = []
    if protect:
        steps.append(SetTerminationProtection(stack=stack_id, enabled=True, why="a production stack"))
    if wanted.stack_policy:
        steps.append(SetStackPolicy(stack=stack_id, policy=wanted.stack_policy, why="the stack policy asked for"))
    return tuple(steps)


def guard(situation: Situation) -> Plan | None:
    """Termination protection for a production stack that has none, if nothing else changes."""
    if not (steps := _guards(situation, situation.address)):
        return None
    return Plan(stack_name=situation.stack_name, rung="guard", steps=steps)


def realign(situation: Situation) -> Plan | None:
    """After a rollback that skipped or repaired something: bring all in line with the stack's template, by reverting
    drift; one stack after the other, because that does not reach into nested ones. Where a deployment follows, only if
    that cannot do it on the way.
    """
    left = (each for each in situation.may_differ if f"realign {each.name}" not in situation.spent)
    stack = next(left, None)
    if situation.review is not None or stack is None:
        return None
    wanted = situation.deployment if situation.goal is Goal.APPLY else None
    if wanted is not None and not _hides_changes(wanted):
        return None
    unchanged = Deployment(
        stack_name=stack.name,
        template="",
        revert_drift=True,
        role_arn=situation.role_arn,
        express=situation.express,
    )
    step = CreateChangeSet(
        stack=stack.id,
        name="",
        type="UPDATE",
        deployment=unchanged,
        keep_template=True,
        kept_parameters=frozenset(stack.parameters),
        why=REALIGNS,
    )
    return Plan(stack_name=situation.stack_name, rung=f"realign {stack.name}", steps=(named(step),))


def execute_realignment(situation: Situation) -> Plan | None:
    """The change set that `realign` asked for."""
    review = situation.review
    if review is None or not review.change_set.is_realignment:
        return None
    change_set = review.change_set
    steps: tuple[Step, ...] = (
        ExecuteChangeSet(stack=change_set.stack_id, change_set=change_set.id, token=situation.token, why=REALIGNS),
        Wait(stack=change_set.stack_id, token=situation.token, why="until CloudFormation is done"),
    )
    hazards = (*_beside_its_root(situation, change_set), *review.hazards)
    rung = f"execute {change_set.name}"
    return Plan(stack_name=situation.stack_name, rung=rung, steps=steps, hazards=hazards, review=review)


def _beside_its_root(situation: Situation, change_set: ChangeSet) -> Iterator[Hazard]:
    """Source: user guide, "Split a template into reusable pieces using nested stacks": updates start from the root."""
    if change_set.stack_id != situation.address:
        name = change_set.stack_id.split("/")[1]
        message = f"{name} is updated by itself, which AWS advises against: its template and its values stay"
        yield Hazard(kind=HazardKind.NESTED, logical_id=name, type=NESTED_STACK, message=message)
