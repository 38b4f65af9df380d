"""Container images: where they come from, which one runs, and how long they are kept."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from template_gen.rules.graph import Function, Graph, Resource
from template_gen.rules.rule import rule
from template_gen.rules.values import Object, Place, at, known, number

_LAMBDA: Final = "https://docs.aws.amazon.com/lambda/latest/dg"
_ECR: Final = "https://docs.aws.amazon.com/AmazonECR/latest/userguide"
_REPOSITORY: Final = "AWS::ECR::Repository"
_MOVING: Final = re.compile(r"|latest|stable|main|master|live|(dev|prod|stag|test)\w*")
_NO_HANDLER: Final = re.compile(r"[\w.]+:\w+|[\w./-]+\.py")
_ECR_URI: Final = re.compile(r"[^/]+\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com|on\.aws)")
_FOR_OTHERS: Final = (
    "AWS::ECS::",
    "AWS::EKS::",
    "AWS::AppRunner::",
    "AWS::CodeBuild::",
    "AWS::Batch::",
    "AWS::SageMaker::",
)


def _image(function: Function) -> str:
    """The image as the template says it; "" when `sam build` will put another one there."""
    built = "Dockerfile" in function.resource.body.object("Metadata")
    uri = function.image_holder.text("ImageUri")
    return uri if "@" in uri or not built or "/" in uri else ""


def _for_lambda(graph: Graph) -> Iterator[Resource]:
    """The repositories of a website's stacks: none where something other than Lambda runs containers."""
    if not any(resource.type.startswith(_FOR_OTHERS) for resource in graph.resources):
        yield from graph.of(_REPOSITORY)


@rule(
    "E9175",
    "The function's image is in a repository that is only being made",
    symptom="The first deployment fails: Source image does not exist, because nothing could be pushed yet.",
    fix="Make the repository in a stack of its own, push, and pass the image's URI as a parameter.",
    source=f"{_LAMBDA}/images-create.html",
)
def image_of_same_stack(graph: Graph) -> Iterator[Place]:
    """A function with a Condition of its own is left alone: it may be switched on after the push."""
    for function in graph.functions.values():
        repository = graph.named(_image(function), _REPOSITORY) or _by_name(_image(function), graph)
        later = "Condition" in function.resource.body
        if repository and not later and "Condition" not in repository.body:
            yield at(function.image_holder, "ImageUri")


def _by_name(uri: str, graph: Graph) -> Resource | None:
    """The repository of the template that the image is in by its literal name."""
    name = re.split(r"[:@]", uri.partition("/")[2])[0]
    named = (found for found in graph.of(_REPOSITORY) if found.properties.get("RepositoryName") == name)
    return next(named, None) if name else None


@rule(
    "W9176",
    "The image is named by a tag that moves",
    symptom="A new image is pushed, CloudFormation sees no change, the old code runs on.",
    fix="Name the image by its digest: <repository>@sha256:<digest>.",
    source=f"{_LAMBDA}/images-create.html",
)
def image_by_moving_tag(graph: Graph) -> Iterator[Place]:
    """Any tag may move, but most tools give each build a tag of its own: judged are no tag at all, latest, and tags
    that name a stage or a branch."""
    for function in graph.functions.values():
        uri = _image(function)
        name, _, tag = uri.rpartition("/")[2].partition(":")
        literal = known(uri.rpartition("/")[2]) or bool(tag)
        if name and literal and "@" not in uri and _MOVING.fullmatch(tag):
            yield at(function.image_holder, "ImageUri")


@rule(
    "E9177",
    "Lambda cannot take the image from there",
    symptom="The deployment fails: the image must be in a private ECR repository of the function's region.",
    fix="Push the image to an ECR repository in the stack's region.",
    source=f"{_LAMBDA}/images-create.html",
)
def image_elsewhere(graph: Graph) -> Iterator[Place]:
    """The stack's region is sure when the linter is told one, or when a distribution's stack is judged. SAM may still
    push an image that has no registry in its name."""
    told = graph.region != "us-east-1" or bool(graph.distributions)
    for function in graph.functions.values():
        uri = _image(function)
        private = _ECR_URI.match(uri)
        registry = uri.partition("/")[0] if "/" in uri else ""
        public = private is None and known(uri) and ("." in registry or (bool(uri) and not function.is_sam))
        if public:
            yield at(function.image_holder, "ImageUri")
        elif private and told and private[1] != graph.region:
            yield at(function.image_holder, "ImageUri", f"{uri}, for a stack in {graph.region}")


@rule(
    "W9178",
    "Images are kept forever",
    symptom="Every deployment adds an image; after a year they cost more than the site.",
    fix="Add a LifecyclePolicy that keeps the last images, at least three.",
    source=f"{_ECR}/LifecyclePolicies.html",
)
def no_lifecycle(graph: Graph) -> Iterator[Place]:
    """Only repositories for Lambda: where ECS, EKS or CodeBuild use them, another tool may clean up."""
    for repository in _for_lambda(graph):
        if "LifecyclePolicy" not in repository.properties:
            yield at(repository.properties, "LifecyclePolicy")


@rule(
    "E9179",
    "Images are deleted that a rollback needs",
    symptom="UPDATE_ROLLBACK_FAILED: Source image does not exist. The stack is stuck.",
    fix="Keep at least three images, and expire by count rather than by age.",
    source=f"{_ECR}/lifecycle_policy_examples.html",
)
def lifecycle_too_tight(graph: Graph) -> Iterator[Place]:
    """Untagged images are those that a build replaced: expiring them early is right."""
    for repository in graph.of(_REPOSITORY):
        policy = repository.properties.object("LifecyclePolicy")
        if any(_too_tight(entry) for entry in _entries(policy)):
            yield at(policy, "LifecyclePolicyText", "keeps too few images")


def _entries(policy: Object) -> list[Any]:
    try:
        document = json.loads(policy.text("LifecyclePolicyText") or "{}")
    except ValueError:
        return []
    found = document.get("rules") if isinstance(document, dict) else None
    return [entry.get("selection") for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _too_tight(selection: Any) -> bool:
    if not isinstance(selection, dict) or selection.get("tagStatus") not in ("any", "tagged"):
        return False
    count = number(selection.get("countNumber"))
    least = 3 if selection.get("countType") == "imageCountMoreThan" else 30
    return count is not None and count < least


@rule(
    "E9386",
    "The lifecycle policy is not written as ECR wants it",
    symptom="The deployment fails: Invalid parameter at 'LifecyclePolicyText'.",
    fix="Write JSON with a rulePriority of its own for each rule, tagStatus any in the last one, tagPatternList (or "
    "tagPrefixList) with tagged, countUnit: days with sinceImagePushed, and action: {type: expire}.",
    source=f"{_ECR}/lifecycle_policy_parameters.html",
)
def lifecycle_form(graph: Graph) -> Iterator[Place]:
    for repository in graph.of(_REPOSITORY):
        policy = repository.properties.object("LifecyclePolicy")
        if known(policy.text("LifecyclePolicyText")) and (fault := _fault(policy.text("LifecyclePolicyText"))):
            yield at(policy, "LifecyclePolicyText", fault)


def _fault(text: str) -> str:
    """What is wrong with the text of a lifecycle policy, "" when nothing is."""
    try:
        rules = json.loads(text or '{"rules": []}')["rules"]
        found = [(number(one["rulePriority"]) or 0, one["selection"], one.get("action")) for one in rules]
        kinds = [(priority, str(selection["tagStatus"])) for priority, selection, _ in found]
    except (ValueError, KeyError, TypeError, AttributeError):
        return "not the JSON of rules with rulePriority and selection"
    if len({priority for priority, _ in kinds}) < len(kinds):
        return "the same rulePriority twice"
    if any(kind == "any" and priority < max(kinds)[0] for priority, kind in kinds):
        return "tagStatus any is not the last"
    return next((fault for _, selection, action in found if (fault := _fault_of(selection, action))), "")


def _fault_of(selection: dict[str, Any], action: Any) -> str:
    if selection["tagStatus"] == "tagged" and not selection.keys() & {"tagPrefixList", "tagPatternList"}:
        return "tagged without tagPatternList"
    if str(selection.get("countType")).startswith("since") and selection.get("countUnit") != "days":
        return f"{selection['countType']} without countUnit: days"
    return "" if action else "no action"


@rule(
    "W9180",
    "The repository cannot be deleted while images are in it",
    symptom="DELETE_FAILED: the repository is not empty.",
    fix="Set EmptyOnDelete to true, or DeletionPolicy to Retain.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecr-repository.html",
)
def repository_not_empty(graph: Graph) -> Iterator[Place]:
    for repository in _for_lambda(graph):
        kept = repository.body.text("DeletionPolicy").startswith("Retain")
        emptied = repository.properties.flag("EmptyOnDelete") or repository.properties.unknown("EmptyOnDelete")
        if not kept and not emptied:
            yield at(repository.properties, "EmptyOnDelete")


@rule(
    "W9181",
    "The image's processor is not said",
    symptom="Every request answers 502 (exec format error) once somebody builds the image on another processor.",
    fix="Set Architectures, and build with --platform to match.",
    source=f"{_LAMBDA}/foundation-arch.html",
)
def architecture_implicit(graph: Graph) -> Iterator[Place]:
    """Only for functions behind a distribution; x86_64 is a default that a build server may rely on."""
    for function in graph.website_functions:
        if function.is_image and "Architectures" not in function.properties:
            yield at(function.properties, "Architectures")


@rule(
    "E9198",
    "The image's command is written for another server",
    symptom="Every request answers 502: Runtime.ImportModuleError, unable to import module.",
    fix="Write the command as module.function, with a dot.",
    source=f"{_LAMBDA}/images-parms.html",
)
def handler_mismatch(graph: Graph) -> Iterator[Place]:
    """A command of several words starts a server of its own (as with Lambda Web Adapter), where the colon is right."""
    for function in graph.functions.values():
        config = function.properties.object("ImageConfig")
        command = config.texts("Command")
        if len(command) == 1 and _NO_HANDLER.fullmatch(command[0]) and "EntryPoint" not in config:
            yield at(config, "Command", command[0])
