"""The registry stack: where the function's image is pushed before the website stack can name it.

A stack of its own, because a function cannot be created from an image that is not there yet. Its lifecycle keeps every
image that a rollback may need: CloudFormation rolls back to the digest of the last deployment, and without that image
a failed update ends in UPDATE_ROLLBACK_FAILED.
"""

import json
from typing import Any

from troposphere import Sub, ecr

from template_gen import policies
from template_gen.site import Site
from template_gen.suppressions import suppress
from template_gen.template import Template

DEPLOYED_TAG_PREFIX = "live-"
KEPT_DEPLOYED = 10
KEPT_RECENT = 30


def build_registry(site: Site) -> Template:
    template = Template(f"The image registry of {site.name}")
    repository = template.add(
        ecr.Repository(
            "Repository",
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Retain",
            EmptyOnDelete=True,
            ImageTagMutability="IMMUTABLE",
            ImageScanningConfiguration=ecr.ImageScanningConfiguration(ScanOnPush=True),
            LifecyclePolicy=ecr.LifecyclePolicy(LifecyclePolicyText=lifecycle()),
            RepositoryPolicyText=policies.document(policies.pull_as_lambda()),
            **suppress({"CKV_AWS_136": "a key of your own is $1 a month; ECR encrypts images anyway"}),
        ),
        "Images are built from the sources, so deleting this stack deletes them (EmptyOnDelete); a change that would "
        "replace the repository keeps the old one, whose images a rollback may need. An image tagged live-… was "
        "deployed: only the first rule applies to it, so it outlives any number of pushes.",
    )
    template.output(
        "RepositoryUri",
        Sub("${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/${" + repository.title + "}"),
        "Push the image here; the website stack needs it as repository@sha256:digest",
    )
    return template


def lifecycle() -> str:
    """ECR applies at most one rule to an image, and a lower rule never touches what a higher one selects:
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html"""
    deployed = {"tagStatus": "tagged", "tagPrefixList": [DEPLOYED_TAG_PREFIX]}
    rules = [
        _keep(1, "the last deployed images, for rollbacks", KEPT_DEPLOYED, **deployed),
        _keep(2, "the last of the other images", KEPT_RECENT, tagStatus="any"),
    ]
    return '{"rules": [\n' + ",\n".join(f"  {json.dumps(rule)}" for rule in rules) + "\n]}\n"


def _keep(priority: int, what: str, count: int, **selection: Any) -> dict[str, Any]:
    return {
        "rulePriority": priority,
        "description": f"keep {what}",
        "selection": {**selection, "countType": "imageCountMoreThan", "countNumber": count},
        "action": {"type": "expire"},
    }
