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
from groat.missing_images import push_again
from groat.project import Project, find, settings
from groat.recipe import git
from groat.target import Target

if TYPE_CHECKING:
    from template_gen import Site

Outputs = Mapping[str, str]
LACKS = "No module named"  # what Python says of a library that is not installed


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
    look_at_app(target, texts["website.yaml"])
    aws = yield from reach(target)
    look_at_docker(target, aws, texts["website.yaml"])
    outputs: dict[str, Outputs] = {}
    for stack in target.stacks(texts):
        parameters = yield from values(target, aws, texts[stack.template], outputs)
        wanted = target.deployment(stack, texts, parameters)
        outcome = yield from apply(target.project, aws, wanted, stack.region, consent)
        if not isinstance(outcome, changesets.Deployed | changesets.NoChanges):
            return
        outputs[stack.role] = outcome.stack.outputs
        if stack.role == "website":
            yield from publish(target, aws, outcome.stack, texts[stack.template])


def write_templates(target: Target, site: "Site | None") -> Generator[Event, None, dict[str, str]]:
    """templates/ as the Site says, linted; the texts by file name."""
    yield Working("generating and linting the templates")
    texts = target.generate(site)
    written = generated.write(target.project, texts)
    yield Stage("templates", f"wrote {', '.join(written)}" if written else f"{', '.join(texts)}: current")
    return texts


def look_at_app(target: Target, website: str) -> None:
    """Raises GroatError for an app or a frontend that is not there: before any stack is touched."""
    if "ImageUri" in generated.declared(website):
        images.handler(target.project.app)
    if "FrontendBucketName" in generated.load(website)["Outputs"]:
        frontend.keys(target.project.frontend)


def look_at_docker(target: Target, aws: Aws, website: str) -> None:
    """Raises GroatError where an image has to be built and Docker cannot: before any stack is touched."""
    if aws.endpoint is None and takes_image(target, website):
        from groat.docker import look

        registry = target.stack("registry")
        stack = aws.cloudformation(registry.region).stack(registry.stack_name)
        look(target.project, aws, stack.outputs.get("RepositoryUri", "") if stack else "", website)


def takes_image(target: Target, template: str) -> bool:
    """A site whose samconfig.toml says which image it runs is given none."""
    return "ImageUri" in generated.declared(template).keys() - target.settings.parameters.keys()


def reach(target: Target) -> Generator[Event, None, Aws]:
    """The account to work in: the local cloud, started if need be, or the one that the credentials are for."""
    if target.settings.is_local:
        yield Working("starting the local cloud")
        cloud = local.up(target.project)
        yield Stage("local cloud", f"{cloud.endpoint} (pid {cloud.pid})")
        return connect(target.settings, cloud=cloud)
    aws = connect(target.settings)
    yield Stage("account", f"{aws.account()} in {aws.region}")
    return aws


def values(
    target: Target, aws: Aws, template: str, outputs: Mapping[str, Outputs]
) -> Generator[Event, None, dict[str, str]]:
    """The stack's parameters: samconfig's, what earlier stacks put out under a declared name, and the image."""
    given = {key: value for earlier in outputs.values() for key, value in earlier.items()}
    if takes_image(target, template):
        yield Working("publishing the app's image")
        given["ImageUri"] = publish_image(target, aws, given["RepositoryUri"], template)
        yield Stage("image", given["ImageUri"])
    return generated.parameters(template, {**given, **target.settings.parameters})


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
    project: Project, aws: Aws, deployment: changesets.Deployment, region: str, consent: changesets.Consent
) -> Generator[Event, None, changesets.Outcome]:
    """One stack through its change set; the outcome is the stream's last event and the value."""
    copies = push_again(project, aws)
    for event in changesets.apply(aws.cloudformation(region), deployment, consent=consent, push_again=copies):
        yield event
    if not isinstance(event, changesets.Outcome):
        raise TypeError(f"the stream of a stack ends with its outcome, not with: {event!r}")
    return event


def publish(target: Target, aws: Aws, stack: changesets.Stack, template: str) -> Iterator[Event]:
    """The frontend's files, the smoke test, and what the way back needs."""
    if name := stack.outputs.get("FrontendBucketName"):
        bucket = frontend.Bucket(aws, name, stack.outputs["DistributionId"])
        yield from upload(bucket, frontend.files(target.project.frontend))
    yield from prove(target, aws, stack, template)


def upload(bucket: frontend.Bucket, files: Iterable[frontend.File]) -> Iterator[Event]:
    """The frontend's files into the bucket, and CloudFront told to ask again."""
    yield Working("uploading the frontend")
    sync, invalidation = frontend.synchronize(bucket, files)
    yield Stage("frontend", str(sync))
    if invalidation.paths:
        yield Stage("invalidation", " ".join(invalidation.paths))


def prove(target: Target, aws: Aws, stack: changesets.Stack, template: str) -> Iterator[Event]:
    """The smoke test. What answered is a version that a rollback can come back to."""
    url, bucket = local.site_url(aws, stack.outputs), stack.outputs.get("FrontendBucketName")
    yield Working(f"asking {url}")
    named = str(settings(target.project).get("health", ""))
    path = smoke.health(generated.load(template), named)
    patience = smoke.PATIENCE_HERE if target.settings.is_local else smoke.PATIENCE
    try:
        answers = smoke.check(url, ("/", path) if bucket else (path,), guessed="" if named else path, patience=patience)
    except smoke.NoAnswer as error:
        raise explained(error, target, stack) from error
    yield Stage("smoke test", ", ".join(map(str, answers)))
    remember(target, aws, stack)
    yield Ready(url=url, outputs=stack.outputs, commands=target.next_commands())


def explained(error: smoke.NoAnswer, target: Target, stack: changesets.Stack) -> GroatError:
    """With what the function has said, or where to read it; and what to type."""
    if target.settings.is_local:
        env, said, look = "", local.said(target.project, stack.outputs["FunctionName"]), ""
    else:
        env, said = f" ENV={target.settings.environment}", ""
        look = f"sam logs --stack-name {stack.name} --region {target.settings.region}"
    library = "the app runs in .venv, add the library there: Dependencies in docs/recipes.md" if LACKS in said else ""
    onward = f"mend the app and: make deploy{env}; or go back: make rollback{env}"
    return GroatError(lines(str(error), said), hint=lines(library, look or error.hint, onward))


def lines(*each: str) -> str:
    return "\n".join(filter(None, each))


def remember(target: Target, aws: Aws, stack: changesets.Stack) -> None:
    """What the way back needs: a tag that keeps the image, and a record of this version."""
    image = stack.parameters.get("ImageUri")
    if image and not target.settings.is_local and "ImageUri" not in target.settings.parameters:
        ecr.mark_deployed(aws, image)
    if name := stack.outputs.get("FrontendBucketName"):
        bucket = frontend.Bucket(aws, name, stack.outputs["DistributionId"])
        history = versions.History(bucket, target.stack("website"))
        history.keep(stack, git(target.project, "rev-parse", "HEAD"))
