"""Consistency checks: some types say that they are configured before they are complete, and then so does their stack.

The rule: the stack says it when everything in it is configured or complete, so not while something still waits for a
resource that is only configured.
"""

from dataclasses import replace

from local_cloud.cloudformation.events import stack_event
from local_cloud.cloudformation.machine import StackStatus
from local_cloud.cloudformation.model import Live
from local_cloud.cloudformation.operations.run import Run

CHECKED = frozenset(
    {
        "AWS::AutoScaling::AutoScalingGroup",
        "AWS::EC2::NatGateway",
        "AWS::ECS::Service",
        "AWS::ElasticBeanstalk::Application",
        "AWS::Events::Rule",
        "AWS::Lambda::Function",
        "AWS::SQS::Queue",
    }
)
"""Types that do so while they are created: queues recorded, the others in public logs of deployments (2024 to 2026).
Buckets and log groups did in some logs and not in recordings: they do not here."""

REASON, CONFIGURED = "Eventual consistency check initiated", "CONFIGURATION_COMPLETE"


def check(run: Run, live: Live) -> None:
    """Tell the check of a resource that was just made, if its type has one."""
    if live.type not in CHECKED:
        return
    run.tell(replace(live, reason=REASON), unnumbered=True, detailed=CONFIGURED)
    stack, now = run.stack, run.world.schedule.now
    if stack.status is StackStatus.CREATE_IN_PROGRESS and all(map(_configured, map(stack.resources.get, run.needs))):
        stack.detailed_status = CONFIGURED
        event = stack_event(stack, run.operation, now, status=stack.status, reason=REASON, detailed=CONFIGURED)
        stack.events.append(event)


def _configured(live: Live | None) -> bool:
    return live is not None and (live.status.endswith("_COMPLETE") or live.reason == REASON)
