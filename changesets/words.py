"""Sentences for people: plans, hazards, diagnoses and outcomes as lines of plain text. Pure.

The rule: a line states the fact with the value last; what to type is on a line of its own, after an arrow. rendering.py
adds colours and tables; JSON is in views.py.
"""

from collections.abc import Callable
from typing import Any, assert_never

from changesets.diagnosis import explained
from changesets.models import KNOWN_LATER, PropertyChange, Resource, Stack, StackEvent
from changesets.outcomes import (
    Declined,
    Deleted,
    Deployed,
    Detached,
    Diagnosis,
    NoChanges,
    Outcome,
    Recovered,
    Rejected,
    Report,
    Reviewed,
    RolledBack,
    Stuck,
    TimedOut,
)
from changesets.plans import Hazard, Plan
from changesets.statuses import NOTHING, StackStatus, WayOut, facts, is_moving
from changesets.steps import Wait

PAGES = "docs/errors/"
AWS, BUCKET = "aws", "AWS::S3::Bucket"
VERBS = ("apply", "recover", "delete", "status", "review", AWS)
Typed = Callable[[str, str], str]


def typed(words: str, stack_name: str) -> str:
    """The manager's own command line for "recover", "delete --allow Table" and the like. "again --yes" stands for the
    command that was typed, with that flag added; AWS's command line is spelled as it is.
    """
    verb, _, flags = words.partition(" ")
    if verb == AWS:
        return words
    if verb == "again":
        return f"the same command with {flags}"
    file = " --template-file FILE" if verb in ("apply", "review") else ""
    return f"python -m changesets {verb} --stack-name {stack_name}{file} {flags}".rstrip()


def hazard(each: Hazard) -> str:
    return f"{each.kind.upper()}  {each.logical_id}: {each.message}"


def property_change(each: PropertyChange, quoted: Callable[[str], str] = str) -> str:
    """ "MemorySize: 128 → 256 (Memory)": before, after, and what the value comes from."""
    name = each.path.removeprefix("/Properties/")
    if not each.before and not each.after:
        return name + _because(each.cause)
    before = quoted(each.before) if each.before else "none"
    if each.is_known_later:
        return f"{name}: {before} → {each.cause or 'a value'}, known after the deployment"
    after = quoted(known_later(each.after)) if each.after else "none"
    return f"{name}: {before} → {after}{_because(each.cause)}"


def known_later(value: str) -> str:
    """The value as a person reads it: what is in it and only known after the deployment is said to be so."""
    return value.replace(KNOWN_LATER, "known later")


def _because(cause: str) -> str:
    return f" ({cause})" if cause else ""


def diagnosis(told: Diagnosis, stack_name: str = "", ours: Typed = typed) -> list[str]:
    where = f"{told.logical_id} ({told.type})" if told.logical_id and told.type else told.logical_id or told.stack_name
    lines = [f"{where}: {told.cause}" if where else told.cause]
    lines += [each for each in (told.meaning, told.fix and f"Fix: {told.fix}") if each]
    lines += [f"→ {runnable(told.command, stack_name or told.stack_name, ours)}"] if told.command else []
    lines += [f"More: {PAGES}{told.page}"] if told.page else []
    lines += [f"also failed: {each.logical_id}: {each.reason}" for each in told.others]
    return lines


def runnable(words: str, stack_name: str, ours: Typed = typed) -> str:
    """A row's command: a verb of ours, a flag of `apply`, or another program's words; STACK stands for the name."""
    words = words.replace("STACK", stack_name) if stack_name else words
    if words.startswith("--"):
        return ours(f"apply {words}", stack_name)
    return ours(words, stack_name) if words.split(maxsplit=1)[0] in VERBS else words


def plan(told: Plan) -> list[str]:
    """The steps that do something, numbered, and the hazards."""
    steps = (step for step in told.steps if not isinstance(step, Wait))
    lines = [f"{place}. {step.operation}: {step.why}" for place, step in enumerate(steps, 1)]
    return lines + [hazard(each) for each in told.hazards]


def resource(each: Resource) -> str:
    return f"{each.type} {each.physical_id}" + (f" ({each.reason})" if each.reason else "")


def outcome(told: Outcome, ours: Typed = typed, *, seen: Plan | None = None) -> list[str]:
    """The first line says how it ended; the others what to know and to do. `ours` spells our own commands; the hazards
    of a plan that was `seen` just before are not repeated.
    """
    if isinstance(told, Declined):
        return _declined(told.plan, ours, known=told.plan is seen)
    match told:
        case Deployed() | NoChanges() | Deleted() | Recovered() | Reviewed():
            return _success(told, ours)
        case RolledBack() | Rejected() | Stuck() | Detached() | TimedOut():
            return _stop(told, ours)
        case _:
            assert_never(told)


def _success(told: Deployed | NoChanges | Deleted | Recovered | Reviewed, ours: Typed) -> list[str]:
    match told:
        case Deployed(stack=stack, orphans=orphans):
            lines = [f"Deployed: {stack.name}", *_outputs(stack.outputs), *_orphans(orphans, ours)]
        case NoChanges(stack=stack):
            lines = [f"No changes: {stack.name}", *_outputs(stack.outputs)]
        case Deleted(stack_name=name, left_behind=left_behind):
            lines = [f"Deleted: {name}", *(f"left behind: {resource(each)}" for each in left_behind)]
        case Recovered(stack=healthy, orphans=orphans):
            lines = [
                "Ready for the next deployment" + (f": {healthy.name}" if healthy else ""),
                *_orphans(orphans, ours),
            ]
        case Reviewed(review=review):
            lines = ["Reviewed; nothing was executed" if review else "No changes"]
        case _:
            assert_never(told)
    return lines


def _stop(told: RolledBack | Rejected | Stuck | Detached | TimedOut, ours: Typed) -> list[str]:
    match told:
        case RolledBack(stack=before, diagnosis=why, orphans=orphans):
            name = before.name if before else ""
            again = _again(why, name or why.stack_name, ours)
            lines = [_as_before(before), *diagnosis(why, name, ours), *again, *_orphans(orphans, ours)]
        case Rejected(stack_name=name, diagnosis=why):
            first = f"CloudFormation refused the change set; nothing was changed: {name}"
            lines = [first, *diagnosis(why, name, ours), *_again(why, name, ours)]
        case Stuck():
            lines = _stuck(told, ours)
        case Detached(stack=stack):
            lines = _left(stack)
        case TimedOut(stack=stack, oldest=oldest):
            longest = ["It has waited longest for:", *_waited_for(oldest, ours)] if oldest else []
            first = "Still running after the longest wait" + (f": {stack.name}" if stack else "")
            lines = [first, *longest, "→ the same command follows it again"]
        case _:
            assert_never(told)
    return lines


def _stuck(told: Stuck, ours: Typed) -> list[str]:
    way, status = told.recovery, told.status
    if is_moving(status):
        onward = _way_out(way, status, ours) if way.changes_something else [f"→ {ours('recover', way.stack_name)}"]
        return [f"An operation is running, in {status}: {way.stack_name}", *onward]
    return [
        f"Stopped in {status or 'no stack'}: {way.stack_name}",
        *diagnosis(told.diagnosis, way.stack_name, ours),
        *([f"Before that, the deployment had failed. {diagnosis(told.failure)[0]}"] if told.failure else []),
        *_risk(status),
        *_way_out(way, status, ours),
    ]


def _again(why: Diagnosis, name: str, ours: Typed) -> list[str]:
    """What to type if nothing is known but the service's own text."""
    return [] if why.command or not name else ["Once that is fixed:", f"→ {ours('apply', name)}"]


def _left(stack: Stack | None) -> list[str]:
    if stack is None or not is_moving(stack.status):
        return ["Interrupted; nothing is running", "→ the same command resumes where this one stopped"]
    return [f"Left running: {stack.name}", "→ the same command follows it again"]


def _waited_for(event: StackEvent, ours: Typed) -> list[str]:
    return diagnosis(explained(event), event.stack_name, ours)


def _orphans(orphans: tuple[Resource, ...], ours: Typed) -> list[str]:
    """What stays although it was to go: a bucket does if it is full, and its objects were given up with it."""
    lines = []
    for each in orphans:
        lines += [f"could not be deleted, is no longer in any stack, and may still cost: {resource(each)}"]
        lines += [f"→ {ours(f'aws s3 rb --force s3://{each.physical_id}', '')}"] if each.type == BUCKET else []
    return lines


def _as_before(stack: Stack | None) -> str:
    if stack is None or stack.status is StackStatus.ROLLBACK_COMPLETE:
        return "Failed; nothing was kept" + (f": {stack.name}" if stack else "")
    return f"Failed and rolled back; the stack is as it was before: {stack.name}"


def _outputs(outputs: Any) -> list[str]:
    return [f"{key} = {outputs[key]}" for key in sorted(outputs)]


def _way_out(way: Plan, status: StackStatus | None, ours: Typed) -> list[str]:
    forward = facts(status).way_out is WayOut.FIX_FORWARD and way.verb != "delete"
    lines = ["Correct the cause and deploy again:", f"→ {ours('apply', way.stack_name)}"] if forward else []
    if way.changes_something:
        flags = " ".join(_flags(way))
        lines += ["Or go back:" if forward else "The way out:", *plan(way)]
        lines += [f"→ {ours(f'{way.verb} {flags}'.strip(), way.stack_name)}"]
    return lines


def _risk(status: StackStatus | None) -> list[str]:
    """What may be lost on the whole way to health; a plan tells only of its next step."""
    risk = facts(status).risk
    return [] if risk == NOTHING else [f"at risk on the way to health: {risk}"]


def _declined(plan: Plan, ours: Typed, *, known: bool) -> list[str]:
    if not plan.hazards:
        return [f"Not done, it was not confirmed: {plan.stack_name}"]
    told = [] if known else [*map(hazard, plan.hazards)]
    ways = dict.fromkeys([*(each.instead for each in plan.hazards if each.instead), " ".join(_flags(plan))])
    return ["Not done, consent is missing:", *told, *(f"→ {ours(f'again {way}', plan.stack_name)}" for way in ways)]


def _flags(declined: Plan) -> list[str]:
    """The flags that let the plan run."""
    severe = sorted({each.logical_id for each in declined.hazards if each.severe})
    ordinary = any(not each.severe for each in declined.hazards)
    return [f"--allow {name}" for name in severe] + (["--yes"] if ordinary else [])


def report(told: Report, ours: Typed = typed) -> list[str]:
    stack = told.stack
    lines = [f"{told.stack_name}: {told.meaning}" + (f" ({stack.status})" if stack else "")]
    if stack is not None:
        at = stack.updated or stack.created
        lines += [
            f"last operation: {stack.last_operation or 'unknown'}" + (f", {at:%Y-%m-%d %H:%M:%S %Z}" if at else "")
        ]
        lines += [f"deployed from: {told.origin}"] if told.origin else []
        lines += [] if stack.drift == "NOT_CHECKED" else [f"drift: {stack.drift}"]
        lines += _outputs(stack.outputs)
    lines += diagnosis(told.diagnosis, told.stack_name, ours) if told.diagnosis else []
    lines += _risk(stack.status) if stack else []
    return lines + ([f"→ {ours(told.next, told.stack_name)}"] if told.next else [])
