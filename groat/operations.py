"""The verbs for stacks that exist: status, review, recover, and what Ctrl-C leads to. Each is a stream of events."""

from collections.abc import Callable, Iterator, Mapping

import changesets
from groat import images, local
from groat import templates as generated
from groat.aws import Aws, connect
from groat.errors import GroatError
from groat.events import Event, Ready, Warned
from groat.missing_images import push_again
from groat.provenance import provenance
from groat.target import StackPlan, Target

# For a review: in the place of what other stacks' outputs or a person will give.
STAND_INS = {
    "CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/00000000-0000-0000-0000-000000000000",
    "HostedZoneId": "Z0000000000000000000A",
    "RepositoryUri": "000000000000.dkr.ecr.us-east-1.amazonaws.com/registry",
}


def reach(target: Target) -> Aws:
    """The environment's AWS. For `local`, a local cloud must be running: these verbs do not start one."""
    if not target.settings.is_local:
        return connect(target.settings)
    running = local.running(target.project)
    if running is None:
        raise GroatError("The local cloud is not running, so nothing is deployed on this machine", hint="make deploy")
    return connect(target.settings, cloud=running)


def stacks(target: Target) -> tuple[StackPlan, ...]:
    """The stacks of the committed templates, in deploy order."""
    names = [path.name for path in target.project.templates.glob("*.yaml")]
    if not names:
        raise GroatError(f"There are no templates in {target.project.templates}", hint="groat templates")
    return target.stacks(names)


def deployed(aws: Aws, plan: StackPlan) -> changesets.Stack:
    """The stack as it is. Raises GroatError if there is none."""
    stack = aws.cloudformation(plan.region).stack(plan.stack_name)
    if stack is None:
        raise GroatError(f"Nothing is deployed under this name: {plan.stack_name}", hint="make deploy")
    return stack


def status(target: Target) -> Iterator[Event]:
    """A report of each stack; then where the site answers and what to type, unless the reports say what to do."""
    aws = reach(target)
    for stack in stacks(target):
        report = changesets.status(aws.cloudformation(stack.region), stack.stack_name)
        yield report
    if report.stack and report.stack.outputs and not report.next:
        yield Ready(url=local.site_url(aws, report.stack.outputs), outputs={}, commands=target.next_commands())


def review(target: Target) -> Iterator[Event]:
    """What a deployment would change in each stack; nothing is built, written or executed."""
    aws = reach(target)
    texts = target.generate()
    outputs: dict[str, str] = {}
    for stack in target.stacks(texts):
        cloudformation = aws.cloudformation(stack.region)
        present = cloudformation.stack(stack.stack_name)
        parameters = expected(target, texts[stack.template], outputs, present)
        yield from changesets.review(cloudformation, target.deployment(stack, texts, parameters))
        outputs |= dict(present.outputs) if present else {}
    if not target.settings.is_local:
        yield Warned("The image's digest is only known once it is built; the one shown stands for the app as it is now")


def expected(
    target: Target, template: str, outputs: Mapping[str, str], present: changesets.Stack | None = None
) -> dict[str, str]:
    """The parameters of a deployment made now over the present stack, without building the image."""
    before = present.parameters if present else {}
    known = {name: before.get(name, stand_in) for name, stand_in in STAND_INS.items()} | dict(outputs)
    image = f"{known['RepositoryUri']}@{images.digest(target.project.app)}"
    origin = provenance(target.project, image, present) if present else {}
    return generated.parameters(template, {**known, "ImageUri": image, **origin, **target.settings.parameters})


def recover(target: Target, *, consent: changesets.Consent, explain: bool) -> Iterator[Event]:
    """Bring every stack to a status that accepts the next deployment, or (`explain`) say what that takes."""
    aws = reach(target)
    for stack in stacks(target):
        cloudformation = aws.cloudformation(stack.region)
        copies = push_again(target.project, aws)
        if explain:
            yield from changesets.explain(cloudformation, stack.stack_name, push_again=copies)
        else:
            role = target.settings.role_arn
            yield from changesets.recover(
                cloudformation, stack.stack_name, consent=consent, role_arn=role, push_again=copies
            )


def interrupted(
    target: Target, stack_name: str, *, ask: Callable[[str], bool], consent: changesets.Consent
) -> Iterator[Event]:
    """After Ctrl-C during one of the stacks: its operation goes on, or is turned back if `ask` says so."""
    aws = reach(target)
    region = next((stack.region for stack in stacks(target) if stack.stack_name == stack_name), aws.region)
    return changesets.interrupted(aws.cloudformation(region), stack_name, ask=ask, consent=consent)
