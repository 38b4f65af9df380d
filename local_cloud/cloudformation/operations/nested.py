"""Nested stacks: a resource of type AWS::CloudFormation::Stack is an operation on its child stack.

The rule: the child is an ordinary stack with events of its own; the parent only starts it and waits until it rests.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from local_cloud.cloudformation.errors import ApiError, validation_error
from local_cloud.cloudformation.faults import On
from local_cloud.cloudformation.inputs import check_capabilities, definition_of, template_of
from local_cloud.cloudformation.machine import DEAD, DELETABLE, PAUSED, STABLE, StackStatus
from local_cloud.cloudformation.model import STACK_TYPE, Definition, Live, Stack
from local_cloud.cloudformation.operations.effects import Failure
from local_cloud.cloudformation.operations.launch import (
    CREATE,
    DELETE,
    ROLL_BACK_UPDATE,
    UPDATE,
    Kind,
    arm_timeout,
    cancel_process,
    define,
    start,
)
from local_cloud.cloudformation.operations.run import Options, Run
from local_cloud.cloudformation.refusals import Call, require
from local_cloud.cloudformation.resources.handlers import State
from local_cloud.cloudformation.schedule import Steps
from local_cloud.cloudformation.schemas.provider import schema
from local_cloud.cloudformation.template.model import ResolvedResource
from local_cloud.cloudformation.values import UNKNOWN, is_unknown
from local_cloud.cloudformation.world import World

S = StackStatus
POLL = 1.0
TEMPLATE_KEYS = ("TemplateURL", "TemplateBody")
BUSY = {status for status in S if status.moving}
STARTABLE = {On.DELETE: {*DELETABLE, S.DELETE_IN_PROGRESS}, On.ROLLBACK: {S.UPDATE_IN_PROGRESS}}
"""The moving statuses in which the parent need not wait before it begins."""
WORDS = {On.CREATE: "created", On.UPDATE: "updated", On.ROLLBACK: "updated", On.DELETE: "deleted"}


class NestedStacks:
    """What a step does with a nested stack."""

    def attempt(self, run: Any, on: On, live: Live) -> Steps[State]:
        """Start the child's operation and wait for its end. Raises Failure with AWS's `Embedded stack … was not …`."""
        pause = run.world.poll(POLL)
        while (known := run.world.stacks.get(live.physical_id)) and known.status in BUSY - STARTABLE.get(on, set()):
            yield pause
        try:
            child = STARTS[on](run, live)
        except ApiError as refusal:
            raise Failure(refusal.message) from None
        while child.status.moving:
            yield pause
        return _outcome(on, child)

    def differs(self, run: Any, live: Live, desired: ResolvedResource) -> bool:
        """Compares the templates, because one may have changed behind an unchanged URL."""
        child = run.world.stacks.get(live.physical_id)
        if child is None or child.definition is None:
            return True
        try:
            return bool(template_of(run.world, desired.properties) != child.definition.source)
        except ApiError:
            return True

    def cancel(self, run: Any, live: Live) -> None:
        """The child stops where it is; the parent's rollback decides what becomes of it."""
        child = run.world.stacks.get(live.physical_id) if live.physical_id else None
        if child is not None and child.status in (S.CREATE_IN_PROGRESS, S.UPDATE_IN_PROGRESS):
            cancel_process(run.world, child)


def _create(run: Run, live: Live) -> Stack:
    world, parent = run.world, run.stack
    name = f"{parent.name}-{live.logical_id}-{world.random_name()}"
    child = Stack(
        id=world.arn(parent.region, "stack", name), name=name, account=world.account, region=parent.region,
        created=world.schedule.now, status=S.CREATE_IN_PROGRESS, parent_id=parent.id,
        root_id=parent.root_id or parent.id, role_arn=parent.role_arn, deployment=parent.deployment,
        protected=parent.protected,
        timeout_minutes=int(live.properties.get("TimeoutInMinutes", 0)) or None,
    )  # fmt: skip
    problem = _define(run, child, run.given(live))
    world.add(child)
    _start(run, child, CREATE, replace(run.options, problem=problem, imports={}))
    arm_timeout(world, child)
    run.tell(replace(live, physical_id=child.id, made=True, reason="Resource creation Initiated"))
    return child


def _update(run: Run, live: Live) -> Stack:
    child = run.world.stacks[live.physical_id]
    require(Call.UPDATE_STACK, child.status, id=child.id)
    problem = _define(run, child, run.given(live))
    child.updated = run.world.schedule.now
    _start(run, child, UPDATE, replace(run.options, problem=problem, imports={}))
    return child


def _roll_back(run: Run, live: Live) -> Stack:
    """A child in a stable state is brought back by an update; a failed or running one rolls back by itself."""
    child = run.world.stacks[live.physical_id]
    if child.status is S.UPDATE_IN_PROGRESS or child.status in PAUSED:
        _start(run, child, ROLL_BACK_UPDATE, run.options)
    elif child.status is S.UPDATE_COMPLETE:
        return _update(run, live)
    return child


def _delete(run: Run, live: Live) -> Stack:
    child = run.world.stacks[live.physical_id]
    if child.status in (S.DELETE_COMPLETE, S.DELETE_IN_PROGRESS):
        return child
    cancel_process(run.world, child)
    child.deleted = run.world.schedule.now
    _start(run, child, DELETE, Options(force=run.options.force))
    return child


def _start(run: Run, child: Stack, kind: Kind, options: Options) -> None:
    """The child's operation has the client token of the parent's."""
    start(run.world, child, kind, token=run.operation.token, options=options)


STARTS = {On.CREATE: _create, On.UPDATE: _update, On.ROLLBACK: _roll_back, On.DELETE: _delete}


def _define(run: Run, child: Stack, properties: Mapping[str, Any]) -> str | None:
    """The child gets the capabilities that were given to the parent. Raises AWS's refusals."""
    definition = child_definition(run.world, child, properties)
    capabilities = run.stack.defined.capabilities
    check_capabilities(definition.source, capabilities, expands=True)
    return define(run.world, child, replace(definition, capabilities=capabilities))


def child_definition(world: World, child: Stack, properties: Mapping[str, Any]) -> Definition:
    """What the resource's properties say the child should be. Raises AWS's refusals."""
    if problem := schema(STACK_TYPE).refusal("Stack", properties):
        raise validation_error(problem)
    given = properties.get("Parameters", {}).items()
    params: dict[str, Any] = {
        "Parameters": [{"ParameterKey": key, "ParameterValue": _text(value)} for key, value in given],
        "NotificationARNs": properties.get("NotificationARNs", []),
        "Tags": properties.get("Tags", []),
    }
    source = template_of(world, {key: properties[key] for key in TEMPLATE_KEYS if key in properties})
    return definition_of(world, params, child, source)


def _text(value: Any) -> str:
    if is_unknown(value):
        return UNKNOWN
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _outcome(on: On, child: Stack) -> State:
    good = child.status in STABLE and child.status is not S.UPDATE_ROLLBACK_COMPLETE
    if on is On.ROLLBACK:
        good = child.status in STABLE
    if on is On.DELETE:
        good = child.status is S.DELETE_COMPLETE
    state = State(physical_id=child.id, attributes={f"Outputs.{output.key}": output.value for output in child.outputs})
    if good:
        return state
    reason = (child.reason or _last_reason(child)).strip()
    words = f"Embedded stack {child.id} was not successfully {WORDS[on]}: {reason}"
    if on is On.UPDATE and child.status not in DEAD:
        words = (
            f"Embedded stack {child.id} was not successfully updated. Currently in {child.status} with reason: {reason}"
        )
    raise Failure(words, state)


def _last_reason(child: Stack) -> str:
    own = (event.reason for event in reversed(child.events) if event.physical_id == child.id and event.reason)
    return next((reason for reason in own if "failed" in reason), "")
