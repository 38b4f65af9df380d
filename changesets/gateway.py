"""The only access to AWS: boto3's calls as verbs on our values, ClientErrors as our errors.

The rules: stacks are addressed by id after first contact; pages are read to the end, or lazily if the newest come
first; meanings.py says what AWS's refusals mean. botocore's waiters are not used, because they take
UPDATE_ROLLBACK_COMPLETE for a successful create, and poll every 30 seconds for at most an hour.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any

from changesets import contents, shapes
from changesets.errors import AccessDenied, ChangeSetsError, CredentialsProblem, Refused, StackNotFound, Unreachable
from changesets.interrupts import heeded
from changesets.meanings import AGAIN, meaning
from changesets.mending import Repair
from changesets.models import ChangeSet, Resource, ResourceChange, Stack, StackEvent, Validation
from changesets.steps import CreateChangeSet, Empty, Step

TEMPLATE_BODY_LIMIT = 51_200  # bytes; a larger template goes through S3
_NESTED = re.compile(r"(?<=Nested change set )arn:[^\s,]+")


def connect(*, region: str | None = None, profile: str | None = None, endpoint: str | None = None) -> "CloudFormation":
    """A gateway from botocore's usual configuration (AWS_PROFILE, AWS_ENDPOINT_URL, config files, ...).

    Retries are botocore's "standard" mode with 4 attempts, unless AWS_RETRY_MODE or the config file say otherwise.
    The client is boto3.client()'s, but made by botocore: importing boto3's other half is a tenth of the start-up.
    """
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session

    try:
        session = Session(profile=profile)
        chosen = session.get_config_variable("retry_mode")
        config = Config(retries=None if chosen != "legacy" else {"mode": "standard", "total_max_attempts": 4})

        def client(service: str) -> Any:
            return session.create_client(service, region_name=region, endpoint_url=endpoint, config=config)

        return CloudFormation(client("cloudformation"), clients=client)
    except (BotoCoreError, ValueError) as error:  # ValueError: an endpoint that is no URL
        hint = "name a region with --region, a profile with --profile, an endpoint as http://HOST:PORT"
        raise CredentialsProblem(str(error), hint=hint) from None


class CloudFormation:
    """CloudFormation behind a boto3 client; `clients` makes clients of other services (S3, ECR, ...) when needed."""

    def __init__(self, client: Any, *, clients: Callable[[str], Any] | None = None) -> None:
        self._client = client
        self._clients = cache(clients or _like(client))

    # ---- looking ----

    def stack(self, name_or_id: str) -> Stack | None:
        """The stack, or None. By id a deleted stack is found for 90 days; by name it is None at once."""
        try:
            answer = self._call("DescribeStacks", StackName=name_or_id)
        except StackNotFound:
            return None
        return shapes.stack(answer["Stacks"][0])

    def resources(self, stack_id: str) -> tuple[Resource, ...]:
        pages = self._pages("ListStackResources", StackName=stack_id)
        return tuple(shapes.resource(each) for page in pages for each in page["StackResourceSummaries"])

    def events(self, stack_id: str) -> Iterator[StackEvent]:
        """Newest first; only as many pages are requested as the caller reads."""
        for page in self._pages("DescribeStackEvents", StackName=stack_id):
            yield from map(shapes.event, page["StackEvents"])

    def template(self, stack_id: str, **of: str) -> Any:
        """The deployed template, or (ChangeSetName=...) a change set's, macros expanded: a mapping, or text from YAML,
        or "" if we may not see it.
        """
        with suppress(AccessDenied):
            return self._call("GetTemplate", StackName=stack_id, TemplateStage="Processed", **of)["TemplateBody"]
        return ""

    def change_set(self, change_set_id: str) -> ChangeSet:
        """The change set, all pages, with values and those of nested stacks; completed from a plain description where
        CloudFormation drops changes.

        With IncludePropertyValues CloudFormation may leave changes out and say so in a [WARN] StatusReason only.
        """
        told = self._complete(change_set_id)
        if told.status == "FAILED":
            return replace(told, reason=self._nested_reason(told.reason))
        return replace(told, changes=(*told.changes, *self._inner(told.changes)))

    def _inner(self, changes: Iterable[ResourceChange], prefix: str = "") -> Iterator[ResourceChange]:
        """The changes of the stacks nested in the stack, as "Nested.Resource"."""
        for parent in changes:
            if parent.nested_change_set:
                name, inner = f"{prefix}{parent.logical_id}.", self._complete(parent.nested_change_set).changes
                yield from (replace(each, logical_id=name + each.logical_id) for each in inner)
                yield from self._inner(inner, name)

    def _nested_reason(self, reason: str) -> str:
        """A change set that failed because a nested one did only names that one, whose reason is the cause."""
        found = _NESTED.search(reason)
        return self.change_set(found[0]).reason if found else reason

    def _complete(self, change_set_id: str) -> ChangeSet:
        told = self._describe(change_set_id, values=True)
        if "[WARN]" not in told.reason:
            return told
        known = {(each.action, each.logical_id) for each in told.changes}
        plain = self._describe(change_set_id, values=False)
        missing = tuple(each for each in plain.changes if (each.action, each.logical_id) not in known)
        return replace(told, changes=told.changes + missing)

    def origin(self, stack: Stack) -> str:
        """The Description of the change set that the stack was last deployed by; "" after a rollback, or unseen."""
        if not stack.change_set_id:
            return ""
        try:
            return self._describe(stack.change_set_id, values=False).origin
        except ChangeSetsError:
            return ""

    def _describe(self, change_set_id: str, *, values: bool) -> ChangeSet:
        pages = list(self._pages("DescribeChangeSet", ChangeSetName=change_set_id, IncludePropertyValues=values))
        return shapes.change_set(pages, changes=[each for page in pages for each in page.get("Changes", ())])

    def pending_change_sets(self, stack_id: str) -> tuple[str, ...]:
        """The names of the stack's change sets that can be executed, now or soon; () if we may not see them."""
        with suppress(AccessDenied):
            pages = self._pages("ListChangeSets", StackName=stack_id)
            return tuple(
                each["ChangeSetName"] for page in pages for each in page["Summaries"] if _may_be_executed(each)
            )
        return ()

    def validations(self, change_set_id: str) -> tuple[Validation, ...]:
        """What the pre-deployment validation found; () where the region or partition has no DescribeEvents yet."""
        try:
            pages = list(self._pages("DescribeEvents", ChangeSetName=change_set_id))
        except Refused:
            return ()
        found = (each for page in pages for each in page.get("OperationEvents", ()))
        return tuple(shapes.validation(each) for each in found if each.get("EventType") == "VALIDATION_ERROR")

    def deleted(self, name: str) -> tuple[str, ...]:
        """The ids of the deleted stacks of this name, latest first, for 90 days; () if we may not see them."""
        with suppress(AccessDenied):
            pages = self._pages("ListStacks", StackStatusFilter=["DELETE_COMPLETE"])
            found = [each for page in pages for each in page["StackSummaries"] if each["StackName"] == name]
            found.sort(key=lambda each: each["DeletionTime"], reverse=True)
            return tuple(each["StackId"] for each in found)
        return ()

    def owner(self, physical_id: str) -> str | None:
        """The id of the stack that the resource is in; None if it is in none, or if we may not see it."""
        with suppress(StackNotFound, AccessDenied):
            found = self._call("DescribeStackResources", PhysicalResourceId=physical_id)["StackResources"]
            return next((each["StackId"] for each in found if each["PhysicalResourceId"] == physical_id), None)
        return None

    def is_empty(self, resource: Resource) -> bool:
        """Is it proven to hold nothing? False if it holds something, and if that cannot be known."""
        try:
            return contents.is_proven_empty(self.ask, resource)
        except ChangeSetsError:
            return False

    def is_gone(self, resource: Resource) -> bool:
        """Does its service say that there is no such thing? False if that cannot be known."""
        try:
            contents.is_proven_empty(self.ask, resource)
        except ChangeSetsError as error:
            return isinstance(error, Refused) and error.code in contents.GONE
        return False

    def properties(self, stack_id: str, names: Iterable[str], *, settled: bool = False) -> dict[str, Any]:
        """What CloudFormation last gave each of these resources, functions resolved; `settled`: with success."""
        missing, found = set(names), dict[str, Any]()
        pages = self._pages("DescribeStackEvents", StackName=stack_id) if missing else ()
        for event in (each for page in pages for each in page["StackEvents"]):
            name = event.get("LogicalResourceId", "")
            counts = not settled or event["ResourceStatus"].endswith("_COMPLETE")
            if name in missing and counts and event.get("ResourceProperties"):
                found[name] = json.loads(event["ResourceProperties"])
                missing.discard(name)
            if not missing:
                break
        return found

    # ---- doing ----

    def create_change_set(self, step: CreateChangeSet) -> str:
        """Start making the change set; its ARN. The same name with the same input is the same change set."""
        arguments = step.arguments
        body = arguments.get("TemplateBody", "")
        if len(body.encode()) > TEMPLATE_BODY_LIMIT and step.deployment.artifacts_bucket:
            arguments["TemplateURL"] = self._upload(step)
            del arguments["TemplateBody"]
        answer: str = self._call("CreateChangeSet", **arguments)["Id"]
        return answer

    def _upload(self, step: CreateChangeSet) -> str:
        """Put the template into the artifacts bucket under its digest; the URL for CloudFormation to read."""
        wanted, text = step.deployment, step.deployment.template.encode()
        key = f"{wanted.artifacts_prefix.rstrip('/')}/{hashlib.sha256(text).hexdigest()[:32]}.template".lstrip("/")
        try:
            self.ask("s3", "PutObject", Bucket=wanted.artifacts_bucket, Key=key, Body=text)
        except Refused as error:
            if error.code != "NoSuchBucket":
                raise
            raise Refused(f"The template cannot be put into the bucket {wanted.artifacts_bucket}: {error}") from None
        region = self._client.meta.region_name
        return f"https://{wanted.artifacts_bucket}.s3.{region}.amazonaws.com/{key}"

    def perform(self, step: Step) -> None:
        """Make the step's call. Deleting what is already gone succeeds, here as in CloudFormation."""
        if isinstance(step, Empty):
            contents.empty(self.ask, step.resource)
        elif isinstance(step, Repair):
            self.ask(step.service, step.operation, **step.arguments)
        else:
            self._call(step.operation, **step.arguments)

    # ---- calling ----

    def _call(self, operation: str, **arguments: Any) -> Any:
        return answered(operation, lambda: getattr(self._client, _snake(operation))(**arguments))

    def ask(self, service: str, operation: str, **arguments: Any) -> Any:
        """Call another service, in the same region and at the same endpoint as CloudFormation."""
        client = self._clients(service)
        return answered(operation, lambda: getattr(client, _snake(operation))(**arguments))

    def _pages(self, operation: str, **arguments: Any) -> Iterator[Mapping[str, Any]]:
        while True:
            page = self._call(operation, **arguments)
            yield page
            if not (token := page.get("NextToken")):
                return
            arguments["NextToken"] = token


def _like(client: Any) -> Callable[[str], Any]:
    """Makes clients of other services like this one: same region, and same endpoint if it is not AWS's own."""

    def make(service: str) -> Any:
        import boto3

        own = str(client.meta.endpoint_url)
        endpoint = None if ".amazonaws.com" in own else own
        # the stubs know services by literal names only
        return boto3.client(service, region_name=client.meta.region_name, endpoint_url=endpoint)  # type: ignore[call-overload]

    return make


def _may_be_executed(summary: Mapping[str, Any]) -> bool:
    is_coming = summary.get("Status") in ("CREATE_PENDING", "CREATE_IN_PROGRESS")
    return is_coming or summary.get("ExecutionStatus") == "AVAILABLE"


def _snake(operation: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", operation).lower()


def answered(operation: str, call: Callable[[], Any]) -> Any:
    """The call's answer; botocore's exceptions become ours."""
    from botocore import exceptions

    try:
        return heeded(call)
    except exceptions.ClientError as error:
        raise meaning(operation, dict(error.response["Error"])) from None
    except (
        exceptions.NoCredentialsError,
        exceptions.CredentialRetrievalError,
        exceptions.TokenRetrievalError,
    ) as error:
        raise CredentialsProblem(
            f"No AWS credentials: {error}", hint="run `aws sso login` or set AWS_PROFILE"
        ) from None
    except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
        hint = f"check the connection and the region, then {AGAIN}"
        raise Unreachable(f"No answer to {operation}: {error}", hint=hint) from None
    except exceptions.BotoCoreError as error:
        raise Refused(f"{operation} was not sent: {error}", operation=operation) from None
