"""What a branch changes, without an account: a cloud in this process holds what another revision deploys, and the real
change-set manager reviews this revision against it.

The rule: nothing leaves the process, and nothing of it stays. Images, zones and secrets are stand-ins; two are equal if
what they are made from is equal, so they appear as changes only if they are. What a bucket or a table holds cannot be
known here, so it counts as data.
"""

import io
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import changesets
from groat import operations
from groat import templates as generated
from groat.aws import Aws, Client, without_account
from groat.config import settings
from groat.errors import GroatError
from groat.events import Costs, Event, Warned
from groat.project import Project, load_site
from groat.target import StackPlan, Target

if TYPE_CHECKING:
    from boto3 import Session

    from local_cloud import CloudFormation
    from template_gen import Floor

Texts = Mapping[str, str]  # file name -> template


@dataclass(frozen=True, slots=True)
class Preview:
    """An AWS in this process with CloudFormation only; its time passes only when somebody waits."""

    aws: Aws
    engine: "CloudFormation"

    def apply(
        self, target: Target, stack: StackPlan, texts: Texts, *, consent: changesets.Consent
    ) -> Iterator[changesets.Event]:
        """Deploy one stack; the last event is the outcome."""
        cloudformation = self.aws.cloudformation(stack.region)
        return changesets.apply(
            cloudformation, self.deployment(target, stack, texts), clock=self.engine.clock, consent=consent
        )

    def review(self, target: Target, stack: StackPlan, texts: Texts) -> Iterator[changesets.Event]:
        """What that deployment would change; the last event is Reviewed, or says why there is no review."""
        cloudformation = self.aws.cloudformation(stack.region)
        return changesets.review(cloudformation, self.deployment(target, stack, texts), clock=self.engine.clock)

    def deployment(self, target: Target, stack: StackPlan, texts: Texts) -> changesets.Deployment:
        """As in a real deployment, with the other stacks' outputs as parameters."""
        found = (self.aws.cloudformation(each.region).stack(each.stack_name) for each in target.stacks(texts))
        outputs = {key: value for each in found if each for key, value in each.outputs.items()}
        return target.deployment(stack, texts, operations.expected(target, texts[stack.template], outputs))


def review(target: Target, base: str) -> Iterator[Event]:
    """What deploying the working tree over the git revision `base` would change, and what the idle site costs.

    Raises GroatError for a revision that git does not know, or whose templates CloudFormation would refuse.
    """
    texts = target.generate()
    with revision(target, base) as earlier:
        if not committed(earlier.project):
            yield Warned(f"There are no templates at {base}, so everything is new")
        preview = seeded(earlier)
        for stack in target.stacks(texts):
            yield from preview.review(target, stack, texts)
            if stack.role != "website":
                deploy(preview, target, stack, texts)  # its outputs are the website's parameters
        yield costs(target.project, earlier.project)


@contextmanager
def revision(target: Target, name: str) -> Iterator[Target]:
    """The same environment at a git revision, in a temporary folder."""
    root = target.project.root
    archive = subprocess.run(["git", "archive", "--format=zip", name], cwd=root, capture_output=True, check=False)
    if archive.returncode:
        raise GroatError(
            f"git does not know this revision: {name}", hint="git fetch, then name a branch, a tag or a commit"
        )
    with TemporaryDirectory(prefix="groat-") as folder, zipfile.ZipFile(io.BytesIO(archive.stdout)) as files:
        files.extractall(folder)
        yield Target(Project(Path(folder)), settings(Path(folder), target.settings.environment))


def committed(project: Project) -> Texts:
    """The templates in the project's folder."""
    return {path.name: path.read_text(encoding="utf-8") for path in project.templates.glob("*.yaml")}


def seeded(*targets: Target) -> Preview:
    """A cloud on which each of these has been deployed from its committed templates, one after the other."""
    preview = empty()
    for target in targets:
        texts = committed(target.project)
        for stack in target.stacks(texts):
            deploy(preview, target, stack, texts)
    return preview


def deploy(preview: Preview, target: Target, stack: StackPlan, texts: Texts) -> None:
    """Deploy one stack that the next step needs. Raises GroatError if it cannot be deployed."""
    *_, outcome = preview.apply(target, stack, texts, consent=lambda _: True)  # nothing here can be lost
    if isinstance(outcome, changesets.Deployed | changesets.NoChanges):
        return
    why = f": {outcome.diagnosis.cause}" if isinstance(outcome, changesets.RolledBack | changesets.Rejected) else ""
    raise GroatError(
        f"The stack cannot be deployed, {stack.stack_name}{why}",
        hint=f"correct {stack.template}, or compare with another revision: --base REV",
    )


def empty() -> Preview:
    """A cloud without stacks."""
    from local_cloud import CloudFormation, VirtualClock, attach

    engine = CloudFormation(VirtualClock(), speed=0)

    @cache
    def client(service: str, *, region_name: str = generated.CERTIFICATE_REGION) -> Client:
        if service != "cloudformation":
            raise changesets.ChangeSetsError(f"A preview has CloudFormation only, not: {service}")
        made = session().client("cloudformation", region_name=region_name)
        attach(made, engine=engine)
        return made

    return Preview(Aws(client, generated.CERTIFICATE_REGION), engine)


@cache
def session() -> "Session":
    """One for all previews, because reading botocore's data takes longer than a deployment here."""
    return without_account(generated.CERTIFICATE_REGION)


def costs(project: Project, earlier: Project) -> Costs:
    """The monthly bill without visitors, now and before; `before` is None if no Site can be read there."""
    now, before = floor(project), None
    with suppress(GroatError):  # an older groat's Site, perhaps; what it costs now is known all the same
        before = floor(earlier).usd
    lines = {cost.what: f"{cost.usd:.2f}, {cost.why}" for cost in now.costs}
    return Costs(usd=now.usd, before=before, lines=lines, as_of=now.as_of)


def floor(project: Project) -> "Floor":
    from template_gen import monthly_floor

    return monthly_floor(load_site(project))
