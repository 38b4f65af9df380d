"""How a stack gets into each status: a table of recipes that consist of calls and faults only."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from local_cloud.cloudformation.engine import CloudFormation
from local_cloud.cloudformation.errors import ApiError
from local_cloud.cloudformation.faults import FailResource, HangResource, On, SlowResource
from local_cloud.cloudformation.machine import StackStatus as S

CAPABILITIES = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
EXTRA, DONORS = "Staged", ("StagedImport", "StagedOtherImport")
HOLDER = {"Type": "AWS::CloudFormation::WaitConditionHandle"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """What every recipe needs."""

    cloud: CloudFormation
    name: str
    region: str
    body: Mapping[str, Any]
    parameters: list[dict[str, str]]
    seconds: float

    @property
    def first(self) -> str:
        """The resource that fails or hangs."""
        return str(next(iter(self.body["Resources"])))

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        """Call, then let everything happen that does not hang."""
        answer = self.cloud.call(operation, {"StackName": self.name, **params}, region=self.region)
        self.settle()
        return answer

    def settle(self) -> None:
        """Let time pass until only what hangs is left."""
        self.cloud.advance()
        while (due := self.cloud.next_due()) and (wait := (due - self.cloud.clock.now()).total_seconds()) < 1:
            self.cloud.clock.sleep(wait)
            self.cloud.advance()

    def template(self, *, extra: bool = False, changed: bool = False, imported: int = 0) -> dict[str, Any]:
        """The template, with a resource more, with its first resource changed, or with resources to import."""
        resources = {name: dict(each) for name, each in self.body["Resources"].items()}
        if changed:
            resources[self.first]["Metadata"] = {"Staged": True}
        if extra:
            resources[EXTRA] = {**HOLDER, "DependsOn": self.first}
        for donor in DONORS[:imported]:
            resources[donor] = donation(self, donor)
        body = {**self.body, "Resources": resources}
        return {"TemplateBody": json.dumps(body), "Parameters": self.parameters, "Capabilities": CAPABILITIES}

    def fail(self, resource: str, on: On) -> None:
        """The next step of this kind fails."""
        fault = FailResource(stack=self.name, resource=resource, on=on, reason="Staged failure")
        self.cloud.faults.add(fault)

    def hold(self, resource: str, on: On) -> None:
        """The next step of this kind hangs."""
        self.cloud.faults.add(HangResource(stack=self.name, resource=resource, on=on, seconds=self.seconds))

    def create(self, *, extra: bool = False, **options: Any) -> None:
        """CreateStack."""
        self.call("CreateStack", **self.template(extra=extra), **options)

    def update(self, *, extra: bool = False, **options: Any) -> None:
        """UpdateStack with the first resource changed."""
        self.call("UpdateStack", **self.template(changed=True, extra=extra), **options)


def donation(staging: Staging, logical_id: str) -> dict[str, Any]:
    """A resource that exists already and can be imported."""
    name = f"/staged/{staging.name}/{logical_id}"
    return {"Type": "AWS::Logs::LogGroup", "DeletionPolicy": "Retain", "Properties": {"LogGroupName": name}}


def _change_set(staging: Staging, kind: str, **params: Any) -> None:
    staging.call("CreateChangeSet", ChangeSetName="staged", ChangeSetType=kind, **params)


def _review(staging: Staging) -> None:
    _change_set(staging, "CREATE", **staging.template())


def _creating(staging: Staging) -> None:
    staging.hold(staging.first, On.CREATE)
    staging.create()


def _create_failed(staging: Staging) -> None:
    staging.fail(EXTRA, On.CREATE)
    staging.create(extra=True, DisableRollback=True)


def _rolled_back(staging: Staging) -> None:
    staging.fail(EXTRA, On.CREATE)
    staging.create(extra=True)


def _rolling_back(staging: Staging) -> None:
    staging.hold(staging.first, On.ROLLBACK)
    _rolled_back(staging)


def _rollback_failed(staging: Staging) -> None:
    staging.fail(staging.first, On.ROLLBACK)
    _rolled_back(staging)


def _updating(staging: Staging) -> None:
    staging.create()
    staging.hold(staging.first, On.UPDATE)
    staging.update()


def _cleaning(staging: Staging) -> None:
    staging.create(extra=True)
    staging.hold(EXTRA, On.DELETE)
    staging.call("UpdateStack", **staging.template())


def _updated(staging: Staging) -> None:
    staging.create(extra=True)
    staging.call("UpdateStack", **staging.template())


def _update_failed(staging: Staging) -> None:
    staging.create()
    staging.fail(staging.first, On.UPDATE)
    staging.update(DisableRollback=True)


def _update_rolled_back(staging: Staging) -> None:
    staging.create()
    staging.fail(staging.first, On.UPDATE)
    staging.update()


def _update_rolling_back(staging: Staging) -> None:
    staging.hold(staging.first, On.ROLLBACK)
    _update_rolled_back(staging)


def _update_rollback_failed(staging: Staging) -> None:
    staging.fail(staging.first, On.ROLLBACK)
    _update_rolled_back(staging)


def _cleaning_after_rollback(staging: Staging) -> None:
    """The new resource fails only after it was made, so that the rollback's cleanup has something to delete."""
    staging.create()
    fault = FailResource(stack=staging.name, resource=EXTRA, on=On.CREATE, reason="Staged failure", made=True)
    staging.cloud.faults.add(fault)
    staging.hold(EXTRA, On.ROLLBACK)
    staging.update(extra=True)


def _deleting(staging: Staging) -> None:
    staging.create()
    staging.hold(staging.first, On.DELETE)
    staging.call("DeleteStack")


def _delete_failed(staging: Staging) -> None:
    staging.create()
    staging.fail(staging.first, On.DELETE)
    staging.call("DeleteStack")


def _deleted(staging: Staging) -> None:
    staging.create()
    staging.call("DeleteStack")


def _import(staging: Staging, *faults: Callable[[], None], donors: int = 1) -> None:
    """Two log groups that a deleted stack left behind, imported."""
    donor = {"Resources": {each: donation(staging, each) for each in DONORS[:donors]}}
    with suppress(ApiError):
        staging.call("CreateStack", StackName=f"{staging.name}-donor", TemplateBody=json.dumps(donor))
        staging.call("DeleteStack", StackName=f"{staging.name}-donor")
    staging.create()
    for fault in faults:
        fault()
    imports = [
        {
            "ResourceType": "AWS::Logs::LogGroup",
            "LogicalResourceId": each,
            "ResourceIdentifier": {"LogGroupName": donation(staging, each)["Properties"]["LogGroupName"]},
        }
        for each in DONORS[:donors]
    ]
    _change_set(staging, "IMPORT", ResourcesToImport=imports, **staging.template(imported=donors))
    staging.call("ExecuteChangeSet", ChangeSetName="staged")


def _import_rollback(staging: Staging, *faults: Callable[[], None]) -> None:
    """The second import fails after the first succeeded."""
    slow = SlowResource(stack=staging.name, resource=DONORS[1], on=On.IMPORT, seconds=0.1, times=1)
    _import(
        staging,
        lambda: staging.cloud.faults.add(slow),
        lambda: staging.fail(DONORS[1], On.IMPORT),
        *faults,
        donors=2,
    )


RECIPES: Mapping[S, Callable[[Staging], None]] = {
    S.REVIEW_IN_PROGRESS: _review,
    S.CREATE_IN_PROGRESS: _creating,
    S.CREATE_COMPLETE: lambda staging: staging.create(),
    S.CREATE_FAILED: _create_failed,
    S.ROLLBACK_IN_PROGRESS: _rolling_back,
    S.ROLLBACK_COMPLETE: _rolled_back,
    S.ROLLBACK_FAILED: _rollback_failed,
    S.UPDATE_IN_PROGRESS: _updating,
    S.UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: _cleaning,
    S.UPDATE_COMPLETE: _updated,
    S.UPDATE_FAILED: _update_failed,
    S.UPDATE_ROLLBACK_IN_PROGRESS: _update_rolling_back,
    S.UPDATE_ROLLBACK_FAILED: _update_rollback_failed,
    S.UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: _cleaning_after_rollback,
    S.UPDATE_ROLLBACK_COMPLETE: _update_rolled_back,
    S.DELETE_IN_PROGRESS: _deleting,
    S.DELETE_FAILED: _delete_failed,
    S.DELETE_COMPLETE: _deleted,
    S.IMPORT_IN_PROGRESS: lambda staging: _import(staging, lambda: staging.hold(DONORS[0], On.IMPORT)),
    S.IMPORT_COMPLETE: _import,
    S.IMPORT_ROLLBACK_IN_PROGRESS: lambda staging: _import_rollback(
        staging, lambda: staging.hold(DONORS[0], On.ROLLBACK)
    ),
    S.IMPORT_ROLLBACK_FAILED: lambda staging: _import_rollback(staging, lambda: staging.fail(DONORS[0], On.ROLLBACK)),
    S.IMPORT_ROLLBACK_COMPLETE: _import_rollback,
}
