"""From the Site to a website that answers, as one stream of events.

templates -> (local cloud) -> registry -> image -> certificate -> website -> frontend -> smoke test. Every stage first
looks at what is there and does only what is missing, so the same command finishes what a killed one began and changes
nothing when there is nothing to do. The stream ends with `Ready`, or with the outcome of the stack that stopped it.
"""

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

import changesets
from changesets.templates import read
from groat import consent as consents
from groat import ecr, frontend, images, local, smoke, versions
from groat import templates as generated
from groat.aws import Aws, connect
from groat.config import LOCAL
from groat.config import settings as read_settings
from groat.errors import GroatError
from groat.events import Event, Ready, Stage, Warned, Working
from groat.missing_images import push_again
from groat.project import Project, find
from groat.provenance import provenance
from groat.pyproject import settings
from groat.recipe import git, workers
from groat.target import StackPlan, Target
from groat.typed import made, typed

if TYPE_CHECKING:
    from template_gen import Site

Outputs = Mapping[str, str]
LACKS = re.compile("No module named '(?!app['.])")  # Python's words for a library that is not installed


def deploy_serverless(
    stack_name: str,
    *,
    environment: str = LOCAL,
    site: "Site | None" = None,
    folder: Path | str | None = None,
    consent: changesets.Consent | None = None,
    show: Callable[[Event], None] | None = None,
) -> changesets.Outcome:
    """Deploy the site of `folder` (default: the project around the current one); returns the website stack's outcome.

    Does what `make deploy` does: the stack is `stack_name`, the other values come from the section of samconfig.toml
    for `environment`, and `site` replaces the project's own. `consent` is asked about plans with hazards, and about
    every change if confirm_changeset is on; the default declines both, and `changesets.Allowed(yes=True)` says yes.
    `show` is called with each event, for example `groat.views.human_view().show`.
    Raises GroatError for what the user can fix: missing credentials, findings, a site that does not answer.
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
        raise GroatError(f"The site has no stacks, so nothing was deployed: {stack_name}", hint="groat templates")
    return outcome


def deploy(target: Target, *, consent: changesets.Consent, site: "Site | None" = None) -> Iterator[Event]:
    """Deploy one environment. Raises GroatError before anything has changed, or after a stage that is complete."""
    connect(target.settings)  # without credentials, fail before doing any work
    texts = yield from write_templates(target, site)
    target.refuse_missing(texts)
    check_app(target, texts["website.yaml"])
    aws = yield from reach(target)
    check_docker(target, aws, texts["website.yaml"])
    outputs: dict[str, Outputs] = {"": local.made_by_hand(aws, texts, target.settings.parameters)}
    for stack in target.stacks(texts):
        parameters = yield from values(target, aws, stack, texts[stack.template], outputs)
        wanted = target.deployment(stack, texts, parameters)
        outcome = yield from apply(target.project, aws, wanted, stack.region, consent)
        if not isinstance(outcome, changesets.Deployed | changesets.NoChanges):
            return
        outputs[stack.role] = outcome.stack.outputs
        if stack.role == "website":
            yield from publish(target, aws, outcome.stack, texts[stack.template])


def write_templates(target: Target, site: "Site | None") -> Generator[Event, None, dict[str, str]]:
    """Generate, lint and write templates/; the texts by file name."""
    yield Working("generating and linting the templates")
    texts = target.generate(site)
    yield Stage("templates", generated.told(texts, generated.write(target.project, texts)))
    return texts


def check_app(target: Target, website: str) -> None:
    """Raises GroatError, before any stack is touched, for a missing app or frontend, or a wrong pyproject.toml."""
    settings(target.project.root)
    if takes_image(target, website):
        app = target.project.app
        images.refuse_missing(app, [images.handler(app), *workers(read(website))])
    if "FrontendBucketName" in read(website)["Outputs"]:
        frontend.keys(target.project.frontend)


def check_docker(target: Target, aws: Aws, website: str) -> None:
    """Raises GroatError, before any stack is touched, if an image must be built and Docker cannot be used."""
    if aws.endpoint is None and takes_image(target, website):
        from groat.docker import check

        registry = target.stack("registry")
        stack = aws.cloudformation(registry.region).stack(registry.stack_name)
        check(target.project, aws, stack.outputs.get("RepositoryUri", "") if stack else "", website)


def takes_image(target: Target, template: str) -> bool:
    """Does the deployment provide the image? Not if samconfig.toml already names one."""
    return "ImageUri" in generated.declared(template).keys() - target.settings.parameters.keys()


def reach(target: Target) -> Generator[Event, None, Aws]:
    """The account to deploy to: the local cloud, started if necessary, or the one that the credentials are for."""
    if target.settings.is_local:
        yield Working("starting the local cloud")
        cloud = local.up(target.project)
        yield Stage("local cloud", f"{cloud.endpoint} (pid {cloud.pid})")
        return connect(target.settings, cloud=cloud)
    aws = connect(target.settings)
    yield Stage("account", f"{aws.account()} in {aws.region}")
    return aws


def values(
    target: Target, aws: Aws, stack: StackPlan, template: str, outputs: Mapping[str, Outputs]
) -> Generator[Event, None, dict[str, str]]:
    """The stack's parameters, from samconfig.toml, from earlier stacks' outputs of the same name, and the image."""
    given = {key: value for earlier in outputs.values() for key, value in earlier.items()}
    if takes_image(target, template):
        yield Working("publishing the app's image")
        given["ImageUri"] = yield from publish_image(target, aws, given["RepositoryUri"], template)
        yield Stage("image", given["ImageUri"])
        present = aws.cloudformation(stack.region).stack(stack.stack_name)
        given |= provenance(target.project, given["ImageUri"], present)
    return generated.parameters(template, {**given, **target.settings.parameters})


def publish_image(target: Target, aws: Aws, repository: str, template: str) -> Generator[Event, None, str]:
    """The image's URI, by digest: built and pushed, or a snapshot that the local cloud runs."""
    if aws.endpoint is None:
        from groat.docker import publish as publish_container

        return (yield from publish_container(target.project, aws, repository, template))
    image = images.snapshot(target.project)
    uri = f"{repository}@{image.digest}"
    local.register(aws.endpoint, uri, image)
    return uri


def apply(
    project: Project, aws: Aws, deployment: changesets.Deployment, region: str, consent: changesets.Consent
) -> Generator[Event, None, changesets.Outcome]:
    """Deploy one stack through a change set; its outcome is the last event and also the return value."""
    copies = push_again(project, aws)
    for event in changesets.apply(aws.cloudformation(region), deployment, consent=consent, push_again=copies):
        yield event
    if not isinstance(event, changesets.Outcome):
        raise TypeError(f"the stream of a stack ends with its outcome, not with: {event!r}")
    return event


def publish(target: Target, aws: Aws, stack: changesets.Stack, template: str) -> Iterator[Event]:
    """Upload the frontend, run the smoke test, and record what a rollback needs."""
    if bucket := frontend.bucket_of(aws, stack.outputs):
        yield from upload(target, bucket, frontend.files(target.project.frontend))
    yield from verify(target, aws, stack, template)


def upload(target: Target, bucket: frontend.Bucket, files: Iterable[frontend.File]) -> Iterator[Event]:
    """Upload the frontend's files to the bucket, and invalidate what changed in CloudFront."""
    yield Working("uploading the frontend")
    try:
        sync, invalidation = frontend.synchronize(bucket, files)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise
        again = typed("apply --revert-drift", target.settings.environment)
        raise GroatError(f"The frontend's bucket was deleted by hand: {bucket.name}", hint=again) from error
    yield Stage("frontend", str(sync))
    if invalidation.paths:
        yield Stage("invalidation", " ".join(invalidation.paths))


def verify(target: Target, aws: Aws, stack: changesets.Stack, template: str) -> Iterator[Event]:
    """Run the smoke test. A version that passes it is one that a rollback can return to."""
    url, bucket = local.site_url(aws, stack.outputs), stack.outputs.get("FrontendBucketName")
    yield Working(f"requesting {url}")
    named = str(settings(target.project.root).get("health", ""))
    path = smoke.health(read(template), named)
    patience = smoke.PATIENCE_HERE if target.settings.is_local else smoke.PATIENCE
    try:
        answers = smoke.check(url, ("/", path) if bucket else (path,), guessed="" if named else path, patience=patience)
    except smoke.NoAnswer as error:
        raise explained(error, target, stack) from error
    yield Stage("smoke test", ", ".join(map(str, answers)))
    yield from map(Warned, smoke.warnings(answers))
    remember(target, aws, stack)
    yield Ready(url=url, outputs=stack.outputs, commands=target.next_commands())


def explained(error: smoke.NoAnswer, target: Target, stack: changesets.Stack) -> GroatError:
    """Add what the function has logged, or where to read it, and what to type next."""
    environment = target.settings.environment
    if target.settings.is_local:
        said, look = local.said(target.project, stack.outputs["FunctionName"]), ""
    else:
        said, look = "", f"sam logs --stack-name {stack.name} --region {target.settings.region}"
    library = (
        "the app runs in .venv: add the library there, see Dependencies in docs/recipes.md"
        if LACKS.search(said)
        else ""
    )
    onward = f"fix the app and {made('deploy', environment)}, or go back with {made('rollback', environment)}"
    return GroatError(lines(str(error), said), hint=lines(library, look or error.hint, onward))


def lines(*each: str) -> str:
    return "\n".join(filter(None, each))


def remember(target: Target, aws: Aws, stack: changesets.Stack) -> None:
    """Record what a rollback needs: a tag that keeps the image, and this version."""
    image = stack.parameters.get("ImageUri")
    if image and not target.settings.is_local and "ImageUri" not in target.settings.parameters:
        ecr.mark_deployed(aws, image)
    if bucket := frontend.bucket_of(aws, stack.outputs):
        history = versions.History(bucket, target.stack("website"))
        history.keep(stack, git(target.project, "rev-parse", "HEAD"))
