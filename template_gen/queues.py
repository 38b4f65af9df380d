"""Queues and their workers: work that may take longer than a visitor waits, and is not lost when it fails.

A worker is another function of the same image. What fails three times stays in the dead-letter queue for 14 days.
"""

from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, Ref, awslambda, sqs

from template_gen import policies
from template_gen.checks import environment_name
from template_gen.function import WITHOUT, Code, Function, add_log_group, add_role, environment, image_metadata
from template_gen.options import Queue
from template_gen.site import Site
from template_gen.stores import Access
from template_gen.suppressions import suppress
from template_gen.template import Template

KEPT_SECONDS = 4 * 24 * 3600
DEAD_LETTER_SECONDS = 14 * 24 * 3600
"""Longer than the queue's own: a message keeps its age when it moves."""
MAX_RECEIVES = 3
VISIBILITY_TIMEOUTS = 6
"""A message reappears after six times the worker's timeout, as AWS advises for Lambda:
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""
MIN_CONCURRENCY = 2


@dataclass(frozen=True, slots=True)
class Queues:
    """The queues and dead-letter queues by their name in the `Site`, and the access that the website's code gets."""

    resources: dict[str, sqs.Queue]
    dead_letters: dict[str, sqs.Queue]
    access: Access


def add_queues(template: Template, site: Site) -> Queues:
    if site.queues:
        template.section("Queues: work for later, and for what has failed")
    dead_letters = {queue.name: template.add(_dead_letters(queue)) for queue in site.queues}
    resources = {queue.name: template.add(_queue(queue, dead_letters[queue.name])) for queue in site.queues}
    return Queues(resources, dead_letters, _access(resources))


def add_workers(template: Template, site: Site, code: Code, access: Access, queues: Queues) -> dict[str, Function]:
    """One worker for each queue, with the same access as the website, whose code it shares."""
    if site.queues:
        template.section("Workers: the same image, called with messages")
    sources = queues.resources
    return {
        queue.name: _add_worker(template, site, queue, sources[queue.name], code=code, access=access)
        for queue in site.queues
    }


def _add_worker(
    template: Template, site: Site, queue: Queue, source: sqs.Queue, *, code: Code, access: Access
) -> Function:
    owner = f"{queue.name}Worker"
    group = add_log_group(template, owner, code)
    role = add_role(template, owner, group, (*access.grants, policies.receive_messages(source)))
    return template.add(
        Function(
            owner,
            PackageType="Image",
            ImageUri=code.image,
            Tags=code.origin,
            ImageConfig=awslambda.ImageConfig(Command=[queue.handler]),
            Architectures=[site.architecture.value],
            MemorySize=queue.memory,
            Timeout=queue.timeout,
            Role=GetAtt(role, "Arn"),
            LoggingConfig=awslambda.LoggingConfig(LogGroup=Ref(group)),
            **environment(site, access),
            Events={"Messages": _event(queue, source)},
            Metadata={**image_metadata(site), **suppress(WITHOUT)["Metadata"]},
        )
    )


def _event(queue: Queue, source: sqs.Queue) -> dict[str, object]:
    properties = {
        "Queue": GetAtt(source, "Arn"),
        "BatchSize": queue.batch_size,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "ScalingConfig": {"MaximumConcurrency": MIN_CONCURRENCY},
    }
    return {"Type": "SQS", "Properties": properties}


def _queue(queue: Queue, dead_letters: sqs.Queue) -> sqs.Queue:
    return sqs.Queue(
        f"{queue.name}Queue",
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        **_encrypted(),
        MessageRetentionPeriod=KEPT_SECONDS,
        VisibilityTimeout=queue.timeout * VISIBILITY_TIMEOUTS,
        RedrivePolicy=sqs.RedrivePolicy(deadLetterTargetArn=GetAtt(dead_letters, "Arn"), maxReceiveCount=MAX_RECEIVES),
    )


def _dead_letters(queue: Queue) -> sqs.Queue:
    return sqs.Queue(
        f"{queue.name}DeadLetters",
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        **_encrypted(),
        MessageRetentionPeriod=DEAD_LETTER_SECONDS,
    )


def _encrypted() -> dict[str, Any]:
    reason = "encrypted with SQS's own key (SqsManagedSseEnabled); a key of your own is $1 a month"
    return {"SqsManagedSseEnabled": True, **suppress({"CKV_AWS_27 SQS_QUEUE_KMS_MASTER_KEY_ID_RULE": reason})}


def _access(resources: dict[str, sqs.Queue]) -> Access:
    if not resources:
        return Access()
    names = {environment_name(name, "QUEUE_URL"): Ref(resource) for name, resource in resources.items()}
    return Access(names, (policies.send_messages(tuple(resources.values())),))
