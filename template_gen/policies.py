"""Who may do what: one function per grant, each naming its actions and the one resource they are for.

No action and no resource is `*`. Where AWS itself leaves no choice, the grant is not made here but by the service's
own policy. A grant is data: parts hand them to whoever is to hold them (`Role` of a function, policy of a bucket).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import awacs.awslambda
import awacs.dynamodb
import awacs.ecr
import awacs.logs
import awacs.s3
import awacs.sqs
import awacs.ssm
import awacs.sts
from awacs.aws import Allow, Bool, Condition, Deny, PolicyDocument, Principal, Statement, StringEquals, StringLike
from troposphere import GetAtt, Ref, Sub, iam


@dataclass(frozen=True, slots=True)
class Grant:
    """Statements under a name that says what they allow; becomes an inline policy of a role."""

    name: str
    statements: tuple[Statement, ...]

    @property
    def policy(self) -> iam.Policy:
        return iam.Policy(PolicyName=self.name, PolicyDocument=document(*self.statements))


def document(*statements: Statement) -> PolicyDocument:
    return PolicyDocument(Version="2012-10-17", Statement=list(statements))


def assumed_by(service: str, condition: Condition | None = None) -> PolicyDocument:
    """The trust policy of a role for one AWS service, like `lambda.amazonaws.com`."""
    extra = {"Condition": condition} if condition else {}
    return document(
        Statement(Effect=Allow, Principal=Principal("Service", service), Action=[awacs.sts.AssumeRole], **extra)
    )


def write_logs(group: Any) -> Grant:
    """Write to one log group. Not create it: a deleted group would return without retention."""
    actions = [awacs.logs.CreateLogStream, awacs.logs.PutLogEvents]
    return Grant("write-logs", (Statement(Effect=Allow, Action=actions, Resource=[GetAtt(group, "Arn")]),))


def use_items(tables: Mapping[Any, bool]) -> Grant:
    """Read and write the items of these tables (table -> has it indexes?), and query their indexes."""
    read = [awacs.dynamodb.BatchGetItem, awacs.dynamodb.GetItem, awacs.dynamodb.Query, awacs.dynamodb.Scan]
    write = [
        awacs.dynamodb.BatchWriteItem,
        awacs.dynamodb.DeleteItem,
        awacs.dynamodb.PutItem,
        awacs.dynamodb.UpdateItem,
    ]
    more = [awacs.dynamodb.ConditionCheckItem, awacs.dynamodb.DescribeTable]
    indexes = [Sub(f"${{{table.title}.Arn}}/index/*") for table, has_indexes in tables.items() if has_indexes]
    resources = [*(GetAtt(table, "Arn") for table in tables), *indexes]
    return Grant("use-tables", (Statement(Effect=Allow, Action=[*read, *write, *more], Resource=resources),))


def use_objects(buckets: Sequence[Any]) -> Grant:
    """Read, write, delete and list the objects of these buckets. Listing turns a missing key's 403 into a 404."""
    actions = [awacs.s3.DeleteObject, awacs.s3.GetObject, awacs.s3.PutObject]
    objects = [Sub(f"${{{bucket.title}.Arn}}/*") for bucket in buckets]
    return Grant(
        "use-buckets",
        (
            Statement(Effect=Allow, Action=actions, Resource=objects),
            Statement(
                Effect=Allow, Action=[awacs.s3.ListBucket], Resource=[GetAtt(bucket, "Arn") for bucket in buckets]
            ),
        ),
    )


def send_messages(queues: Sequence[Any]) -> Grant:
    resources = [GetAtt(queue, "Arn") for queue in queues]
    return Grant("send-messages", (Statement(Effect=Allow, Action=[awacs.sqs.SendMessage], Resource=resources),))


def receive_messages(queue: Any) -> Grant:
    """What Lambda's poller needs of a queue, done with the worker's role."""
    actions = [awacs.sqs.DeleteMessage, awacs.sqs.GetQueueAttributes, awacs.sqs.ReceiveMessage]
    return Grant("receive-messages", (Statement(Effect=Allow, Action=actions, Resource=[GetAtt(queue, "Arn")]),))


def read_parameters(paths: Sequence[str]) -> Grant:
    """Read SSM parameters by path, as `${SecretsPath}/STRIPE_KEY`.

    SecureStrings under the account's own key `aws/ssm` need no grant on the key: its key policy admits the account's
    principals through SSM (https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html).
    """
    arn = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter"
    resources = [Sub(f"{arn}{path}") for path in paths]
    actions = [awacs.ssm.GetParameter, awacs.ssm.GetParameters]
    return Grant("read-secrets", (Statement(Effect=Allow, Action=actions, Resource=resources),))


def invoke_function(arn: Any) -> Grant:
    return Grant("invoke-function", (Statement(Effect=Allow, Action=[awacs.awslambda.InvokeFunction], Resource=[arn]),))


def read_objects_as_cloudfront(bucket: Any, distribution: Any) -> Statement:
    """One distribution reads one bucket: origin access control signs as CloudFront, for that distribution."""
    every_object = Sub(f"${{{bucket.title}.Arn}}/*")
    return _as_cloudfront("OnlyThroughTheDistribution", awacs.s3.GetObject, every_object, distribution)


def list_objects_as_cloudfront(bucket: Any, distribution: Any) -> Statement:
    """Lets S3 answer 404 instead of 403 for a missing file; a listing itself is never asked for."""
    return _as_cloudfront("MissingFilesAreNotFound", awacs.s3.ListBucket, GetAtt(bucket, "Arn"), distribution)


def _as_cloudfront(sid: str, action: Any, resource: Any, distribution: Any) -> Statement:
    return Statement(
        Sid=sid,
        Effect=Allow,
        Principal=Principal("Service", "cloudfront.amazonaws.com"),
        Action=[action],
        Resource=[resource],
        Condition=Condition(StringEquals("AWS:SourceArn", distribution_arn(distribution))),
    )


def refuse_plain_http(bucket: Any) -> Statement:
    return Statement(
        Sid="OnlyEncryptedConnections",
        Effect=Deny,
        Principal=Principal("*"),
        Action=[awacs.s3.Action("*")],
        Resource=[GetAtt(bucket, "Arn"), Sub(f"${{{bucket.title}.Arn}}/*")],
        Condition=Condition(Bool("aws:SecureTransport", False)),
    )


def pull_as_lambda() -> Statement:
    """Lambda reads the images of this repository, for functions of this account and region."""
    arn = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:*"
    return Statement(
        Sid="LambdaReadsImages",
        Effect=Allow,
        Principal=Principal("Service", "lambda.amazonaws.com"),
        Action=[awacs.ecr.BatchGetImage, awacs.ecr.GetDownloadUrlForLayer],
        Condition=Condition(StringLike("aws:SourceArn", Sub(arn))),
    )


def from_this_account() -> Condition:
    return Condition(StringEquals("aws:SourceAccount", Ref("AWS::AccountId")))


def distribution_arn(distribution: Any) -> Sub:
    """CloudFront is global: its ARN has no region."""
    return Sub(f"arn:${{AWS::Partition}}:cloudfront::${{AWS::AccountId}}:distribution/${{{distribution.title}}}")
