"""Who says yes: a plan without hazards runs; one with hazards needs a typed answer, or --yes and --allow."""

from typing import TYPE_CHECKING

import click

from changesets import interrupts
from groat.config import Settings
from groat.typed import typed

if TYPE_CHECKING:
    import changesets


def consent(settings: Settings, *, yes: bool, names: frozenset[str], asks: bool) -> "changesets.Consent":
    """What the command line allows; beyond that a question, if somebody is there to answer (`asks`)."""
    from changesets import Allowed

    allowed = Allowed(yes=yes, names=names)

    def decide(plan: "changesets.Plan") -> bool:
        missing = allowed.missing(plan)
        confirm = settings.confirm and plan.changes_something and not yes
        if not asks:
            if confirm and not missing:
                yes_to_it = typed("apply --yes", settings.environment)
                click.echo(
                    f"confirm_changeset is on, but there is no terminal to ask on; to say yes: {yes_to_it}", err=True
                )
            return not missing and not confirm
        with interrupts.answering(click.Abort):  # Ctrl-C at a question is a no
            if missing:
                return all(answered(hazard) for hazard in missing)
            return not confirm or click.confirm(f"Apply this to {plan.stack_name}?", default=False)
        return False

    return decide


def answered(hazard: "changesets.Hazard") -> bool:
    """A yes to one hazard: for data, the logical id typed out."""
    click.echo(f"{hazard.logical_id}: {hazard.kind}. {hazard.message}", err=True)
    if hazard.severe:
        return bool(
            click.prompt(f"Type {hazard.logical_id} to go on", default="", show_default=False, err=True)
            == hazard.logical_id
        )
    return click.confirm("Go on?", default=False, err=True)
