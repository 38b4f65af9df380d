"""Restores the site's previous version: the website's template, parameters (the image's digest among them), frontend.

The stack comes first, because it may be refused or fail; then the frontend, as in a deployment. The registry and the
certificate stay, because every version uses them. Data stays where it is; a table that the earlier template does not
have is a hazard like any other, and needs consent.

The rule: the target is the newest version that has answered and is not live. So the same command finishes what a killed
one began, replaces a version whose smoke test failed, and goes back one version more when it is run again.
"""

from collections.abc import Iterator

import changesets
from changesets.statuses import is_healthy
from groat import ecr, versions
from groat.aws import Aws
from groat.deploy import apply, upload, verify
from groat.errors import GroatError
from groat.events import Event, Stage, Working
from groat.frontend import Bucket, bucket_of
from groat.missing_images import push_again
from groat.operations import deployed, reach
from groat.target import Target
from groat.typed import typed


def rollback(target: Target, *, consent: changesets.Consent) -> Iterator[Event]:
    """Restore the version before the live one. Raises GroatError if there is none, or if its image is gone."""
    aws, plan = reach(target), target.stack("website")
    stack = deployed(aws, plan)
    if not stack.outputs and not is_healthy(stack.status):  # CloudFormation tells none while it rolls an update back
        again = f"{typed('recover', target.settings.environment)}, then the same command again"
        raise GroatError(f"A stack in {stack.status} does not say where earlier versions are: {stack.name}", hint=again)
    history = versions.History(bucket(aws, stack), plan)
    record = history.previous(stack)
    yield Stage("back to", str(record))
    yield from image(target, aws, record.version)
    wanted = target.deployment(plan, {plan.template: record.version.template}, record.version.parameters)
    outcome = yield from apply(target.project, aws, wanted, plan.region, consent)
    if not isinstance(outcome, changesets.Deployed | changesets.NoChanges):
        return
    yield from upload(target, history.bucket, history.files(record.version))
    history.forget([name for name in history.names() if name > record.name])
    yield from verify(target, aws, outcome.stack, record.version.template)


def bucket(aws: Aws, stack: changesets.Stack) -> Bucket:
    """The frontend's bucket, which holds the versions. Raises GroatError for a site without one."""
    found = bucket_of(aws, stack.outputs)
    if found is None:
        raise GroatError(
            f"Earlier versions are kept in the frontend's bucket, and this stack has none: {stack.name}",
            hint="check out the commit that you want, then: make deploy",
        )
    return found


def image(target: Target, aws: Aws, version: versions.Version) -> Iterator[Event]:
    """Make sure that the registry has the earlier image. Without Docker (`local`), the stack itself will say so."""
    if version.image and not target.settings.is_local and not ecr.holds(aws, version.image):
        push = push_again(target.project, aws)(version.image)
        if push is None:
            raise GroatError(
                f"The earlier version's image is no longer in the registry: {version.image}",
                hint="check out its commit, then: make deploy",
            )
        yield Working("pushing the earlier image again")
        push()
    yield Stage("image", version.image)
