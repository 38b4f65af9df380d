"""Wrong templates of names: what is no domain name, records and zones, buckets that are reached by a name, and files
of a website that do not stay."""

from typing import Any, Final

from tests.template_gen.rules.wrong import GONE, READ, Wrong, att, ref, resource, sub
from tests.template_gen.rules.wrong_calls import API_NAME, record

WWW: Final = "Records.RecordSets.2"
ENDPOINT: Final = "s3-website-us-east-1.amazonaws.com"
ENDPOINT_ZONE: Final = "Z3AQBSTGFYJSTF"
CERTIFICATE: Final = "Certificate.DomainValidationOptions"
PRIVATE: Final = resource(
    "AWS::Route53::HostedZone", Name=ref("Domain"), VPCs=[{"VPCId": "vpc-1a2b3c4d", "VPCRegion": "us-east-1"}]
)
PRIVATE_ZONE: Final = {**PRIVATE, "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


def website(alias: bool = True, **properties: Any) -> dict[str, Any]:
    """A website in the bucket Old of static-legacy, and a record that leads to it."""
    target = {"AliasTarget": {"DNSName": ENDPOINT, "HostedZoneId": ENDPOINT_ZONE}}
    plain = {"TTL": 300, "ResourceRecords": [sub(f"${{Old}}.{ENDPOINT}")]}
    named = {f"Old.{key}": value for key, value in properties.items()}
    return {**named, "Record": record("www.example.com", "A" if alias else "CNAME", **(target if alias else plain))}


def expiring(**lifecycle: Any) -> dict[str, Any]:
    return {"Bucket.LifecycleConfiguration": {"Rules": [{"Status": "Enabled", **lifecycle}]}}


NAMES: Final = (
    Wrong("E9371", "plain-site", {"Name": {**API_NAME, "Properties": {**API_NAME["Properties"], "DomainName":
          "https://api.example.com"}}}, frozenset({"W9238"})),
    Wrong("E9371", "rest-api", {"Zone": resource("AWS::Route53::HostedZone", Name="example.com/")},
          frozenset({"W9173"})),
    Wrong("E9372", "site", {WWW: {"Name": "mail.example.com", "Type": "CNAME", "ResourceRecords": ["a.example.net"]}},
          frozenset({"E9165"})),
    Wrong("E9373", "site", {f"{WWW}.Type": "CNAME", f"{WWW}.AliasTarget": GONE, f"{WWW}.TTL": 300,
                            f"{WWW}.ResourceRecords": [att("Distribution.DomainName")]}),
    Wrong("E9374", "plain-site", {"Name": API_NAME, "Record": record("api.example.com", "A", AliasTarget={
        "DNSName": ref("Name"), "HostedZoneId": att("Name.RegionalHostedZoneId")})}, frozenset({"W9238"})),
    Wrong("E9375", "site", {"Private": PRIVATE_ZONE, "Records.HostedZoneId": ref("Private")}),
    Wrong("E9375", "site", {"Private": PRIVATE_ZONE, f"{CERTIFICATE}.0.HostedZoneId": ref("Private")},
          frozenset({"E9172"})),
    Wrong("E9376", "site", {"Records.RecordSets.4": {"Name": ref("Domain"), "Type": "CAA", "TTL": 300,
                                                     "ResourceRecords": ['0 issue "letsencrypt.org"']}}),
    Wrong("E9231", "site", {"Records.HostedZoneId": "Z2FDTNDATAQYW2"}),
)  # fmt: skip

WEBSITES: Final = (
    Wrong("E9369", "static-legacy", website()),
    Wrong("E9369", "static-legacy", website(BucketName="my-site")),
    Wrong("E9369", "static-legacy", website(alias=False, BucketName="my-site")),
    Wrong("E9167", "static-legacy", {**website(BucketName="www.example.com"),
                                     "Record.AliasTarget.DNSName": "s3-website-eu-west-1.amazonaws.com"}),
    Wrong("E9370", "hello-zip", {
        "Pages": resource("AWS::S3::Bucket", WebsiteConfiguration={"IndexDocument": "index.html"}),
        "/Outputs.Url": {"Value": att("Pages.WebsiteURL")},
    }),
    Wrong("E9368", "site", expiring(ExpirationInDays=30)),
    Wrong("E9368", "site", expiring(Transitions=[{"StorageClass": "GLACIER", "TransitionInDays": 90}])),
)  # fmt: skip

ACCESS: Final = (
    Wrong("E9131", "site", {f"{READ}.Resource": sub("${Bucket.Arn}/static/*")}),
    Wrong("E9140", "static-legacy", {"Shop.BucketEncryption": {"ServerSideEncryptionConfiguration": [
        {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}}),
    Wrong("E9156", "static-legacy", {"ShopPolicy.PolicyDocument.Statement.0.Principal": {
        "AWS": sub("arn:aws:iam::${AWS::AccountId}:user/CloudFront Origin Access Identity ${Identity}")}}),
)  # fmt: skip

WRONG: Final = (*NAMES, *WEBSITES, *ACCESS)
