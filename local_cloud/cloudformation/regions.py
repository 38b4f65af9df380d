"""What a region's name says: its partition, the suffix of its URLs, its availability zones."""

PARTITIONS = {"cn-": ("aws-cn", "amazonaws.com.cn"), "us-gov-": ("aws-us-gov", "amazonaws.com")}
ZONES = {"us-east-1": "abcdef"}


def partition(region: str) -> tuple[str, str]:
    """AWS::Partition and AWS::URLSuffix of a region."""
    return next((found for prefix, found in PARTITIONS.items() if region.startswith(prefix)), ("aws", "amazonaws.com"))


def zones(region: str) -> list[str]:
    """Fn::GetAZs of a region."""
    return [f"{region}{zone}" for zone in ZONES.get(region, "abc")]
