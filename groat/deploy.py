"""From the Site to an answering website, as one stream of events.

templates -> (local cloud) -> registry -> image -> certificate -> website -> frontend -> smoke test. Every stage looks
at what is there first and does only what is missing, so the same command finishes what a killed one began, and changes
nothing when there is nothing to do. The stream's last item is `Ready`, or the outcome of the stack that stopped it.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import changesets
from groat import consent as consents
from groat import ecr, frontend, images, local, smoke, versions
from groat import templates as generated
from groat.aws import Aws, connect
from groat.config import LOCAL
from groat.config import settings as read_settings
from groat.errors import GroatError
from groat.events import Event, Ready, Stage, Working
from groat.project import find
from groat.recipe import git
from groat.target import Target

if TYPE_CHECKING:
    from template_gen import Site

Outputs = Mapping[str, str]


def deploy_serverless(
    stack_name: str,
    *,
    environment: str = LOCAL,
    site: "Site | None" = None,
    folder: Path | str | None = None,
    consent: changesets.Consent | None = None,
    show: Callable[[Event], None] | None = None,
) -> changesets.Outcome:
    """Deploy the site of `folder` (default: the project around the current one); the website stack's outcome.

    What `make deploy` does, as one call: the stack is `stack_name`, the other values are samconfig.toml's of
    `environment`; `site` replaces the project's own. `consent` is asked about plans with hazards and where
    confirm_changeset is on (default: nobody is there to ask, so both are declined; `changesets.Allowed(yes=True)` says
    yes); `show` sees each event, for example `groat.views.human_view().show`.
    Raises GroatError for what the user can mend: no credentials, findings, a site that does not answer.
    """
    project = find(Path(folder or ".").absolute())
    target = Target(project, read_settings(project.root, environment, stack_name=stack_name))
    outcome: changesets.Outcome | None = None
    nobody = consents.consent(target.settings, yes=False, names=frozenset(), asks=False)
    for event in deploy(target, site=site, consent=consent or nobody):
        if show:
            show(event)
        outcome = event if isinstance(event, changesets.Outcome) else outcome
    if outcome is None:
        raise GroatError(f"No stack was deployed: {stack_name}")
    return outcome


def deploy(target: Target, *, consent: changesets.Consent, site: "Site | None" = None) -> Iterator[Event]:
    """The whole way for one environment. Raises GroatError before anything changes, or with what is done complete."""
    connect(target.settings)  # no credentials: say so before any work is done
    texts = yield from write_templates(target, site)
    aws = yield from reach(target)
    outputs: dict[str, Outputs] = {}
    for stack in target.stacks(texts):
        parameters = yield from values(target, aws, texts[stack.template], outputs)
        outcome = yield from apply(aws, target.deployment(stack, texts, parameters), stack.region, consent)
        if not isinstance(outcome, changesets.Deployed | changesets.NoChanges):
            return
        outputs[stack.role] = outcome.stack.outputs
        if stack.role == "website":
            yield from publish(target, aws, outcome.stack)


def write_templates(target: Target, site: "Site | None") -> Generator[Event, None, dict[str, str]]:
    """templates/ as the Site says, linted; the texts by file name."""
    yield Working("generating and linting the templates")
    texts = target.generate(site)
    written = generated.write(target.project, texts)
    yield Stage("templates", f"wrote {', '.join(written)}" if written else f"{', '.join(texts)}: current")
    return texts


def reach(target: Target) -> Generator[Event, None, Aws]:
    """The account to work in: the local cloud, started if need be, or the one that the credentials are for."""
    if target.settings.is_local:
        yield Working("starting the local cloud")
        cloud = local.up(target.project)
        yield Stage("local cloud", f"{cloud.endpoint} (pid {cloud.pid})")
        return connect(target.settings, endpoint=cloud.endpoint)
    aws = connect(target.settings)
    yield Stage("account", f"{aws.account()} in {aws.region}")
    return aws


def values(
    target: Target, aws: Aws, template: str, outputs: Mapping[str, Outputs]
) -> Generator[Event, None, dict[str, str]]:
    """The stack's parameters: samconfig's, what earlier stacks put out under a declared name, and the image."""
    declared = generated.declared(template)
    given = {key: value for earlier in outputs.values() for key, value in earlier.items()}
    if "ImageUri" in declared and "ImageUri" not in target.settings.parameters:
        yield Working("publishing the app's image")
        given["ImageUri"] = publish_image(target, aws, given["RepositoryUri"], template)
        yield Stage("image", given["ImageUri"])
    return {name: value for name, value in {**given, **target.settings.parameters}.items() if name in declared}


def publish_image(target: Target, aws: Aws, repository: str, template: str) -> str:
    """The URI of the image by digest: built and pushed, or a snapshot that the local cloud runs."""
    if aws.endpoint is None:
        from groat.docker import publish as publish_container

        return publish_container(target.project, aws, repository, template)
    image = images.snapshot(target.project)
    uri = f"{repository}@{image.digest}"
    local.register(aws.endpoint, uri, image)
    return uri


def apply(
    aws: Aws, deployment: changesets.Deployment, region: str, consent: changesets.Consent
) -> Generator[Event, None, changesets.Outcome]:
    """One stack through its change set; the outcome is the stream's last event and the value."""
    for event in changesets.apply(aws.cloudformation(region), deployment, consent=consent):
        yield event
    if not isinstance(event, changesets.Outcome):
        raise TypeError(f"the stream of a stack ends with its outcome, not with: {event!r}")
    return event


def publish(target: Target, aws: Aws, stack: changesets.Stack) -> Iterator[Event]:
    """The frontend's files, the smoke test, and what the way back needs."""
    if name := stack.outputs.get("FrontendBucketName"):
        bucket = frontend.Bucket(aws, name, stack.outputs["DistributionId"])
        yield from upload(bucket, frontend.files(target.project.frontend))
    yield from prove(target, aws, stack)


def upload(bucket: frontend.Bucket, files: Iterable[frontend.File]) -> Iterator[Event]:
    """The frontend's files into the bucket, and CloudFront told to ask again."""
    yield Working("uploading the frontend")
    sync, invalidation = frontend.synchronize(bucket, files)
    yield Stage("frontend", str(sync))
    if invalidation.paths:
        yield Stage("invalidation", " ".join(invalidation.paths))


def prove(target: Target, aws: Aws, stack: changesets.Stack) -> Iterator[Event]:
    """The smoke test. What answered is a version that a rollback can come back to."""
    url, bucket = site_url(aws, stack.outputs), stack.outputs.get("FrontendBucketName")
    yield Working(f"asking {url}")
    answers = smoke.check(url, ("/", "/api/health") if bucket else ("/api/health",))
    yield Stage("smoke test", ", ".join(map(str, answers)))
    remember(target, aws, stack)
    yield Ready(url=url, outputs=stack.outputs, commands=target.next_commands())


def remember(target: Target, aws: Aws, stack: changesets.Stack) -> None:
    """What the way back needs: a tag that keeps the image, and a record of this version."""
    image = stack.parameters.get("ImageUri")
    if image and not target.settings.is_local and "ImageUri" not in target.settings.parameters:
        ecr.mark_deployed(aws, image)
    if name := stack.outputs.get("FrontendBucketName"):
        bucket = frontend.Bucket(aws, name, stack.outputs["DistributionId"])
        history = versions.History(bucket, target.stack("website"))
        history.keep(stack, git(target.project, "rev-parse", "HEAD"))


def site_url(aws: Aws, outputs: Outputs) -> str:
    """Where the site answers: what the stack says, or where the local cloud serves that distribution.

    A local cloud is also what plays AWS for another environment, when AWS_ENDPOINT_URL points to one.
    """
    cloud = aws.endpoint or local.cloud_at(aws.client("cloudfront").meta.endpoint_url)
    return local.site_url(cloud, outputs["DistributionDomainName"]) if cloud else outputs["Url"]
