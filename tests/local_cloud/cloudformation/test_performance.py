"""How fast and how big: what makes a rehearsal of every failure affordable."""

import json
import resource
import time
from pathlib import Path

import pytest

from local_cloud.cloudformation.faults import FailResource, On
from tests.local_cloud.cloudformation.cfn_account import Account, template, topic

WEBSITE = (Path(__file__).parents[3] / "templates" / "website.yaml").read_text(encoding="utf-8")
CAPABILITIES = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
MEGABYTE_IN_KILOBYTES = 1024


def deploy(account: Account, kind: str, digest: str) -> str:
    """A change set for an image, executed; the status it ends in."""
    image = f"111111111111.dkr.ecr.us-east-1.amazonaws.com/site@sha256:{digest * 64}"
    account(
        "CreateChangeSet",
        StackName="site",
        ChangeSetName="c",
        ChangeSetType=kind,
        TemplateBody=WEBSITE,
        Capabilities=CAPABILITIES,
        Parameters=[{"ParameterKey": "ImageUri", "ParameterValue": image}],
    )
    account.settle()
    account("ExecuteChangeSet", StackName="site", ChangeSetName="c")
    account.settle()
    return account.status()


def website_life() -> float:
    """Create, update, fail, roll back, delete; the seconds of CPU that took."""
    started, account = time.process_time(), Account()
    assert deploy(account, "CREATE", "0") == "CREATE_COMPLETE"
    assert deploy(account, "UPDATE", "1") == "UPDATE_COMPLETE"
    account.fail(FailResource(resource="*", on=On.UPDATE))
    assert deploy(account, "UPDATE", "2") == "UPDATE_ROLLBACK_COMPLETE"
    account("DeleteStack", StackName="site")
    account.settle()
    return time.process_time() - started


def test_the_websites_whole_life_takes_less_than_150_ms_of_cpu() -> None:
    website_life()  # imports the SAM translator and the schemas, once per process
    assert min(website_life() for _ in range(3)) < 0.150


@pytest.mark.slow
def test_a_thousand_stacks_fit_and_describing_one_stays_flat() -> None:
    account = Account(speed=0)
    body = json.dumps(template(A=topic(), B=topic(), outputs={"N": {"Value": {"Ref": "A"}}}))

    def describe(times: int = 200) -> float:
        started = time.process_time()
        for _ in range(times):
            account("DescribeStacks", StackName="stack-0")
        return time.process_time() - started

    account("CreateStack", StackName="stack-0", TemplateBody=body)
    alone = min(describe() for _ in range(3))
    for number in range(1, 1000):
        account("CreateStack", StackName=f"stack-{number}", TemplateBody=body)
    among_many = min(describe() for _ in range(3))
    assert among_many < 5 * alone
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1000 * MEGABYTE_IN_KILOBYTES
