"""Schedules: when something runs, in which time zone, and how often by mistake."""

import re
from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from template_gen.rules.graph import Graph, Object
from template_gen.rules.rule import rule
from template_gen.rules.values import Place, at, below, known

_TYPES: Final = "https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html"
_EVENTS: Final = "Events.*.Properties"
# Who has schedules: type, way to the expression.
_SCHEDULES: Final = (
    ("AWS::Events::Rule", "ScheduleExpression"),
    ("AWS::Scheduler::Schedule", "ScheduleExpression"),
    ("AWS::Serverless::Function", f"{_EVENTS}.Schedule"),
    ("AWS::Serverless::Function", f"{_EVENTS}.ScheduleExpression"),
)
_AT: Final = re.compile(r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)")
_RATE_OF_RULES: Final = re.compile(r"rate\(\s*(1 (minute|hour|day)|(?!1 )\d+ (minutes|hours|days))\s*\)")
_RATE: Final = re.compile(r"rate\(\s*\d+ (minute|hour|day)s?\s*\)")
# The numbers that each field of a cron expression takes: minutes, hours, days, months, days of the week, years.
_RANGES: Final = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))


def _schedules(graph: Graph) -> Iterator[tuple[Object, str]]:
    for kind, way in _SCHEDULES:
        for resource in graph.of(kind):
            for holder, key in below(resource.properties, way):
                if holder.text(key) and known(holder.text(key)):
                    yield holder, key


@rule(
    "E9230",
    "The schedule is not written as EventBridge wants it",
    symptom="The deployment fails: Parameter ScheduleExpression is not valid.",
    fix="Write rate(1 hour), rate(5 minutes), at(2030-01-31T09:00:00), or cron with six fields of which exactly one of "
    "day of month and day of week is ?: cron(0 3 * * ? *); days of the week count from 1 (Sunday) to 7.",
    source=_TYPES,
)
def schedule_form(graph: Graph) -> Iterator[Place]:
    """cfn-lint sees to the form of AWS::Events::Rule itself (E3027), not to the numbers. A rule wants 1 hour and 2
    hours; the scheduler takes both."""
    for holder, key in _schedules(graph):
        of_rule = holder.path == ("Resources", holder.owner, "Properties") and "Targets" in holder
        expression = holder.text(key)
        formed = of_rule or _is_formed(expression, _RATE_OF_RULES if key == "Schedule" else _RATE, key)
        if not formed or not all(map(_in_range, _fields(expression), _RANGES)):
            yield at(holder, key)


def _is_formed(expression: str, rate: re.Pattern[str], key: str) -> bool:
    if expression.startswith("cron("):
        fields = _fields(expression)
        return len(fields) == 6 and (fields[2] == "?") != (fields[4] == "?")
    once = key == "ScheduleExpression" and _AT.fullmatch(expression) is not None
    return once or rate.fullmatch(expression) is not None


def _fields(expression: str) -> list[str]:
    """The fields of a cron expression, none of any other."""
    return expression.removeprefix("cron(").removesuffix(")").split() if expression.startswith("cron(") else []


def _in_range(field: str, numbers: tuple[int, int]) -> bool:
    """Every plain number of the field; how far to step (after a slash) and which of a month (after #) are others."""
    least, most = numbers
    plain = re.sub(r"[/#]\d+", "", field)
    return all(least <= int(number) <= most for number in re.findall(r"\d+", plain))


@rule(
    "W9280",
    "The schedule runs every minute of the hours that it names",
    symptom="What should run once a day runs 60 times in a row.",
    fix="Write the minute: cron(0 3 * * ? *).",
    source=_TYPES,
)
def every_minute(graph: Graph) -> Iterator[Place]:
    """Only where one hour is named: a span of hours may well be meant."""
    for holder, key in _schedules(graph):
        fields = _fields(holder.text(key))
        if len(fields) == 6 and fields[0] == "*" and re.fullmatch(r"\d+(,\d+)*", fields[1]):
            yield at(holder, key)


@rule(
    "E9281",
    "There is no such time zone",
    symptom="The deployment fails: Invalid Schedule Expression Timezone.",
    fix="Write a name of the IANA database, such as Europe/Berlin or UTC.",
    source=_TYPES,
)
def time_zone(graph: Graph) -> Iterator[Place]:
    """Judged by the database of this machine; where there is none, by nothing."""
    holders = [found.properties for found in graph.of("AWS::Scheduler::Schedule")]
    events = (f.properties.object("Events").values() for f in graph.functions.values())
    holders += [event.object("Properties") for group in events for event in group if isinstance(event, Object)]
    for holder in holders:
        name = holder.text("ScheduleExpressionTimezone")
        if name and known(name) and _is_zone("UTC") and not _is_zone(name):
            yield at(holder, "ScheduleExpressionTimezone")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@rule(
    "E9346",
    "The flexible window has no length, or has one and is off",
    symptom="The deployment fails: MaximumWindowInMinutes must be there with FLEXIBLE, and not with OFF.",
    fix='Write FlexibleTimeWindow: {Mode: "OFF"}, or {Mode: FLEXIBLE, MaximumWindowInMinutes: 15}.',
    source="https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-flexible-time-windows.html",
)
def window_length(graph: Graph) -> Iterator[Place]:
    for schedule in graph.of("AWS::Scheduler::Schedule"):
        window = schedule.properties.object("FlexibleTimeWindow")
        wanted = {"FLEXIBLE": True, "OFF": False}.get(window.text("Mode"))
        if wanted is not None and wanted is not ("MaximumWindowInMinutes" in window):
            yield at(window, "Mode")
