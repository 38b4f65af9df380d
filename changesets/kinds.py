"""What the package must know about resource types: which hold data, how they are identified, how long they take.

The rule: one row per type, no branches elsewhere. Sources: the primary identifiers of CloudFormation's registry;
durations as measured in us-east-1 (September 2026), rounded. Types without a measurement get a few seconds.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DataKind:
    """A type whose deletion loses what people put into it: "its " and `holds`. `identifier` is its property for a
    resource import, if it has one.
    """

    holds: str
    identifier: str | None = None


DATA: dict[str, DataKind] = {
    "AWS::S3::Bucket": DataKind("objects", "BucketName"),
    "AWS::DynamoDB::Table": DataKind("items", "TableName"),
    "AWS::DynamoDB::GlobalTable": DataKind("items", "TableName"),
    "AWS::RDS::DBInstance": DataKind("database", "DBInstanceIdentifier"),
    "AWS::RDS::DBCluster": DataKind("database", "DBClusterIdentifier"),
    "AWS::Neptune::DBCluster": DataKind("database", "DBClusterIdentifier"),
    "AWS::DocDB::DBCluster": DataKind("database"),
    "AWS::Redshift::Cluster": DataKind("database", "ClusterIdentifier"),
    "AWS::DSQL::Cluster": DataKind("database", "Identifier"),
    "AWS::ElastiCache::ReplicationGroup": DataKind("cached data"),
    "AWS::MemoryDB::Cluster": DataKind("data", "ClusterName"),
    "AWS::EFS::FileSystem": DataKind("files", "FileSystemId"),
    "AWS::EC2::Volume": DataKind("disk", "VolumeId"),
    "AWS::OpenSearchService::Domain": DataKind("index", "DomainName"),
    "AWS::Timestream::Table": DataKind("records"),
    "AWS::Kinesis::Stream": DataKind("records", "Name"),
    "AWS::SQS::Queue": DataKind("messages", "QueueUrl"),
    "AWS::Cognito::UserPool": DataKind("users", "UserPoolId"),
    "AWS::Cognito::IdentityPool": DataKind("identities", "Id"),
    "AWS::Route53::HostedZone": DataKind("DNS records and delegation", "Id"),
    "AWS::CertificateManager::Certificate": DataKind("validated certificate", "CertificateArn"),
    "AWS::ECR::Repository": DataKind("images", "RepositoryName"),
    "AWS::KMS::Key": DataKind("key to encrypted data", "KeyId"),
    "AWS::SecretsManager::Secret": DataKind("secret", "Id"),
    "AWS::SSM::Parameter": DataKind("value", "Name"),
    "AWS::Logs::LogGroup": DataKind("logs", "LogGroupName"),
    "AWS::Backup::BackupVault": DataKind("backups", "BackupVaultName"),
}

# their contents come from the template, and the next deployment makes them again
MADE_ANEW = frozenset({
    "AWS::SSM::Parameter", "AWS::SecretsManager::Secret", "AWS::KMS::Key", "AWS::CertificateManager::Certificate",
})  # fmt: skip
EMPTIABLE = frozenset({"AWS::S3::Bucket", "AWS::ECR::Repository"})
NESTED_STACK = "AWS::CloudFormation::Stack"

# create, update, delete in seconds
_DURATIONS: dict[str, tuple[int, int, int]] = {
    "AWS::CloudFront::Distribution": (240, 180, 300),
    "AWS::CertificateManager::Certificate": (120, 5, 5),
    "AWS::IAM::Role": (18, 5, 11),
    "AWS::S3::Bucket": (14, 3, 2),
    "AWS::SQS::Queue": (62, 62, 62),
    "AWS::SNS::Topic": (12, 3, 46),
    "AWS::DynamoDB::Table": (12, 10, 10),
    "AWS::Lambda::Function": (12, 12, 3),
    "AWS::Route53::RecordSet": (40, 40, 40),
    "AWS::Route53::HostedZone": (45, 5, 45),
    "AWS::RDS::DBInstance": (420, 300, 300),
}
_USUAL = (4, 4, 3)
_VERBS = {"CREATE": 0, "ADD": 0, "IMPORT": 0, "UPDATE": 1, "MODIFY": 1, "DELETE": 2, "REMOVE": 2}


def holds_data(type_: str) -> bool:
    """Does a resource of this type hold what cannot be recreated?"""
    return type_ in DATA


def is_custom(type_: str) -> bool:
    """Is it created by the user's own function?"""
    return type_.startswith("Custom::") or type_ == "AWS::CloudFormation::CustomResource"


def usual_seconds(type_: str, verb: str) -> int:
    """How long the verb (CREATE, UPDATE, DELETE, or a change set's Add, Modify, Remove) usually takes."""
    return _DURATIONS.get(type_, _USUAL)[_VERBS.get(verb.upper(), 1)]
    return _DURATIONS.get(type_, _USUAL)[_VERBS.get(verb.upper(), 1)]
