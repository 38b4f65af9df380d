"""Whatever calls and faults come in whatever order: the table holds, and a stack never lies about what exists.

Each run is a random story of calls (accepted or refused) and faults on one stack. After every step, and at the end when
everything has settled, the sentences below are checked.
"""

import json
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from local_cloud import ApiError
from local_cloud.cloudformation.faults import FailResource, HangResource, On
from local_cloud.cloudformation.machine import STABLE, StackStatus
from local_cloud.cloudformation.model import Stack
from local_cloud.cloudformation.stage import stage
from tests.local_cloud.cloudformation.cfn_account import Account, topic

NAMES = ("A", "B", "C")
RECOVERIES = ("CancelUpdateStack", "RollbackStack", "ContinueUpdateRollback")
TERMINAL = ("_COMPLETE", "_FAILED", "_SKIPPED")


def templates() -> st.SearchStrategy[dict[str, Any]]:
    """One to three topics, named and shown in one of two ways, each perhaps needing the one before it."""
    one = st.tuples(st.sampled_from(["x", "y"]), st.sampled_from([None, "m", "n"]), st.booleans())
    return st.dictionaries(st.sampled_from(NAMES), one, min_size=1).map(_template)


def _template(chosen: dict[str, tuple[str, str | None, bool]]) -> dict[str, Any]:
    resources: dict[str, Any] = {}
    for name in sorted(chosen):
        display, suffix, needs = chosen[name]
        resource = topic(suffix and f"{name}-{suffix}", properties={"DisplayName": display})
        resources[name] = resource | ({"DependsOn": sorted(resources)[-1]} if needs and resources else {})
    return {"Resources": resources}


class Story(RuleBasedStateMachine):
    """The calls and faults that a story is made of."""

    @initialize(status=st.sampled_from(list(StackStatus)), body=templates())
    def begin(self, status: StackStatus, body: dict[str, Any]) -> None:
        self.account = Account()
        stage(self.account.engine, "site", status, template=body, seconds=30)

    @property
    def stacks(self) -> list[Stack]:
        return list(self.account.engine.world.stacks.values())

    def attempt(self, operation: str, *, settled: bool = False, **params: Any) -> None:
        self.account.engine.advance()
        before = [(stack.status, len(stack.events)) for stack in self.stacks]
        try:
            self.account(operation, StackName="site", **params)
        except ApiError:
            assert [(stack.status, len(stack.events)) for stack in self.stacks] == before
        if settled:
            self.account.settle()

    @rule(body=templates(), paused=st.booleans())
    def create(self, body: dict[str, Any], paused: bool) -> None:
        self.attempt("CreateStack", TemplateBody=json.dumps(body), DisableRollback=paused)

    @rule(body=templates(), paused=st.booleans(), settled=st.booleans())
    def update(self, body: dict[str, Any], paused: bool, settled: bool) -> None:
        self.attempt("UpdateStack", settled=settled, TemplateBody=json.dumps(body), DisableRollback=paused)

    @rule(body=templates(), name=st.sampled_from(NAMES), on=st.sampled_from(list(On)), settled=st.booleans())
    def update_badly(self, body: dict[str, Any], name: str, on: On, settled: bool) -> None:
        self.account.fail(FailResource(resource=name, on=on), FailResource(resource=name, on=On.ROLLBACK))
        self.attempt("UpdateStack", settled=settled, TemplateBody=json.dumps(body))

    @rule(body=templates(), kind=st.sampled_from(["CREATE", "UPDATE"]))
    def propose(self, body: dict[str, Any], kind: str) -> None:
        self.attempt("CreateChangeSet", ChangeSetName="c", ChangeSetType=kind, TemplateBody=json.dumps(body))

    @rule(paused=st.booleans())
    def execute(self, paused: bool) -> None:
        self.attempt("ExecuteChangeSet", ChangeSetName="c", DisableRollback=paused)

    @rule(force=st.booleans())
    def delete(self, force: bool) -> None:
        more: dict[str, Any] = {"DeletionMode": "FORCE_DELETE_STACK"} if force else {}
        self.attempt("DeleteStack", **more)

    @rule(operation=st.sampled_from(RECOVERIES), settled=st.booleans())
    def recover(self, operation: str, settled: bool) -> None:
        self.attempt(operation, settled=settled)

    @rule()
    def skip_everything(self) -> None:
        self.attempt("ContinueUpdateRollback", ForceRollback=True)

    @rule(name=st.sampled_from(NAMES), on=st.sampled_from(list(On)), made=st.booleans())
    def fail(self, name: str, on: On, made: bool) -> None:
        self.account.fail(FailResource(resource=name, on=on, made=made))

    @rule(name=st.sampled_from(NAMES), on=st.sampled_from(list(On)))
    def hang(self, name: str, on: On) -> None:
        self.account.fail(HangResource(resource=name, on=on, seconds=30))

    @rule(seconds=st.sampled_from([0.5, 3, 4, 10, 60, 400, 2000]))
    def wait(self, seconds: float) -> None:
        self.account.wait(seconds)

    @precondition(lambda self: any(stack.status in STABLE for stack in self.stacks))
    @rule(body=templates(), name=st.sampled_from(NAMES), on=st.sampled_from([On.CREATE, On.UPDATE]))
    def a_failed_update_leaves_the_stack_as_it_was(self, body: dict[str, Any], name: str, on: On) -> None:
        self.account.engine.faults.clear()
        self.account.settle()
        stack = self.stacks[-1]
        if stack.status not in STABLE:
            return
        before, things = dict(stack.resources), self.existing()
        self.account.fail(FailResource(resource=name, on=on))
        self.attempt("UpdateStack", TemplateBody=json.dumps(body))
        self.account.settle()
        self.account.engine.faults.clear()
        if stack.status is StackStatus.UPDATE_ROLLBACK_COMPLETE:
            assert {n: (r.physical_id, r.properties) for n, r in stack.resources.items()} == {
                n: (r.physical_id, r.properties) for n, r in before.items()
            }
            assert self.existing() == things

    def existing(self) -> set[str]:
        records = self.account.made
        return {f"{key[-1]}={sorted(properties.items())}" for key, properties in records.items()}

    @invariant()
    def every_status_was_reached_along_the_table(self) -> None:
        for stack in (getattr(self, "account", None) and self.stacks) or ():
            seen = [event.status for event in stack.events if event.physical_id == stack.id]
            moves = [StackStatus(status) for i, status in enumerate(seen) if i == 0 or status != seen[i - 1]]
            assert moves[-1] is stack.status

    @invariant()
    def a_resource_has_one_terminal_event_in_an_operation(self) -> None:
        for stack in (getattr(self, "account", None) and self.stacks) or ():
            terminal = [
                (event.operation_id, event.logical_id, event.physical_id, event.status)
                for event in stack.events
                if event.physical_id != stack.id and event.status.endswith(TERMINAL)
            ]
            repeated = {each for each in terminal if terminal.count(each) > 1 and each[3] != "DELETE_FAILED"}
            assert repeated == set()

    def teardown(self) -> None:
        if not hasattr(self, "account"):
            return
        self.account.engine.faults.clear()
        self.account.settle()
        for stack in self.stacks:
            assert not stack.status.moving
            if stack.status is StackStatus.DELETE_COMPLETE:
                assert not any(live.made for live in stack.resources.values())
        if all(stack.status is StackStatus.DELETE_COMPLETE for stack in self.stacks) and not self.left_behind():
            assert self.existing() == set()

    def left_behind(self) -> bool:
        """Whether something was retained, or its deletion given up: by force, or after three tries at cleanup."""
        kept = ("DELETE_FAILED", "DELETE_SKIPPED")
        return any(event.status in kept for stack in self.stacks for event in stack.events)


TestStory = Story.TestCase
TestStory.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
