"""The rungs that lead to no stack at all, with everything that is lost or left behind said before. Pure; see
planner.py.

Sources: API reference of DeleteStack (RetainResources and DeletionMode are accepted in DELETE_FAILED only).
"""

from changesets.kinds import DATA, NESTED_STACK
from changesets.models import RECREATE_TOKEN_PREFIX, TOKEN_PREFIX, Resource
from changesets.plans import Hazard, HazardKind, Plan
from changesets.rungs_recover import UNTIL_DONE, about, left_behind, lost, unprotect
from changesets.situation import Goal, Situation
from changesets.statuses import StackStatus
from changesets.steps import DeleteStack, Empty, Step, Wait

DELETE, BREAK_OFF = "delete", "break off"


def delete_stack(situation: Situation) -> Plan:
    """All of it: the contents of buckets and repositories first, which CloudFormation would refuse to delete."""
    stack = situation.stack
    hazards = [
        *(lost(each) for each in (*situation.full, *situation.unguarded_data)),
        *(left_behind(each) for each in situation.kept_by_policy),
        *_removal(situation),
        *(_cleared(name) for name in situation.others),
    ]
    if stack and stack.protected:
        message = f"termination protection of {stack.name} is taken off"
        hazards.append(Hazard(kind=HazardKind.PROTECTED, logical_id=stack.name, type=NESTED_STACK, message=message))
    steps = (*unprotect(situation), *_emptying(situation.full), *_deletion(situation, "nothing is to remain of it"))
    return Plan(stack_name=situation.stack_name, rung=DELETE, steps=steps, hazards=tuple(hazards))


def _removal(situation: Situation) -> list[Hazard]:
    """Deleting a stack with resources is never done on the quiet."""
    if not situation.alive:
        return []
    count = len(situation.alive)
    message = f"the stack and its {count} resource{'s' * (count > 1)} are deleted"
    return [Hazard(kind=HazardKind.REMOVED, logical_id=situation.stack_name, type=NESTED_STACK, message=message)]


def _cleared(name: str) -> Hazard:
    message = f"the pending change set {name} of another deployer is deleted"
    return Hazard(kind=HazardKind.OTHERS, logical_id=name, message=message)


def _emptying(resources: tuple[Resource, ...]) -> tuple[Step, ...]:
    return tuple(
        Empty(resource=each, why=f"it holds {DATA[each.type].holds}, and must be empty to be deleted")
        for each in resources
    )


def _deletion(situation: Situation, why: str, *, retain: tuple[str, ...] = (), force: bool = False) -> tuple[Step, ...]:
    token = situation.token
    if situation.goal is Goal.APPLY:
        token = token.replace(TOKEN_PREFIX, RECREATE_TOKEN_PREFIX, 1)
    delete = DeleteStack(
        stack=situation.address,
        token=token,
        retain=retain,
        force=force,
        role_arn=situation.role_arn,
        express=situation.express,
        why=why,
    )
    return (delete, Wait(stack=situation.address, token=token, why=UNTIL_DONE))


def break_off(situation: Situation) -> Plan | None:
    """A create that may never end (a certificate waits for days) is deleted while it runs; nothing else can be."""
    if situation.status is not StackStatus.CREATE_IN_PROGRESS:
        return None
    message = "the running create is broken off, and what it made is deleted"
    hazard = Hazard(kind=HazardKind.REMOVED, logical_id=situation.stack_name, type=NESTED_STACK, message=message)
    hazards = (hazard, *map(lost, situation.unguarded_data), *map(left_behind, situation.kept_by_policy))
    steps = (*unprotect(situation), *_deletion(situation, "nothing is to remain of it"))
    return Plan(stack_name=situation.stack_name, rung=BREAK_OFF, steps=steps, hazards=hazards)


def clear_shell(situation: Situation) -> Plan:
    """REVIEW_IN_PROGRESS: a name and change sets, no resources."""
    hazards = tuple(_cleared(name) for name in situation.others)
    steps = (*unprotect(situation), *_deletion(situation, "it never got any resources"))
    return Plan(stack_name=situation.stack_name, rung="clear shell", steps=steps, hazards=hazards)


def clear_own_shell(situation: Situation) -> Plan | None:
    """The same, if no one else has a change set in it: theirs may be under review."""
    return None if situation.others or situation.stack is None else clear_shell(situation)


# ---- ROLLBACK_COMPLETE, ROLLBACK_FAILED, IMPORT_ROLLBACK_FAILED ----


def delete_dead(situation: Situation) -> Plan:
    """Such a stack takes no update ever again: only its name is in the way, and what it still has."""
    hazards = [lost(each) for each in situation.unguarded_data]
    if situation.goal is not Goal.APPLY:
        hazards += [left_behind(each) for each in situation.kept_by_policy]
    kept = "" if situation.unguarded_data else "; what holds data is kept"
    why = f"{situation.status} takes no update ever again{kept}"
    steps = (*unprotect(situation), *_deletion(situation, why))
    return Plan(stack_name=situation.stack_name, rung="delete dead", steps=steps, hazards=tuple(hazards))


# ---- DELETE_FAILED ----


def delete_keeping_data(situation: Situation) -> Plan:
    """For a stack that is to be created anew: what may hold data stays alive, and is taken over where that is
    possible.
    """
    keep = situation.data
    lost_track = [left_behind(each) for each in keep if not situation.importable(each)]
    names = dict.fromkeys(each.logical_id.partition(".")[0] for each in keep)  # what is nested, with its whole stack
    steps = _deletion(situation, "finishes the deletion; data is kept", retain=tuple(names))
    return Plan(
        stack_name=situation.stack_name,
        rung="delete keeping data",
        steps=(*unprotect(situation), *steps),
        hazards=tuple(lost_track),
    )


def delete_again(situation: Situation) -> Plan:
    """The cause may have passed, or been its contents."""
    hazards = tuple(lost(each) for each in (*situation.full, *situation.unguarded_data))
    steps = (*unprotect(situation), *_emptying(situation.full), *_deletion(situation, "the cause may have passed"))
    return Plan(stack_name=situation.stack_name, rung="delete again", steps=steps, hazards=hazards)


def delete_retaining(situation: Situation) -> Plan | None:
    """Exactly what could not be deleted is left behind: CloudFormation refuses others."""
    failed = situation.undeletable
    if situation.status is not StackStatus.DELETE_FAILED or not failed:
        return None
    names = tuple(sorted(each.logical_id for each in failed))
    hazards = [left_behind(each) for each in failed]
    hazards += [lost(each) for each in situation.unguarded_data if each not in failed]
    steps = _deletion(situation, "leaves alive what could not be deleted", retain=names)
    rung = "retain " + ",".join(names)
    return Plan(stack_name=situation.stack_name, rung=rung, steps=steps, hazards=tuple(hazards))


def delete_by_force(situation: Situation) -> Plan | None:
    """The last rung: FORCE_DELETE_STACK."""
    if situation.status is not StackStatus.DELETE_FAILED:
        return None
    hazards = [
        about(each, HazardKind.LEFTOVER, f"{each.physical_id} stays if it still cannot be deleted")
        for each in situation.alive
    ]
    hazards += [lost(each) for each in situation.unguarded_data if each not in situation.undeletable]
    steps = _deletion(situation, "CloudFormation drops what it cannot delete", force=True)
    return Plan(stack_name=situation.stack_name, rung="force", steps=steps, hazards=tuple(hazards))
