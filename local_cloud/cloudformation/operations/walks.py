"""What the operations share: walking a stack's resources, deleting all of them, cleaning up, listing failures."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from local_cloud.cloudformation.model import Live, Stable, Stack
from local_cloud.cloudformation.operations.graph import Needs, Walk, reversed_needs
from local_cloud.cloudformation.operations.run import Run
from local_cloud.cloudformation.operations.steps import cancel, clean, delete_resource
from local_cloud.cloudformation.schedule import Steps

FIRST_STEP, LAST_STEP = 3.0, 1.0
"""Seconds from the stack's event to the first resource, and from the last resource to the stack's (measured)."""
VERBS = {"CREATE": "create", "UPDATE": "update", "DELETE": "delete", "IMPORT": "import"}
GONE = ("DELETE_COMPLETE", "DELETE_SKIPPED")
Leaving = Sequence[tuple[Live, str | None]]
"""What is to be cleaned up, each with the policy that decides about it."""


def walk(run: Run, needs: Needs, step: Callable[[str], Steps[bool]], *, keep_going: bool) -> Steps[list[str]]:
    """Take the step for every name, in dependency order; returns the names that failed."""
    return Walk(run.world.schedule, needs, step, partial(cancel, run), keep_going=keep_going).run()


def delete_all(run: Run) -> Steps[list[str]]:
    """Delete what the stack holds, in reverse dependency order; returns the names that failed."""
    resources = {name: live for name, live in run.stack.resources.items() if live.made or live.status not in GONE}
    needs = reversed_needs({name: live.needs for name, live in resources.items()})
    yield run.world.seconds(FIRST_STEP)
    return (yield from walk(run, needs, lambda name: delete_resource(run, resources[name]), keep_going=True))


def clean_up(run: Run, leaving: Leaving) -> Steps[bool]:
    """Delete what is no longer the stack's, in reverse dependency order; returns whether all of it is gone."""
    by_key = {f"{number}": pair for number, pair in enumerate(leaving)}
    keys: dict[str, list[str]] = {}
    for key, (live, _) in by_key.items():
        keys.setdefault(live.logical_id, []).append(key)
    needs = {key: frozenset(k for name in live.needs for k in keys.get(name, ())) for key, (live, _) in by_key.items()}
    failed = yield from walk(run, reversed_needs(needs), lambda key: clean(run, *by_key[key]), keep_going=True)
    return not failed


def failures(run: Run, failed: Iterable[str]) -> str:
    """`The following resource(s) failed to create: [A]. The following resource(s) failed to update: [B]. `"""
    by_verb: dict[str, list[str]] = {}
    for name in failed:
        verb = run.stack.resources[name].status.split("_")[0]
        by_verb.setdefault(VERBS[verb], []).append(name)
    return "".join(
        f"The following resource(s) failed to {verb}: [{', '.join(by_verb[verb])}]. "
        for verb in VERBS.values()
        if verb in by_verb
    )


def remember(stack: Stack) -> None:
    """Keep the state that a later rollback goes back to; change sets made against an earlier one become obsolete."""
    stack.stable = Stable(definition=stack.defined, resources=dict(stack.resources), outputs=stack.outputs)
    stack.void_change_sets()
