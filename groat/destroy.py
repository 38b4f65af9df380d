"""The way back: the stacks in reverse order, then what they kept.

On the local cloud nothing is worth keeping, so nothing is asked. Elsewhere what holds data stays unless its logical id
is allowed or typed, and is named at the end.
"""

from collections.abc import Callable, Iterator, Mapping

import changesets
from groat.aws import Aws, Client
from groat.events import Event, Stage, Warned
from groat.operations import reach, stacks
from groat.target import Target


def destroy(target: Target, *, consent: changesets.Consent) -> Iterator[Event]:
    """Delete every stack of the site; on the local cloud also what they retained."""
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
    """Consent to all."""
    return True


def leftovers(target: Target, aws: Aws, deleted: changesets.Deleted) -> Iterator[Event]:
    """Locally: remove what the stack has kept. Elsewhere: name it."""
    for resource in deleted.left_behind:
        remove = REMOVERS.get(resource.type) if target.settings.is_local else None
        if remove is None:
            yield Warned(f"Kept, in no stack any more: {resource.type} {resource.physical_id}")
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


# what a Site retains (template_gen: Retain where data lives)
REMOVERS: Mapping[str, Callable[[Aws, str], None]] = {
    "AWS::DynamoDB::Table": remove_table,
    "AWS::S3::Bucket": remove_bucket,
}
