"""Delete a site: its stacks in reverse order, then what they retained.

On the local cloud nothing is worth keeping, so no question is asked. Elsewhere, what holds data stays unless its
logical id is allowed or typed, and is named at the end.
"""

from collections.abc import Callable, Iterator, Mapping

import changesets
from groat import local
from groat.aws import Aws, Client
from groat.events import Event, Stage, Warned
from groat.operations import reach, stacks
from groat.target import Target


def destroy(target: Target, *, consent: changesets.Consent) -> Iterator[Event]:
    """Delete every stack of the site; on the local cloud also what they retained."""
    if target.settings.is_local and not local.running(target.project):
        yield Stage("local cloud", "is not running, so there is nothing to delete")
        return
    aws = reach(target)
    agree = everything if target.settings.is_local else consent
    for stack in reversed(stacks(target)):
        cloudformation, role = aws.cloudformation(stack.region), target.settings.role_arn
        for event in changesets.delete(cloudformation, stack.stack_name, consent=agree, role_arn=role):
            yield event
        if not isinstance(event, changesets.Deleted):
            return
        yield from leftovers(target, aws, event)


def everything(_plan: changesets.Plan) -> bool:
    """Consent to every plan."""
    return True


def leftovers(target: Target, aws: Aws, deleted: changesets.Deleted) -> Iterator[Event]:
    """What the stack retained: removed on the local cloud, named elsewhere."""
    for resource in deleted.left_behind:
        remove = REMOVERS.get(resource.type) if target.settings.is_local else None
        if remove is None:
            yield Warned(f"Kept, and no longer in any stack: {resource.type} {resource.physical_id}")
        else:
            remove(aws, resource.physical_id)
            yield Stage("removed", f"{resource.type} {resource.physical_id}")


def remove_table(aws: Aws, name: str) -> None:
    aws.client("dynamodb").delete_table(TableName=name)


def remove_bucket(aws: Aws, name: str) -> None:
    s3: Client = aws.client("s3")
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        for version in [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]:
            s3.delete_object(Bucket=name, Key=version["Key"], VersionId=version["VersionId"])
    s3.delete_bucket(Bucket=name)


# the types that template_gen retains because they hold data
REMOVERS: Mapping[str, Callable[[Aws, str], None]] = {
    "AWS::DynamoDB::Table": remove_table,
    "AWS::S3::Bucket": remove_bucket,
}
