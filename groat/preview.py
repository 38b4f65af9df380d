"""What a branch changes, without an account: a cloud in this process holds what another revision deploys, and the real
manager is asked what this one would change there.

The rule: nothing leaves the process and nothing of it stays. Images, zones and secrets are stand-ins, equal where what
they are made from is equal, so they show up as changes only where they are changes. What a bucket or a table holds
cannot be known here; it counts as data.
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

    from local_cloud import LocalCloud
    from template_gen import Floor

Texts = Mapping[str, str]  # file name -> template


@dataclass(frozen=True, slots=True)
class Preview:
    """An AWS with nothing but a CloudFormation, in this process; its time passes only when somebody waits."""

    aws: Aws
    cloud: "LocalCloud"

    def apply(
        self, target: Target, stack: StackPlan, texts: Texts, *, consent: changesets.Consent
    ) -> Iterator[changesets.Event]:
        """One stack's deployment; the last event is its outcome."""
        cloudformation = self.aws.cloudformation(stack.region)
        return changesets.apply(
            cloudformation, self.deployment(target, stack, texts), clock=self.cloud.clock, consent=consent
        )

    def review(self, target: Target, stack: StackPlan, texts: Texts) -> Iterator[changesets.Event]:
        """What that deployment would change; the last event is Reviewed, or why there is no review."""
        cloudformation = self.aws.cloudformation(stack.region)
        return changesets.review(cloudformation, self.deployment(target, stack, texts), clock=self.cloud.clock)

    def deployment(self, target: Target, stack: StackPlan, texts: Texts) -> changesets.Deployment:
        """With the outputs of the stacks that are there for parameters, as a deployment has them."""
        found = (self.aws.cloudformation(each.region).stack(each.stack_name) for each in target.stacks(texts))
        outputs = {key: value for each in found if each for key, value in each.outputs.items()}
        return target.deployment(stack, texts, operations.expected(target, texts[stack.template], outputs))


def review(target: Target, base: str) -> Iterator[Event]:
    """What deploying the working tree would change where the git revision `base` is deployed, and cost when idle.

    Raises GroatError for a revision that git does not know, or whose templates CloudFormation would not take.
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
    """The same environment at a git revision, in a folder of its own for as long as the context lasts."""
    root = target.project.root
    archive = subprocess.run(["git", "archive", "--format=zip", name], cwd=root, capture_output=True, check=False)
    if archive.returncode:
        raise GroatError(f"git knows no such revision: {name}", hint="git fetch; then name a branch, a tag or a commit")
    with TemporaryDirectory(prefix="groat-") as folder, zipfile.ZipFile(io.BytesIO(archive.stdout)) as files:
        files.extractall(folder)
        yield Target(Project(Path(folder)), settings(Path(folder), target.settings.environment))


def committed(project: Project) -> Texts:
    """The project's templates as they lie in its folder."""
    return {path.name: path.read_text(encoding="utf-8") for path in project.templates.glob("*.yaml")}


def seeded(*targets: Target) -> Preview:
    """A cloud with each of these deployed from its committed templates, one after the other."""
    preview = empty()
    for target in targets:
        texts = committed(target.project)
        for stack in target.stacks(texts):
            deploy(preview, target, stack, texts)
    return preview


def deploy(preview: Preview, target: Target, stack: StackPlan, texts: Texts) -> None:
    """One stack, as it must be for what comes after it. Raises GroatError where it cannot be deployed."""
    *_, outcome = preview.apply(target, stack, texts, consent=lambda _: True)  # nothing here is anybody's
    if isinstance(outcome, changesets.Deployed | changesets.NoChanges):
        return
    why = f": {outcome.diagnosis.cause}" if isinstance(outcome, changesets.RolledBack | changesets.Rejected) else ""
    raise GroatError(f"The stack to compare with cannot be deployed, {stack.stack_name}{why}")


def empty() -> Preview:
    """A cloud without stacks."""
    from local_cloud import CloudFormation, LocalCloud, VirtualClock, attach

    engine = CloudFormation(VirtualClock(), speed=0)

    @cache
    def client(service: str, *, region_name: str = generated.CERTIFICATE_REGION) -> Client:
        if service != "cloudformation":
            raise changesets.ChangeSetsError(f"There is only CloudFormation here, not: {service}")
        made = session().client("cloudformation", region_name=region_name)
        attach(made, engine=engine)
        return made

    return Preview(Aws(client, generated.CERTIFICATE_REGION), LocalCloud(engine))


@cache
def session() -> "Session":
    """One for all previews: reading botocore's data takes longer than a deployment here."""
    return without_account(generated.CERTIFICATE_REGION)


def costs(project: Project, earlier: Project) -> Costs:
    """The monthly bill without visitors, now and before; what was before is None where no Site can be read there."""
    now, before = floor(project), None
    with suppress(GroatError):  # an older groat's Site, perhaps: no reason to withhold what it costs now
        before = floor(earlier).usd
    lines = {cost.what: f"{cost.usd:.2f}, {cost.why}" for cost in now.costs}
    return Costs(usd=now.usd, before=before, lines=lines, as_of=now.as_of)


def floor(project: Project) -> "Floor":
    from template_gen import monthly_floor

    return monthly_floor(load_site(project))
