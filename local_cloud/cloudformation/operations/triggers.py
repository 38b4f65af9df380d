"""Rollback triggers: alarms that roll a create or an update back.

The rule (documented): they are watched while the operation runs and then, before the cleanup, for the monitoring time.
One that is in ALARM or does not exist fails the operation. A rollback is not watched. The texts are assumed.
"""

from local_cloud.cloudformation.operations.run import Run
from local_cloud.cloudformation.schedule import Interrupted, Steps

BREACHED = "Rollback trigger {arn} is in ALARM state."
MISSING = "Rollback trigger {arn} does not exist."
POLL = 10.0


def watch(run: Run) -> None:
    """Let the current process fail as soon as one of its triggers says so."""
    if not _triggers(run):
        return
    process, status, schedule = run.world.schedule.current, run.stack.status, run.world.schedule

    def look() -> Steps[None]:
        while not process.done and run.stack.status is status:
            if problem := _problem(run):
                schedule.interrupt(process, Interrupted(problem))
                return
            yield run.world.poll(POLL)

    schedule.spawn(look())


def monitoring(run: Run) -> float:
    """For how many of AWS's seconds a stack is monitored after its resources are complete."""
    return 60.0 * int(run.stack.defined.rollback_configuration.get("MonitoringTimeInMinutes", 0))


def _problem(run: Run) -> str | None:
    for arn in _triggers(run):
        match run.world.surroundings.alarm(run.stack.region, arn):
            case None:
                return MISSING.format(arn=arn)
            case "ALARM":
                return BREACHED.format(arn=arn)
    return None


def _triggers(run: Run) -> list[str]:
    return [each["Arn"] for each in run.stack.defined.rollback_configuration.get("RollbackTriggers", ())]
