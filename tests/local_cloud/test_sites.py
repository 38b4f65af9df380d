"""Every deployed distribution has a loopback port of its own, for as long as it is deployed."""

import json
import urllib.request
from typing import Any

from local_cloud.server import Server
from tests.local_cloud.served import client, settled

SITE = """
Resources:
  Bucket:
    Type: AWS::S3::Bucket
  Access:
    Type: AWS::CloudFront::OriginAccessControl
    Properties:
      OriginAccessControlConfig:
        Name: !Ref AWS::StackName
        OriginAccessControlOriginType: s3
        SigningBehavior: always
        SigningProtocol: sigv4
  Distribution:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        DefaultRootObject: index.html
        Origins:
          - Id: bucket
            DomainName: !GetAtt Bucket.RegionalDomainName
            S3OriginConfig: {OriginAccessIdentity: ''}
            OriginAccessControlId: !Ref Access
        DefaultCacheBehavior:
          TargetOriginId: bucket
          ViewerProtocolPolicy: redirect-to-https
          CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: {Service: cloudfront.amazonaws.com}
            Action: s3:GetObject
            Resource: !Sub ${Bucket.Arn}/*
            Condition:
              StringEquals:
                AWS:SourceArn: !Sub arn:aws:cloudfront::${AWS::AccountId}:distribution/${Distribution}
Outputs:
  Bucket:
    Value: !Ref Bucket
  Domain:
    Value: !GetAtt Distribution.DomainName
"""
SOON = {"Delay": 0, "MaxAttempts": 1000}


def sites(server: Server) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{server.endpoint}/_local_cloud/sites") as response:
        served: list[dict[str, Any]] = json.load(response)
    return served


def deployed(server: Server, stack: str) -> dict[str, str]:
    """A stack of a site, and its outputs."""
    client(server, "cloudformation").create_stack(StackName=stack, TemplateBody=SITE)
    return {output["OutputKey"]: output["OutputValue"] for output in settled(server, stack)["Outputs"]}


def test_a_site_keeps_its_own_port_until_its_stack_is_deleted(server: Server) -> None:
    outputs = deployed(server, "one")
    client(server, "s3").put_object(Bucket=outputs["Bucket"], Key="index.html", Body=b"<h1>", ContentType="text/html")

    [site] = sites(server)
    assert site["domain"] == outputs["Domain"]
    with urllib.request.urlopen(f"{site['url']}/") as response:
        assert (response.read(), response.headers["Content-Type"]) == (b"<h1>", "text/html")
    assert sites(server) == [site]

    client(server, "s3").delete_object(Bucket=outputs["Bucket"], Key="index.html")
    client(server, "cloudformation").delete_stack(StackName="one")
    client(server, "cloudformation").get_waiter("stack_delete_complete").wait(StackName="one", WaiterConfig=SOON)
    assert sites(server) == []


def test_two_sites_have_two_ports(server: Server) -> None:
    domains = {deployed(server, name)["Domain"] for name in ("one", "two")}

    served = sites(server)

    assert {site["domain"] for site in served} == domains
    assert len({site["url"] for site in served}) == 2
