"""A template with a nested stack, whose own template is in a bucket, as it must be."""

from typing import Any

from tests.changesets.cloud import SERVICES, template, topic


def bucket(name: str) -> Any:
    client = SERVICES.client("s3")
    client.create_bucket(Bucket=name)
    return client


def nesting(child: str) -> str:
    """A root with one nested stack; its template is in a bucket, as it must be."""
    client = bucket("templates") if not SERVICES.client("s3").list_buckets()["Buckets"] else SERVICES.client("s3")
    client.put_object(Bucket="templates", Key=f"{len(child)}.json", Body=child.encode())
    url = f"https://templates.s3.us-east-1.amazonaws.com/{len(child)}.json"
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}
    return template(Child=nested, Topic=topic(str(len(child))))
