"""Back to what the site was before: the website's template, parameters (the image's digest among them) and frontend.

The stack first, because it is what may be refused or fail; then the frontend, as in a deployment. The registry and the
certificate stay: every version uses them. Data stays where it is; a table that the earlier template does not have is a
hazard like any other, and needs consent.

The rule: the target is the newest version that answered and is not what is live. So the same command finishes what a
killed one began, a version whose smoke test failed is gone back from too, and a second rollback goes one further.
"""

from collections.abc import Iterator

import changesets
from groat import ecr, versions
from groat.aws import Aws
from groat.deploy import apply, prove, upload
from groat.errors import GroatError
from groat.events import Event, Stage, Working
from groat.frontend import Bucket
from groat.missing_images import push_again
from groat.operations import deployed, reach
from groat.target import Target


def rollback(target: Target, *, consent: changesets.Consent) -> Iterator[Event]:
    """Restore the version before the live one. Raises GroatError when there is none, or when its image is gone."""
    aws, plan = reach(target), target.stack("website")
    stack = deployed(aws, plan)
    history = versions.History(bucket(aws, stack), plan)
    record = history.previous(stack)
    yield Stage("back to", str(record))
    yield from image(target, aws, record.version)
    wanted = target.deployment(plan, {plan.template: record.version.template}, record.version.parameters)
    outcome = yield from apply(target.project, aws, wanted, plan.region, consent)
    if not isinstance(outcome, changesets.Deployed | changesets.NoChanges):
        return
    yield from upload(history.bucket, history.files(record.version))
    history.forget([name for name in history.names() if name > record.name])
    yield from prove(target, aws, outcome.stack, record.version.template)


def bucket(aws: Aws, stack: changesets.Stack) -> Bucket:
    """The frontend's bucket, which holds the versions. Raises GroatError for a site without one."""
    if "FrontendBucketName" not in stack.outputs:
        raise GroatError(
            f"Earlier versions are kept in the frontend's bucket, and this stack has none: {stack.name}",
            hint="check out the commit that you want, and: make deploy",
        )
    return Bucket(aws, stack.outputs["FrontendBucketName"], stack.outputs["DistributionId"])


def image(target: Target, aws: Aws, version: versions.Version) -> Iterator[Event]:
    """The earlier image, from the registry or a copy here. Without Docker (`local`) the stack itself will say so."""
    if version.image and not target.settings.is_local and not ecr.holds(aws, version.image):
        push = push_again(target.project, aws)(version.image)
        if push is None:
            raise GroatError(
                f"The image of the earlier version is not in the registry any more: {version.image}",
                hint="check out its commit, and: make deploy",
            )
        yield Working("pushing the earlier image again")
        push()
    yield Stage("image", version.image)
