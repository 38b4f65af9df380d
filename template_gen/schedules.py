"""Schedules: EventBridge Scheduler calls the website's function at set times.

By default the scheduler retries 185 times in a day; here it retries twice within the hour, and then the call is lost.
"""

import json
from typing import Any

from troposphere import GetAtt, iam, scheduler

from template_gen import policies
from template_gen.function import INLINE_POLICIES, Website
from template_gen.options import Schedule
from template_gen.site import Site
from template_gen.template import Template

RETRIES = 2
RETRY_SECONDS = 3600


def add_schedules(template: Template, site: Site, function: Website) -> None:
    if not site.schedules:
        return
    template.section("Schedules: the same function, called at set times")
    role = template.add(_role(function))
    for schedule in site.schedules:
        template.add(_schedule(schedule, function, role))


def _role(function: Website) -> iam.Role:
    return iam.Role(
        "SchedulerRole",
        AssumeRolePolicyDocument=policies.assumed_by("scheduler.amazonaws.com", policies.from_this_account()),
        Policies=[policies.invoke_function(function.arn).policy],
        **INLINE_POLICIES,
    )


def _schedule(schedule: Schedule, function: Website, role: iam.Role) -> scheduler.Schedule:
    return scheduler.Schedule(
        f"{schedule.name}Schedule",
        ScheduleExpression=schedule.expression,
        ScheduleExpressionTimezone=schedule.timezone,
        FlexibleTimeWindow=scheduler.FlexibleTimeWindow(Mode="OFF"),
        Target=scheduler.Target(
            Arn=function.arn,
            RoleArn=GetAtt(role, "Arn"),
            Input=_input(schedule),
            RetryPolicy=scheduler.RetryPolicy(MaximumRetryAttempts=RETRIES, MaximumEventAgeInSeconds=RETRY_SECONDS),
        ),
    )


def _input(schedule: Schedule) -> str:
    event: dict[str, Any] = {"schedule": schedule.name, **schedule.input}
    return json.dumps(event, ensure_ascii=False, sort_keys=True)
