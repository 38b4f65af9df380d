"""CloudFormation stacks that cannot get stuck: change sets reviewed, applied and recovered from every status.

    from changesets import CloudFormation, Deployment, apply, exit_code

    for event in apply(CloudFormation(boto3.client("cloudformation")), Deployment(stack_name="demo", template=text)):
        view.show(event)  # the last event is the Outcome

Data flows one way: a Deployment becomes a change set, a Review, a Plan of frozen steps, events, and one Outcome.
manager.py has the loop, planner.py what to do in every status, statuses.py what every status means.
Importing this package is cheap: its modules, boto3 and rich are imported when they are first needed.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from changesets.clock import Clock, SystemClock
    from changesets.errors import ChangeSetsError
    from changesets.gateway import CloudFormation, connect
    from changesets.manager import apply, delete, explain, recover, review, status
    from changesets.models import ChangeSet, Deployment, Profile, Resource, ResourceChange, Stack, StackEvent
    from changesets.origins import origin
    from changesets.outcomes import (
        Declined,
        Deleted,
        Deployed,
        Detached,
        Diagnosis,
        Event,
        NoChanges,
        Noticed,
        Observed,
        Outcome,
        Proposed,
        Recovered,
        Rejected,
        Report,
        Reviewed,
        RolledBack,
        StepStarted,
        Stuck,
        TimedOut,
        exit_code,
    )
    from changesets.plans import Allowed, Consent, Hazard, HazardKind, Plan, Review
    from changesets.statuses import StackStatus
    from changesets.turning_back import interrupted
    from changesets.views import HumanView, JsonView, MarkdownView

__all__ = [
    "Allowed",
    "ChangeSet",
    "ChangeSetsError",
    "Clock",
    "CloudFormation",
    "Consent",
    "Declined",
    "Deleted",
    "Deployed",
    "Deployment",
    "Detached",
    "Diagnosis",
    "Event",
    "Hazard",
    "HazardKind",
    "HumanView",
    "JsonView",
    "MarkdownView",
    "NoChanges",
    "Noticed",
    "Observed",
    "Outcome",
    "Plan",
    "Profile",
    "Proposed",
    "Recovered",
    "Rejected",
    "Report",
    "Resource",
    "ResourceChange",
    "Review",
    "Reviewed",
    "RolledBack",
    "Stack",
    "StackEvent",
    "StackStatus",
    "StepStarted",
    "Stuck",
    "SystemClock",
    "TimedOut",
    "apply",
    "connect",
    "delete",
    "exit_code",
    "explain",
    "interrupted",
    "origin",
    "recover",
    "review",
    "status",
]

_HOMES = (  # where a name is looked for on first use, the cheapest modules first
    "clock",
    "errors",
    "statuses",
    "models",
    "plans",
    "outcomes",
    "origins",
    "gateway",
    "manager",
    "turning_back",
    "views",
)


def __getattr__(name: str) -> Any:
    """A public name, imported on first use (PEP 562)."""
    if name in __all__:
        for home in _HOMES:
            module = import_module(f"changesets.{home}")
            if name in vars(module):
                globals()[name] = vars(module)[name]
                return globals()[name]
    raise AttributeError(f"module 'changesets' has no attribute: {name}")


def __dir__() -> list[str]:
    return __all__
